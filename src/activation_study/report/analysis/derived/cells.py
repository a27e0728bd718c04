"""What came of each hidden activation with each output layer at each learning rate that was run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.report.analysis.arms import tuning_metric
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.readings import READINGS
from activation_study.report.analysis.statistics import intervals_by

FIELDS = ["hidden", "head", "learning_rate"]
"""What tells the cells of a set-up apart."""

LAYERS = (1, 2)
"""Hidden layers of every set-up; 1 is next to the pixels."""


class Setup(NamedTuple):
    """Studies that differ in nothing but the fields of a cell.

    Attributes:
        words: What is the same in all of their runs.
        studies: Their names; a run that two of them have counts once.
        measures: What is told of a cell, named without the part; the first chooses rates.
    """

    words: str
    studies: tuple[str, ...]
    measures: tuple[str, ...]


_OF_CLASSES = ("accuracy", "nll", "calibration_gap")
SETUPS = {
    "digits": Setup(
        "one digit, all images, 2 x 128 units, 10 epochs",
        ("core-2", "catalogue-2", "prior-bias-2", "loss-pairs"),
        _OF_CLASSES,
    ),
    "little": Setup("one digit, 1,000 images, 50 epochs", ("little-data",), _OF_CLASSES),
    "cnn": Setup("one digit, small CNN, 10,000 images", ("cnn",), _OF_CLASSES),
    "scenes": Setup(
        "several labels, 2 x 128 units, 10 epochs",
        ("scenes",),
        ("mean_average_precision", "half_exact_match", "label_nll", "label_calibration_error"),
    ),
    "numbers": Setup("a number, 2 x 128 units, 10 epochs", ("regression",), ("rmse", "mae", "r2")),
}
"""By the name that an address gives them."""


@dataclass(frozen=True)
class Cells:
    """The cells of a set-up, each of fresh seeds where it has any, else of those that chose rates.

    Args:
        rows: Indexed by ``FIELDS``: ``part`` (``"test"``, or ``"validation"`` where there are no
            fresh seeds), ``num_runs``, ``num_diverged``, ``is_tuned`` and ``study``.
        values: Indexed by ``FIELDS`` and ``measure``: ``mean``, ``low`` and ``high`` (95 % t
            interval over seeds) in the record's unit; a measure is missing where a run has none. An
            averaged one has ``averaged_`` before its name; ``dead_1`` is the share of layer 1.
        curves: The first measure on the validation images, indexed by ``FIELDS``, ``reading`` and
            ``epoch``: ``mean``, ``low``, ``high``.
        seeds: The first measure, a column a seed, indexed by ``reading`` and ``FIELDS``.
    """

    rows: pd.DataFrame
    values: pd.DataFrame
    curves: pd.DataFrame
    seeds: pd.DataFrame


def cells(record: Mapping[str, Runs], setup: Setup) -> Cells:
    """Return the cells of a set-up.

    Args:
        record: Runs by the name of their study, with all of the set-up's.
        setup: The set-up.
    """
    studies = {name: record[name] for name in setup.studies}
    summary = _of_all(studies, "summary")
    is_test = summary["evaluation"] != "validation"
    chosen = summary[
        is_test | ~is_test.groupby([summary[name] for name in FIELDS]).transform("any")
    ]
    history = _every_epoch(chosen, _of_all(studies, "history"))
    last = history[history["epoch"] == history["epochs"]].set_index(chosen.index)
    columns = {
        prefix + name: _value(chosen, f"{prefix}test_{name}").where(
            is_test[chosen.index], _value(last, f"{prefix}validation_{name}")
        )
        for prefix in READINGS.values()
        for name in setup.measures
    }
    layers = _of_all(studies, "layers")
    ends = layers.merge(last[["key", "epoch"]], on=["key", "epoch"])
    dead = ends.pivot(index="key", columns="layer", values="dead")
    columns |= {f"dead_{layer}": chosen["key"].map(dead[layer]) for layer in LAYERS}
    measured = chosen[[*FIELDS, "seed"]].assign(**columns)
    first = {reading: prefix + setup.measures[0] for reading, prefix in READINGS.items()}
    by_seed = measured.set_index([*FIELDS, "seed"])[list(first.values())]
    read = {name: by_seed[column] for name, column in first.items()}
    rows = (
        chosen.assign(part=chosen["evaluation"].replace("beyond", "test"))
        .groupby(FIELDS)
        .agg(
            part=("part", "first"),
            num_runs=("key", "size"),
            num_diverged=("diverged", "sum"),
            is_tuned=("is_tuned", "any"),
            study=("study", "first"),
        )
    )
    values = _intervals(measured.melt([*FIELDS, "seed"], var_name="measure"), "measure")
    runs = rows["num_runs"].reindex(pd.MultiIndex.from_frame(values.reset_index()[FIELDS]))
    return Cells(
        rows,
        values[(values["num_values"] == runs.to_numpy()).to_numpy()],
        _curves(history, tuning_metric(chosen).name),
        pd.concat(read, names=["reading"]).unstack("seed"),
    )


def _of_all(studies: Mapping[str, Runs], frame: str) -> pd.DataFrame:
    """Return a frame of several studies; of a run that two have, the rows of the first."""
    seen, parts = set[str](), []
    for name, runs in studies.items():
        own = getattr(runs, frame)
        parts.append(own[~own["key"].isin(seen)].assign(study=name))
        seen |= set(own["key"])
    return pd.concat(parts, ignore_index=True)


def _every_epoch(summary: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Return a row a run and epoch with the run's fields; empty from where it was given up."""
    fields = [*FIELDS, "key", "task", "diverged", "epochs"]
    planned = summary.loc[summary.index.repeat(summary["epochs"] + 1), fields]
    planned = planned.assign(epoch=planned.groupby("key").cumcount())
    return planned.merge(history, on=["key", "epoch"], how="left", validate="one_to_one")


def _value(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a column, failed runs counted; nothing where a part has no such measure."""
    if column not in frame:
        return pd.Series(float("nan"), frame.index)
    return with_failures_counted(frame, column)


def _curves(history: pd.DataFrame, measure: str) -> pd.DataFrame:
    read = {
        reading: history[[*FIELDS, "epoch"]].assign(
            value=with_failures_counted(history, f"{prefix}validation_{measure}")
        )
        for reading, prefix in READINGS.items()
    }
    return _intervals(pd.concat(read, names=["reading"]).reset_index(), "reading", "epoch")


def _intervals(frame: pd.DataFrame, *fields: str) -> pd.DataFrame:
    """Return mean and 95 % t interval of ``value`` for each cell and further fields."""
    return intervals_by(frame["value"], [frame[name] for name in (*FIELDS, *fields)])
