"""What the outputs of test images say: second choices, probabilities, numbers, labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy.stats

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.registry import unknown_name
from activation_study.report.analysis.arms import (
    evaluation_runs,
    headline_runs,
    recorded_values,
    undiverged_runs,
)
from activation_study.report.analysis.derived.table_columns import OWN, own_score
from activation_study.report.analysis.readings import at_reading


def second_choices(runs: Runs, label: int) -> pd.DataFrame:
    """Return the mean probability that each tuned run gives to the wrong classes of a label.

    Returns:
        Columns ``head``, ``predicted_class`` and ``mean_probability``, one row a run and class.

    Raises:
        ValueError: No such class is recorded.
    """
    confusion = runs.confusion
    arms = headline_runs(runs, "head")[["key", "head"]]
    classes = sorted(confusion["true_class"].unique())
    if label not in classes:
        raise unknown_name("class", label, map(str, classes))
    is_wrong = (confusion["true_class"] == label) & (confusion["predicted_class"] != label)
    columns = ["head", "predicted_class", "mean_probability"]
    return confusion[is_wrong].merge(arms, on="key")[columns]


def calibration_of_bins(runs: Runs, hidden: str) -> pd.DataFrame:
    """Return accuracy minus confidence of each bin of each tuned run, and its null interval.

    Returns:
        Columns ``head``, ``bin``, ``count``, ``confidence``, ``gap``, ``low`` and ``high``; the
        last two as ``null_band``.
    """
    summary = undiverged_runs(runs.summary, "tuned")
    names = recorded_values(summary, [hidden], "hidden")
    arms = summary[summary["hidden"].isin(names)][["key", "head"]]
    bins = runs.reliability.merge(arms, on="key").dropna()
    low, high = null_band(bins["confidence"], bins["count"])
    gap = bins["accuracy"] - bins["confidence"]
    return bins.assign(gap=gap, low=low, high=high).drop(columns=["key", "accuracy"])


def null_band(confidence: pd.Series, count: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the 95 % band of accuracy minus mean confidence of bins whose confidence is right."""
    low, high = scipy.stats.binom.interval(0.95, np.round(count), confidence)
    return low / count - confidence, high / count - confidence


def of_numbers(runs: Runs) -> pd.DataFrame:
    """Return what each tuned run predicts in each tenth of the truth, failed runs too.

    It is read at the last weights; a run is tuned here whose rate is the best for these.

    Returns:
        The columns of the table ``scatter``, with ``head`` and ``diverged`` of the run. One row a
        run, output and tenth.

    Raises:
        IncompleteRecordError: No such run is recorded.
    """
    frame = evaluation_runs(at_reading(runs, "last").summary, "tuned") if len(runs) else None
    if frame is None or frame.empty:
        raise IncompleteRecordError("no run at the tuned rate is recorded yet")
    return runs.tables["scatter"].merge(frame[["key", "head", "diverged"]], on="key")


def of_labels(runs: Runs) -> pd.DataFrame:
    """Return what is recorded of each label of each tuned run.

    It is read at the last weights; a run is tuned here whose rate is the best for these.

    Returns:
        The columns of the table ``labels``, with the ``head`` of the run and ``overstated``: the
        mean output over the frequency. One row a run and label.

    Raises:
        IncompleteRecordError: No such run is recorded.
    """
    summary = undiverged_runs(at_reading(runs, "last").summary, "tuned")
    rows = runs.tables["labels"].merge(summary[["key", "head"]], on="key")
    return rows.assign(overstated=rows["mean_probability"] / rows["frequency"])


def of_unknowns(runs: Runs) -> pd.DataFrame:
    """Return what each tuned run says of unknown images, and of known ones.

    It is read at the last weights; a run is tuned here whose rate is the best for these.

    Returns:
        The columns of the table ``unknown``, with the ``task``, the ``head`` and the ``network``:
        the head, and whether it saw scrambled images as well. What a head says by its own score
        stands there a second time, as the score ``own``. One row a run, kind of images and score.

    Raises:
        IncompleteRecordError: No such run is recorded.
    """
    if runs.tables.get("unknown", pd.DataFrame()).empty:
        raise IncompleteRecordError("no run is recorded yet of what it says of unknown images")
    summary = undiverged_runs(at_reading(runs, "last").summary, "tuned")
    seen = np.where(summary["negatives"] > 0, " + scrambled", "")
    arms = summary[["key", "task", "head"]].assign(network=summary["head"] + seen)
    rows = runs.tables["unknown"].merge(arms, on="key")
    own = rows[rows["score"] == rows["head"].map(own_score)]
    return pd.concat([rows, own.assign(score=OWN)], ignore_index=True)
