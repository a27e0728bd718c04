"""The explorer's numbers are the record's, computed once more from its Parquet files."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from bs4 import BeautifulSoup

from activation_study.report import claims, figures
from activation_study.report.analysis.derived.cells import SETUPS

DATA = Path(__file__).parents[3] / "data"
MEASURES = {
    "digits": {"accuracy": (-1e4, 1e4, 0), "nll": (1, 0, 4), "calibration_gap": (100, 0, 2)},
    "scenes": {
        "mean_average_precision": (100, 0, 2),
        "half_exact_match": (-1e4, 1e4, 0),
        "label_nll": (1, 0, 4),
        "label_calibration_error": (100, 0, 2),
    },
    "numbers": {"rmse": (1, 0, 3), "mae": (1, 0, 3), "r2": (1, 0, 4)},
}
GUESSES = {"accuracy": 0.1, "nll": np.log(10)}
MOST_BYTES = 350_000


@cache
def figure():
    names = {study for setup in SETUPS.values() for study in setup.studies}
    return figures.explorer({name: claims.recorded(name) for name in names})


@cache
def data():
    return json.loads(figure().json())


@cache
def homes(task):
    """Return the folders that publish the runs of a set-up, and the runs' keys."""
    keys = {key for name in SETUPS[task].studies for key in claims.recorded(name).summary["key"]}
    folders = [path.parent for path in sorted(DATA.glob("*/runs.parquet"))]
    held = {
        folder: set(pd.read_parquet(folder / "runs.parquet", columns=["key"])["key"])
        for folder in folders
    }
    return [folder for folder in folders if held[folder] & keys], keys


def read(task, table):
    folders, keys = homes(task)
    found = pd.concat(pd.read_parquet(folder / f"{table}.parquet") for folder in folders)
    own = ["epoch", "layer"] if table == "layers" else ["epoch"] if table == "history" else []
    return found[found["key"].isin(keys)].drop_duplicates(["key", *own])


def recomputed(task):
    """Yield each cell's name and its runs: fresh seeds where it has any."""
    for (hidden, head, rate), own in read(task, "runs").groupby(
        ["hidden", "head", "learning_rate"]
    ):
        tested = own[own["evaluation"] == "test"]
        yield (
            f"{task} {hidden} {head} {rate:g}",
            (tested if len(tested) else own).sort_values("seed"),
        )


def ends(values):
    mean = values.mean()
    reach = scipy.stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return np.array([mean, mean - reach, mean + reach])


@pytest.mark.parametrize("task", SETUPS)
def test_every_cell_is_the_record_s_to_the_digits_shown(task):
    seen, measures = 0, MEASURES.get(task, MEASURES["digits"])
    curves_of = read(task, "history").set_index(["key", "epoch"]).sort_index()
    dead = read(task, "layers").set_index(["key", "epoch", "layer"])["dead"].to_dict()
    lasts = curves_of.to_dict("index")
    first = {
        prefix: curves_of[f"{prefix}validation_{next(iter(measures))}"].unstack("epoch")
        for prefix in ("", "averaged_")
    }
    for name, runs in recomputed(task):
        part, num_runs, failed, _, study, values, curves, by_seed = data()["cells"][name]
        is_test = runs["evaluation"].iloc[0] == "test"
        assert (part, num_runs, failed) == (is_test, len(runs), runs["diverged"].sum()), name
        assert study in SETUPS[task].studies
        ended = list(zip(runs["key"], runs["epochs"], strict=True))
        unread = runs["diverged"].to_numpy()
        expected = []
        for measure, (factor, start, digits) in measures.items():
            for prefix in first:
                of_history = [
                    lasts.get(end, {}).get(f"{prefix}validation_{measure}", np.nan) for end in ended
                ]
                column = runs[f"{prefix}test_{measure}"].to_numpy() if is_test else of_history
                guess = unread & ~np.isfinite(column)
                column = np.where(guess, GUESSES.get(measure, np.nan), column)
                expected.append((start + factor * column, digits))
        for layer in (1, 2):
            found = [dead.get((*end, layer), np.nan) for end in ended]
            expected.append((100 * np.array(found), 1))
        for shown, (column, digits) in zip(values, expected, strict=True):
            if not np.isfinite(column).all():
                assert shown is None, name
                continue
            assert shown == pytest.approx(ends(column), abs=0.5001 * 10.0**-digits), name
            seen += 1
        for drawn, wide in zip(curves, first.values(), strict=True):
            factor, start, _ = next(iter(measures.values()))
            own = wide.loc[runs["key"]]
            own = own.where(np.isfinite(own), GUESSES.get(next(iter(measures)), np.nan))
            means = start + factor * own.mean()
            # Written nowhere: three digits are drawn.
            assert drawn[0] == pytest.approx(means.tolist(), rel=6e-3), name
        if by_seed:
            factor, start, digits = next(iter(measures.values()))
            for place in (0, 1):
                assert by_seed[place] == pytest.approx(
                    expected[place][0], abs=0.5001 * 10.0 ** -(digits and digits + 2)
                )
    named = [name for name in data()["cells"] if name.startswith(f"{task} ")]
    assert len(named) == len({name for name, *_ in recomputed(task)})
    assert seen > 5 * len(named)


def test_tables_list_every_cell_as_the_data_hold_it():
    page = BeautifulSoup(figure()._repr_html_(), "html.parser")
    tables = page.select("details table")
    assert sum(len(table.select("tbody tr")) for table in tables) == len(data()["cells"])
    first = figure().tables()
    shown = next(iter(first.values()))
    spelled = data()["hidden"], data()["heads"]
    cells = {
        (spelled[0][hidden], spelled[1][head], rate): cell
        for name, cell in data()["cells"].items()
        for task, hidden, head, rate in [name.split(" ")]
        if task == "digits"
    }
    for row in shown.itertuples(index=False):
        cell = cells[row.hidden, row.output, row.rate]
        numbers = [f"{cell[5][place][0]:,}" for place in (0, 1)]
        assert [row[5], row[6]] == numbers
    averaged = shown["mistakes in 10,000 images, averaged weights"].str.replace(",", "").astype(int)
    assert averaged.is_monotonic_increasing


def test_the_figure_is_light_enough():
    assert len(gzip.compress(figure()._repr_html_().encode())) < MOST_BYTES / 2
