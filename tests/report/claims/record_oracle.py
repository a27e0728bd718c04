"""The published record as an oracle reads it: the Parquet files, pandas and nothing else.

Nothing of the package takes part. What a study is stands in ``record_studies`` once more.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from report.claims.layer_oracle import of_hidden_layers
from report.claims.record_studies import BASES, FIRST_FRESH, FRESH, GRID, GRIDS, USUAL

HOW = ("metric", "reading", "rate", "criterion")
GUESS = {"accuracy": 0.1, "nll": math.log(10), "brier": 0.9}
DEFAULT_RATE = {"adam": 1e-3, "sgd": 1e-2, "momentum": 1e-2}
TIE_BREAKERS = {
    "accuracy": "brier", "nll": "brier", "area_after_first_epoch": "brier",
    "mean_average_precision": "label_brier",
}  # fmt: skip
TIES_OF_NUMBERS = {"shares": "kl"}
HIGHER_IS_BETTER = (
    *("accuracy", "precision", "f1", "exact_match", "r2", "auroc", "area", "range", "auc"),
    *("epoch_off_plateau",),
)


def read(data: Path, table: str) -> pd.DataFrame:
    paths = sorted(data.glob(f"*/{table}.parquet"))
    return pd.concat([pd.read_parquet(path) for path in paths]) if paths else pd.DataFrame()


def record(data: Path) -> pd.DataFrame:
    """All published runs of the second protocol, each once, with what follows from their tables."""
    runs = read(data, "runs")
    runs = runs[runs["protocol"].fillna(1) == 2].drop_duplicates("key").set_index("key")
    # A study that changes nothing of a field does not record it.
    usual = {name: value for name, value in USUAL.items() if value is not None and name in runs}
    runs = runs.fillna(usual)
    found = {}
    for reading in ("", "averaged_"):
        found[f"{reading}working_range"] = working_range(runs, reading)
        low, ece, high = (
            runs[f"{reading}test_ece{end}"] for end in ("_null_low", "", "_null_high")
        )
        inside = ece.between(low, high).astype(float)
        found[f"{reading}ece_inside_null"] = inside.where(ece.notna())
    tables = of_tables(data, runs["head"]).reindex(runs.index)
    # Copied, as columns that came one by one lie scattered, of which pandas warns.
    return pd.concat([runs, pd.DataFrame(found), tables], axis="columns").copy().reset_index()


def working_range(runs: pd.DataFrame, reading: str) -> pd.Series:
    curve = runs[(runs["evaluation"] != "validation") & runs["learning_rate"].isin(GRID)]
    arm = [name for name in (*USUAL, "seed") if name in runs]
    decades = 0.5 * (curve[f"{reading}test_accuracy"] >= 0.97)
    return decades.groupby([curve[name] for name in arm], dropna=False).transform("sum")


def of_tables(data: Path, heads: pd.Series) -> pd.DataFrame:
    """What rules ask for that stands in no column of a run."""
    found = of_hidden_layers(read(data, "layers"), read(data, "units"))
    four = read(data, "confusion")
    if len(four):
        four = four[four["true_class"] == 4].drop_duplicates(["key", "predicted_class"])
        given = four.pivot(index="key", columns="predicted_class", values="mean_probability")
        for other in (7, 9):
            found[f"wrong_share_4_{other}"] = given[other] / (1 - given[4])
    history = read(data, "history").drop_duplicates(["key", "epoch"]).set_index(["key", "epoch"])
    by_epoch = history["train_loss"].unstack()
    found["loss_growth"] = by_epoch.ffill(axis=1).iloc[:, -1] / by_epoch[1]
    is_whole = "validation_calibration_gap" in history
    for reading in ("", "averaged_") if is_whole else ():
        nll = history[f"{reading}validation_nll"].unstack()
        nll = nll[[epoch for epoch in nll if epoch > 0]]
        nll = nll.where(np.isfinite(nll)).dropna(how="all")
        found[f"{reading}best_nll"] = nll.min(axis=1)
        ends = nll.notna().iloc[:, ::-1].idxmax(axis=1)
        for name, column in (("gap_rise", "calibration_gap"), ("accuracy_rise", "accuracy")):
            values = history[f"{reading}validation_{column}"]
            at = [values.loc[list(zip(nll.index, epochs, strict=True))].to_numpy()
                  for epochs in (ends, nll.idxmin(axis=1))]  # fmt: skip
            found[f"{reading}{name}"] = pd.Series(at[0] - at[1], nll.index)
    counts = read(data, "counts")
    if len(counts):
        counts = counts[counts["rule"] == "half"].drop_duplicates(
            ["key", "true_count", "predicted_count"]
        )
        for (key, number), part in counts.groupby(["key", "true_count"]):
            mean = np.average(part["mean_maximum"], weights=part["count"])
            found.setdefault(f"largest_of_{number}", pd.Series(dtype=float))[key] = mean
    labels = read(data, "labels")
    if len(labels):
        rarest = labels.sort_values("frequency").drop_duplicates("key").set_index("key")
        found["rarest_overstated"] = rarest["mean_probability"] / rarest["frequency"]
    unknown = read(data, "unknown")
    if len(unknown):
        unknown = unknown.drop_duplicates(["key", "unknown", "score"])
        unknown = unknown.set_index(["unknown", "score", "key"]).sort_index()
        own = heads.map(lambda head: "sigmoid" if head.startswith("sigmoid") else "softmax")
        own = own.mask(heads == "softmax_none", "none")
        for name in unknown.index.levels[0]:
            auroc = unknown.loc[name, "auroc"].unstack("score")
            for score in auroc:
                found[f"auroc_{name}_{score}"] = auroc[score]
            found[f"auroc_{name}_own"] = pd.Series(
                {key: row[own[key]] for key, row in auroc.iterrows()}
            )
            accepted = unknown.loc[(name, "sigmoid"), "share_accepted"]
            found[f"accepted_{name}_sigmoid"] = accepted
    return pd.DataFrame(found)


def counted(runs: pd.DataFrame, column: str) -> pd.Series:
    """A column by seed; a run that diverged counts as a guess among ten classes."""
    values = runs.set_index("seed")[column].astype(float)
    diverged = runs.set_index("seed")["diverged"].astype(bool)
    for name, guess in GUESS.items():
        if column.endswith(f"_{name}"):
            values = values.mask(diverged & ~np.isfinite(values), guess)
    if column == "steps_to_90":
        runs = runs.set_index("seed")
        steps = np.ceil(runs["train_size"].fillna(55_000) / runs["batch_size"])
        values = values.where(np.isfinite(values), steps + 1)
    if column.startswith("epoch"):
        values = values.where(np.isfinite(values), runs.set_index("seed")["epochs"] + 1)
    return values


def is_lower_better(column: str) -> bool:
    return not any(word in column for word in HIGHER_IS_BETTER)


class Record:
    def __init__(self, data: Path) -> None:
        self.runs = record(data)
        self.published = {path.parent.name for path in data.glob("*/runs.parquet")}
        self.chosen: dict[Any, float] = {}

    def arm(self, fields: dict[str, Any]) -> pd.DataFrame:
        frame = self.runs
        for column, value in (USUAL | fields).items():
            if column not in frame:
                if value != USUAL[column]:
                    raise LookupError(column)
                continue
            frame = frame[frame[column].isna() if value is None else frame[column] == value]
        return frame

    def tuned(self, fields: dict[str, Any], criterion: str, grid: tuple[float, ...]) -> float:
        place = (frozenset(fields.items()), criterion, grid)
        if place not in self.chosen:
            tuning = self.arm(fields).query("evaluation == 'validation' and seed < 20")
            if tuning.empty:
                raise LookupError(fields)
            table = tuning.pivot(index="seed", columns="learning_rate", values=criterion)
            prefix = "averaged_" if criterion.startswith("averaged_") else ""
            measure = criterion.removeprefix("averaged_").removeprefix("validation_")
            of_numbers = TIES_OF_NUMBERS.get(fields.get("task", ""), "mae")
            breaker = TIE_BREAKERS.get(measure, of_numbers)
            ties = tuning.pivot(
                index="seed", columns="learning_rate", values=f"{prefix}validation_{breaker}"
            ).fillna(math.inf)
            lower = is_lower_better(criterion)
            merits = -table.fillna(math.inf) if lower else table.fillna(0.0)
            tried = [rate for rate in merits.columns if min(grid) <= rate <= max(grid)]
            while True:
                of = merits[tried]
                best = (of.mean() >= of.mean().max() - 1e-10).idxmax()
                beyond = [rate for rate in merits.columns if rate not in tried]
                if best == tried[0] and (more := [rate for rate in beyond if rate < best]):
                    tried = [max(more), *tried]
                elif best == tried[-1] and (more := [rate for rate in beyond if rate > best]):
                    tried = [*tried, min(more)]
                else:
                    break
            with np.errstate(invalid="ignore"):
                gaps = of.rsub(of[best], axis=0)
                error = gaps.sem().where(np.isfinite(gaps).all(), 0.0)
                tied = ~(of.mean()[best] - of.mean() > error + 1e-10)
            self.chosen[place] = float(ties[tried].mean()[tied].idxmin())
        return self.chosen[place]

    def side(self, rule: dict[str, Any], *changes: dict[str, Any]) -> tuple[pd.Series, tuple]:
        """Mean by seed over the cells of one side, and what it is made of."""
        study = rule["study"]
        if study not in self.published:
            raise LookupError(study)
        base = BASES.get(study, {})
        merged = {"reading": "last"} | {name: rule[name] for name in HOW if name in rule}
        for change in (rule.get("fixed", {}), *changes):
            merged |= change
        levels = [value if isinstance(value, list) else [value] for value in merged.values()]
        values, made_of = [], []
        for combination in itertools.product(*levels):
            cell = dict(zip(merged, combination, strict=True))
            how = {name: cell.pop(name, None) for name in HOW}
            cell = base | cell
            if study == "revival":  # 3 epochs and 3 more, or 6 at once
                cell |= {"epochs": 6 if cell["second_phase"] == "none" else 3}
            rate = cell.pop("learning_rate", None) or how["rate"]
            if rate == "tuned":
                rate = self.tuned(cell, how["criterion"], GRIDS.get(study, GRID[1:5]))
            elif rate == "default":
                rate = DEFAULT_RATE[cell.get("optimizer", "adam")]
            column = ("averaged_" if how["reading"] == "averaged" else "") + how["metric"]
            runs = self.arm(cell)
            tested = "beyond" if study == "unknowns" else "test"
            runs = runs[runs["evaluation"] == tested]
            runs = runs[(runs["seed"] >= FIRST_FRESH) == (study in FRESH)]
            runs = runs[np.isclose(runs["learning_rate"], rate, rtol=1e-6)]
            if runs.empty:
                raise LookupError(cell)
            values.append(counted(runs, column))
            made_of.append((frozenset(cell.items()), column, rate))
        table = pd.concat(values, axis=1, join="inner")
        return table.mean(axis=1, skipna=False), tuple(made_of)

    def effect(self, rule: dict[str, Any], setting: dict[str, Any]) -> tuple[pd.Series, float, Any]:
        found, identity = [], []
        for changes in ({}, rule["less"]) if rule.get("less") else ({},):
            arm, of_arm = self.side(rule, setting, changes, rule["arm"])
            identity.append(of_arm)
            reference = rule["reference"]
            if isinstance(reference, dict):
                reference, of_reference = self.side(rule, setting, changes, reference)
                identity.append(of_reference)
                arm, reference = arm.align(reference, join="inner")
            found.append((arm - reference, float(np.mean(reference))))
        gaps = found[0][0]
        if len(found) == 2:
            one, other = gaps.align(found[1][0], join="inner")
            gaps = one - other
        return gaps, found[0][1], tuple(identity)
