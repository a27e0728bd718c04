"""Measures of a run's outputs that follow from its tables, one number a run."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.beyond.unknowns import SCORES, UNKNOWNS
from activation_study.measures.metrics import AVERAGED
from activation_study.report.analysis.course import at_best_likelihood

READINGS = ("", AVERAGED)
COUNTS = (1, 2, 3)
OWN = "own"
"""The score that goes with a head: its own largest output, or its class for none."""

OF_LENGTH = ("best_nll", "gap_rise", "accuracy_rise")
OF_UNKNOWNS = (
    *(f"auroc_{unknown}_{score}" for unknown in UNKNOWNS for score in (*SCORES, OWN)),
    *(f"accepted_{unknown}_sigmoid" for unknown in UNKNOWNS),
)
NAMES = (
    *(f"{prefix}{name}" for prefix in READINGS for name in (*OF_LENGTH, "ece_inside_null")),
    *("loss_growth", "rarest_overstated"),
    *(f"largest_of_{count}" for count in COUNTS),
    *OF_UNKNOWNS,
)
"""The columns that ``of_outputs`` can give."""


def of_outputs(runs: Runs) -> dict[str, pd.Series]:
    """Return the columns ``NAMES`` that can be had of the runs, each in the order of the summary.

    ``best_nll``: least negative log-likelihood of validation images after any epoch.
    ``gap_rise`` and ``accuracy_rise``: confidence less accuracy, and accuracy, at the end less at
    that epoch. ``ece_inside_null``: 1 where the calibration error lies within what chance shows,
    else 0. ``loss_growth``: training loss of the last epoch over that of the first.
    ``rarest_overstated``: mean output of the rarest label over its frequency. ``largest_of_k``:
    mean largest output where k labels hold. ``auroc_<unknown>_<score>`` and
    ``accepted_<unknown>_sigmoid``: of the table of unknown images.
    """
    summary, tables = runs.summary, runs.tables
    by_key: dict[str, pd.Series] = {}
    columns: dict[str, pd.Series] = {}
    history = runs.history
    if len(history):
        after = history[history["epoch"] > 0].sort_values(["key", "epoch"])
        losses = after.groupby("key")["train_loss"]
        by_key["loss_growth"] = losses.last() / losses.first()
        for prefix in READINGS:
            by_key |= _of_length(after, prefix)
    for prefix in READINGS:
        names = [f"{prefix}test_{name}" for name in ("ece", "ece_null_low", "ece_null_high")]
        if set(names) <= set(summary):
            ece, low, high = (summary[name] for name in names)
            inside = ((low <= ece) & (ece <= high)).astype(float)
            columns[f"{prefix}ece_inside_null"] = inside.where(ece.notna())
    if "labels" in tables:
        labels = tables["labels"].sort_values("frequency").groupby("key").first()
        by_key["rarest_overstated"] = labels["mean_probability"] / labels["frequency"]
    if "counts" in tables:
        by_key |= _largest(tables["counts"])
    if "unknown" in tables and len(tables["unknown"]):
        by_key |= _of_unknowns(tables["unknown"], summary.set_index("key")["head"])
    mapped = {
        name: summary["key"].map(found).astype(float)
        for name, found in by_key.items()
        if name in NAMES
    }
    return columns | mapped


def _of_length(after: pd.DataFrame, prefix: str) -> dict[str, pd.Series]:
    names = [f"{prefix}validation_{name}" for name in ("nll", "calibration_gap", "accuracy")]
    if not set(names) <= set(after):
        return {}
    nll, gap, accuracy = names
    best = at_best_likelihood(after, prefix).set_index("key")
    last = after[np.isfinite(after[nll])].groupby("key").last()
    return {
        f"{prefix}best_nll": best[nll],
        f"{prefix}gap_rise": last[gap] - best[gap],
        f"{prefix}accuracy_rise": last[accuracy] - best[accuracy],
    }


def _largest(counts: pd.DataFrame) -> dict[str, pd.Series]:
    """Mean largest output by number of labels, over all numbers that were predicted."""
    counts = counts[counts["rule"] == "half"]
    weighted = counts.assign(total=counts["mean_maximum"] * counts["count"])
    sums = weighted.groupby(["true_count", "key"])[["total", "count"]].sum()
    means = sums["total"] / sums["count"]
    there = means.index.get_level_values("true_count")
    return {f"largest_of_{k}": means.xs(k) for k in COUNTS if k in there}


def _of_unknowns(unknown: pd.DataFrame, head: pd.Series) -> dict[str, pd.Series]:
    found: dict[str, pd.Series] = {}
    own = head.map(own_score)
    for name, score in itertools.product(UNKNOWNS, SCORES):
        is_it = (unknown["unknown"] == name) & (unknown["score"] == score)
        of_score = unknown[is_it].set_index("key")
        found[f"auroc_{name}_{score}"] = of_score["auroc"]
        if score == "sigmoid":
            found[f"accepted_{name}_sigmoid"] = of_score["share_accepted"]
    for name in UNKNOWNS:
        rows = unknown[(unknown["unknown"] == name) & (unknown["score"] == unknown["key"].map(own))]
        found[f"auroc_{name}_{OWN}"] = rows.set_index("key")["auroc"]
    return found


def own_score(head: str) -> str:
    """Return the score by which a head itself tells the known: what ``OWN`` stands for."""
    if head == "softmax_none":
        return "none"
    return "sigmoid" if head.startswith("sigmoid") else "softmax"
