"""How far rounding alone moves a run: the origin of the tolerances of an audit.

Published runs are trained again in processes that add up in another order each: the instruction
sets that oneDNN may use are limited (as on an older CPU), or oneDNN is off. The largest difference
between any two of these, or between one of them and the record, is written for each quantity that
an audit compares; the tolerances follow from it (see ``reproduction/tolerances.py``). What
is seen early on takes one epoch, and is measured on other and more runs, trained no longer than
that. Beside it stands, for the summary, the spread between seeds within a cell of the record.

    python benchmarks/rounding_spread.py [FOLDER]      (three quarters of an hour; needs MNIST)

Trained runs are kept in FOLDER, if one is given, and those that lie there are not trained again.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from activation_study import settings
from activation_study.engine.records import schema
from activation_study.engine.records.published import PublishedRecord
from activation_study.engine.records.tables import to_tables
from activation_study.engine.run import Run
from activation_study.engine.training import provenance
from activation_study.report.reproduction.comparison import (
    Tables,
    distance,
    inequalities,
    of_run,
    quantities,
)
from activation_study.report.reproduction.sampling import cell, draw, experiment_of
from activation_study.report.reproduction.tolerances import (
    AT_START,
    EARLY_ON,
    HIGH_RATE,
    scaled,
)

RESULTS = Path(__file__).with_name("rounding_spread.json")
CONDITIONS = {
    "as it is": {},
    "AVX2": {"ONEDNN_MAX_CPU_ISA": "AVX2"},
    "SSE4.1": {"ONEDNN_MAX_CPU_ISA": "SSE41"},
    "without oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"},
}
PROCESSES = 2
NUM_RUNS, SEED = 34, 0
"""A draw as an audit makes it: every hidden activation of the record once."""
NUM_HIGH, HIGH_SEED = 24, 1
"""More from the high rates, where training amplifies rounding most."""
NUM_HIGH_TESTED = 4
"""And of these, some that read the test images: few runs of the record do at such rates."""
NUM_SHORT, SHORT_SEED = 40, 2
"""Runs of one epoch, at usual and at high rates each."""
STUDY = "core"


def main(folder: Path) -> None:
    """Trains under every condition, compares, and writes ``rounding_spread.json``."""
    published = PublishedRecord(settings.published())
    tables = {table: published.read(STUDY, table) for table in schema.TABLES}
    summary = tables["runs"].to_pandas()
    chosen, short = sample(summary), short_sample(summary)
    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(lambda name: _train_under(name, folder), CONDITIONS))
    found, found_short = (
        {"record": {key: of_run(tables, key) for key in rows["key"]}}
        | {name: _trained(path_of(folder, name)) for name in CONDITIONS}
        for rows, path_of in ((chosen, _path), (short, _short_path))
    )
    bands = {"usual": lambda runs: ~_is_high(runs), "high": _is_high}
    results: dict[str, Any] = {
        "recorded_on": sorted(summary["cpu"].unique()),
        "machine": provenance.of_this_process(),
        "conditions": CONDITIONS,
        "runs": [_equalities(row, found) for _, row in chosen.iterrows()],
        "short_runs": sorted(short["key"]),
        "largest": {
            band: _largest(chosen[is_in(chosen)], found)
            | _largest(short[is_in(short)], found_short, early_on=True)
            for band, is_in in bands.items()
        },
        "between_seeds": {
            band: _between_seeds(summary[is_in(summary)]) for band, is_in in bands.items()
        },
    }
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


def _is_high(runs: pd.DataFrame) -> pd.Series:
    return runs["learning_rate"] >= HIGH_RATE


def sample(summary: pd.DataFrame) -> pd.DataFrame:
    """The runs that are trained again."""
    high = summary[_is_high(summary)]
    tested = high[(high["evaluation"] == "test") & ~high["diverged"]]
    parts = [
        draw(summary, NUM_RUNS, SEED),
        draw(high, NUM_HIGH, HIGH_SEED),
        draw(tested, NUM_HIGH_TESTED, HIGH_SEED),
    ]
    return pd.concat(parts).drop_duplicates("key")


def short_sample(summary: pd.DataFrame) -> pd.DataFrame:
    """The runs of which one epoch is trained again; one graph after the other."""
    is_high = _is_high(summary)
    parts = [draw(summary[each], NUM_SHORT, SHORT_SEED) for each in (is_high, ~is_high)]
    return pd.concat(parts).sort_values(["hidden", "head"], kind="stable")


def _train_under(name: str, folder: Path) -> None:
    """Trains in a process of its own: instruction sets are chosen when TensorFlow starts."""
    paths = [str(_path(folder, name)), str(_short_path(folder, name))]
    command = [sys.executable, __file__, "--train", *paths]
    subprocess.run(command, check=True, env=os.environ | CONDITIONS[name])


def train(path: Path, short_path: Path) -> None:
    """Trains what does not lie in the files yet, one line of JSON a run, by its recorded key."""
    from activation_study.engine.training.train import train as train_one

    summary = PublishedRecord(settings.published()).read(STUDY, "runs").to_pandas()
    for file, rows, changes in (
        (path, sample(summary), {}),
        (short_path, short_sample(summary), {"epochs": 1, "evaluation": "validation"}),
    ):
        file.touch()
        done = {json.loads(line)["key"] for line in file.read_text().splitlines()}
        for _, row in rows[~rows["key"].isin(done)].iterrows():
            run = train_one(experiment_of(row).replace(**changes))
            line = json.dumps(asdict(run) | {"key": row["key"]})
            with file.open("a") as stream:
                stream.write(line + "\n")


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name.replace(' ', '-')}.jsonl"


def _short_path(folder: Path, name: str) -> Path:
    return _path(folder, f"{name} one epoch")


def _trained(path: Path) -> dict[str, Tables]:
    runs = (Run(**json.loads(line)) for line in path.read_text().splitlines())
    return {run.key: to_tables([run]) for run in runs}


def _equalities(row: pd.Series, found: dict[str, dict[str, Tables]]) -> dict[str, Any]:
    """One run: what it is, and under which conditions every recorded digit came again."""
    recorded = found["record"][row["key"]]
    about = {name: row[name] for name in ("key", "hidden", "head", "learning_rate", "seed")}
    outcomes = {
        name: str(found[name][row["key"]]["runs"]["divergence"][0].as_py()) for name in found
    }
    equal = [name for name in CONDITIONS if not inequalities(recorded, found[name][row["key"]])]
    return about | {"outcomes": sorted(set(outcomes.values())), "equal_to_record": equal}


def _largest(
    chosen: pd.DataFrame, found: dict[str, dict[str, Tables]], *, early_on: bool = False
) -> dict[str, float]:
    """The largest difference between two ways of rounding, of what is seen early on or the rest."""
    largest: dict[str, float] = {}
    for key in chosen["key"]:
        parts = [quantities(runs[key]) for runs in found.values()]
        diverged = any(runs[key]["runs"]["divergence"][0].as_py() for runs in found.values())
        for one, other in itertools.combinations(parts, 2):
            for name in (each for each in one if each.endswith(EARLY_ON) is early_on):
                # As in an audit: what a diverged run measured late is noise.
                if name.endswith(AT_START) or not diverged:
                    gap = float(distance(name, one[name], other[name]).max(initial=0.0))
                    largest[name] = max(largest.get(name, 0.0), gap)
    return {name: float(f"{value:.3g}") for name, value in largest.items()}


def _between_seeds(summary: pd.DataFrame) -> dict[str, float]:
    """Median over the cells of the standard deviation between seeds, on each quantity's scale."""
    sound = summary[~summary["diverged"]]
    cells = sound.assign(cell=[cell(row) for _, row in sound.iterrows()]).groupby("cell")
    found = {}
    for column, kind in schema.SUMMARY.items():
        if kind == schema.REAL:
            name = f"runs.{column}"
            is_speed = column == "epochs_to_97"
            values = sound[column].clip(upper=sound["epochs"] + 1.0) if is_speed else sound[column]
            on_scale = pd.Series(scaled(name, values.to_numpy(float)), index=sound.index)
            deviations = on_scale.groupby(cells.ngroup()).std()
            if np.isfinite(middle := float(deviations.median())):
                found[name] = float(f"{middle:.3g}")
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["--train"]:
        train(*map(Path, sys.argv[2:]))
    elif len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as kept:
            main(Path(kept))
