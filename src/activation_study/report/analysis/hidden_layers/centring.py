"""Hidden activations with and without a mean of 0: signs of gradients, and how fast they learn."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import scipy.stats

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.arms import evaluation_runs
from activation_study.report.analysis.derived import with_derived
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.statistics import SeedMean

STUDIES = {"centring": "plain descent", "centring-momentum": "momentum"}
"""The studies, and the optimizer of each."""

STEPS = (
    ("sigmoid", "sigmoid_minus_half", "the mean"),
    ("sigmoid_minus_half", "scaled_sigmoid", "slope and range, four times"),
    ("scaled_sigmoid", "tanh", "range, by half"),
    ("relu", "relu_centred", "the mean"),
    ("relu", "elu", "the mean, and a slope below 0"),
)
"""From which function, to which, and what that changes."""

HEIGHT = "area_after_first_epoch"

MEASURES = ("offset", "sign_one_image", "sign_minibatch", "top_share")


def learning(record: Mapping[str, Runs]) -> pd.DataFrame:
    """Return the evaluation runs of both optimizers at tuned rates, with signs and speed.

    Args:
        record: Study -> its runs; a study without runs is left out.

    Returns:
        One row a run, with ``way`` (the optimizer), ``hidden``, ``seed``, ``learning_rate``,
        ``height`` (mean validation accuracy from epoch 1 on), and after epoch 1 ``offset`` (mean
        over spread of the outputs), ``sign_one_image`` and ``sign_minibatch`` (agreement of a
        unit's gradients), ``top_share`` (the largest eigenvalue's share of the second moments).

    Raises:
        IncompleteRecordError: Neither study has runs.
    """
    parts = []
    for study, way in STUDIES.items():
        runs = record.get(study)
        if runs is None or not len(runs):
            continue
        frame = evaluation_runs(with_derived(runs).summary, "tuned")
        one = runs.layers[runs.layers["epoch"] == 1]
        shares = one.groupby("key")["gram_top_share"].mean()
        parts.append(
            frame.assign(
                way=way,
                height=with_failures_counted(frame, HEIGHT),
                top_share=frame["key"].map(shares),
            )
        )
    if not parts or not sum(map(len, parts)):
        raise IncompleteRecordError("no run at the tuned rate is recorded yet")
    return pd.concat(parts)[["way", "hidden", "seed", "learning_rate", "height", *MEASURES]]


def by_function(frame: pd.DataFrame) -> pd.DataFrame:
    """Return means over the seeds, indexed by ``way`` and ``hidden``; functions as they occur."""
    means = frame.groupby(["way", "hidden"], sort=False)[["height", *MEASURES, "learning_rate"]]
    return means.mean()


def rank_correlations(frame: pd.DataFrame, measure: str = "sign_minibatch") -> pd.Series:
    """Return Spearman's correlation of a measure's means with the heights, for each optimizer."""
    means = by_function(frame)
    found = {
        way: float(scipy.stats.spearmanr(own[measure], own["height"]).statistic)
        for way, own in means.groupby("way", sort=False)
        if own[measure].nunique() > 1 and own["height"].nunique() > 1
    }
    return pd.Series(found, dtype=float)


def steps(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what each of ``STEPS`` gains in height, seed by seed, with each optimizer.

    Returns:
        Columns ``way``, ``before``, ``after``, ``changes``, ``mean``, ``low`` and ``high`` (95 % t
        interval over seeds); a step with fewer than two common seeds is left out.
    """
    rows = []
    for way, own in frame.groupby("way", sort=False):
        heights = own.pivot_table("height", "seed", "hidden")
        for before, after, changes in STEPS:
            if not {before, after} <= set(heights):
                continue
            gaps = (heights[after] - heights[before]).dropna()
            if len(gaps) > 1:
                mean = SeedMean.of(gaps.to_numpy())
                rows.append((way, before, after, changes, mean.value, *mean.interval()))
    names = ["way", "before", "after", "changes", "mean", "low", "high"]
    return pd.DataFrame(rows, columns=names)
