"""What the page on rare labels says: thresholds, weights, and the rarest label in scenes."""

from __future__ import annotations

import math

import pandas as pd

from activation_study.catalogue import tasks
from activation_study.engine.records.records import Runs
from activation_study.facts.verdicts import answer
from activation_study.measures.metrics import metric_of
from activation_study.report.analysis import outputs
from activation_study.report.analysis.readings import means_by_head
from activation_study.report.claims.box.wording import IMAGES
from activation_study.report.claims.verdict import Verdict

LOSSES = {
    "plain": "sigmoid",
    "weighted": "sigmoid_weighted",
    "root": "sigmoid_weighted_sqrt",
}
"""What the page calls a loss, and its head."""

ANSWERS = {
    "half": {
        "as claimed": "Thresholds of their own are better.",
        "too small": "The difference is too small to matter.",
        "contrary": "A half is better.",
        "not shown": "Which is better, the runs cannot tell.",
    },
    "weight": {
        "as claimed": "That is better than thresholds without a weight.",
        "too small": "That is worth as much as thresholds without a weight.",
        "contrary": "That is worse than thresholds without a weight.",
        "not shown": "Whether that is better than thresholds, the runs cannot tell.",
    },
    "ranking": {
        "as claimed": "The weight teaches the network to tell labels apart better.",
        "too small": "The weight hardly changes how well labels are told apart.",
        "contrary": "With the weight, labels are told apart less well.",
        "not shown": "Whether it helps to tell labels apart, the runs cannot say.",
    },
    "root": {
        "as claimed": "That is no worse than thresholds.",
        "contrary": "That is worse than thresholds.",
        "not shown": "Whether that is as good as thresholds, the runs cannot tell.",
    },
}
"""Which sentence follows from how a claim came out."""


def rare_labels(
    runs: Runs, half: Verdict, weight: Verdict, ranking: Verdict, root: Verdict
) -> dict[str, str]:
    """What thresholds and weights do to rare labels, and to the rarest one in scenes of 10,000.

    Args:
        runs: Of the study.
        half: On a threshold for each label in the place of a half.
        weight: On the weight in the place of these thresholds.
        ranking: On the ranking with the weight.
        root: On the root of the weight in the place of these thresholds.
    """
    verdicts = {"half": half, "weight": weight, "ranking": ranking, "root": root}
    answers = {f"{name}_said": answer(verdict, ANSWERS[name]) for name, verdict in verdicts.items()}
    return answers | _rarest(outputs.of_labels(runs)) | _means(runs)


def _rarest(rows: pd.DataFrame) -> dict[str, str]:
    """What is recorded of the rarest label, in the mean over the runs of a head."""
    rarest = rows[rows["label"] == rows.sort_values("frequency")["label"].iloc[0]]
    # A label that no validation scene shows has no threshold.
    rarest = rarest.replace(math.inf, math.nan)
    means = rarest.groupby("head").mean(numeric_only=True)
    plain = means.loc[LOSSES["plain"]]
    share = plain["frequency"]
    found = {
        "rarest_scenes": f"{IMAGES * share:.0f}",
        "rarest_one_in": f"{1 / share:.0f}",
        "rarest_weight": f"{(1 - share) / share:.0f}",
        "frequent_share": f"{100 * rows['frequency'].max():.0f}",
        "rarest_threshold": f"{plain['threshold']:.2f}",
        "rarest_half_of_f1": f"{plain['label_f1'] / 2:.2f}",
    }
    for name, head in LOSSES.items():
        for rule in ("half", "label"):
            own = means.loc[head]
            found[f"{name}_{rule}_found"] = f"{IMAGES * share * own[f'{rule}_recall']:.0f}"
            column = f"{rule}_precision"
            found[f"{name}_{rule}_right"] = metric_of(column).shown(own[column])
    return found


def _means(runs: Runs) -> dict[str, str]:
    """Binary accuracy and mean F1 of networks at averaged weights, and of saying nothing."""
    share, even = outputs.of_labels(runs)["frequency"].mean(), tasks.get("scenes").guess
    found = {
        "nothing_accuracy": f"{100 * (1 - share):.1f}",
        "nothing_even_accuracy": f"{100 * (1 - even['mean_average_precision']):.1f}",
    }
    columns = ("test_half_hamming", "test_half_macro_f1", "test_global_macro_f1")
    means = means_by_head(runs, columns, "averaged")
    for name, head in LOSSES.items():
        wrong, half, one = (float(means[column][head]) for column in columns)
        found[f"{name}_accuracy"] = f"{100 * (1 - wrong):.1f}"
        found[f"{name}_f1"] = f"{100 * half:.1f}"
        found[f"{name}_global_f1"] = f"{100 * one:.1f}"
    return found
