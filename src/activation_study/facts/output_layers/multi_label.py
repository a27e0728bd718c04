"""What the page on several labels says: which head, loss, threshold and metric, and at what cost.

Exact matches are means over the seeds, each head at its tuned rate and averaged weights, said as
scenes of 10,000.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from activation_study.catalogue.spelling import written
from activation_study.engine.records.records import Runs
from activation_study.facts.verdicts import NO_ANSWER, primary_of, sides
from activation_study.measures.metrics import metric_of
from activation_study.report import claims
from activation_study.report.analysis.arms import evaluation_runs
from activation_study.report.analysis.readings import at_reading, column_of, means_by_head
from activation_study.report.claims.box.wording import IMAGES, number_in_words
from activation_study.report.claims.verdict import Verdict

READING = "averaged"
EXACT = tuple(f"test_{rule}_exact_match" for rule in ("half", "global", "own"))
"""Exact match where a label is called from a half on, from a threshold of validation data on, and
as the head itself decides."""

ALARMS = {"sigmoid": "sigmoid", "none": "softmax_none", "unlearned": "softmax_khot_true"}
"""What the page calls a head that may call a label where there is none, and its name."""


def multi_label(record: Mapping[str, Runs], said: Mapping[str, Verdict]) -> dict[str, str]:
    """Which head, loss, threshold and metric to take, and what it costs to do otherwise.

    Args:
        record: The studies ``scenes`` and ``scenes-pairs``.
        said: Claim of the chapter -> its verdict.
    """
    runs, pairs = record["scenes"], record["scenes-pairs"].where(task="scenes_pairs")
    right, of_pairs = (means_by_head(each, EXACT, READING) for each in (runs, pairs))
    half, threshold, own = (right[column] for column in EXACT)
    # As in the table: what decides by itself is held against sigmoids at a half.
    gaps = (own - half["sigmoid"]).fillna(threshold - threshold["sigmoid"]).drop("sigmoid")
    gaps = gaps.sort_values(ascending=False)
    margin = claims.read().margins["test_own_exact_match"]
    paired = of_pairs["test_own_exact_match"]["powerset"] - of_pairs["test_half_exact_match"]
    return {
        "sigmoids_right": _scenes(half["sigmoid"]),
        "none_at_half": change(half["softmax_none"] - half["sigmoid"]),
        "none_at_threshold": change(threshold["softmax_none"] - threshold["sigmoid"]),
        "at_threshold": change(threshold["sigmoid"] - half["sigmoid"]),
        "prior": change(half["sigmoid_prior"] - half["sigmoid"]),
        "without_prior": change(half["sigmoid"] - half["sigmoid_prior"]),
        "count": change(own["softmax_count"] - half["sigmoid"]),
        "powerset": change(own["powerset"] - half["sigmoid"]),
        "powerset_pairs": change(paired["sigmoid"]),
        "squares": change(threshold["linear_mse"] - threshold["sigmoid"]),
        "ahead": _ahead(gaps[gaps > margin], len(gaps), margin),
        "num_heads": number_in_words(len(right)),
        "threshold": _threshold(said["threshold-half"]),
        **_empty(runs),
        **_khot(runs, half["softmax_khot"]),
        **sides(
            ranking=said["softmax-multi-label-ranking"],
            calibration=said["linear-square-loss-probabilities"],
        ),
    }


def anywhere(runs: Runs) -> dict[str, str]:
    """What the start of the bias is worth at the last weights, with digits anywhere.

    Args:
        runs: Of the study ``scenes-cnn``.

    Returns:
        The mean average precision: ``anywhere_sigmoid_prior`` and its like.
    """
    measure = "test_mean_average_precision"
    found = {f"anywhere_{head}": NO_ANSWER for head in ("sigmoid", "sigmoid_prior")}
    if len(runs):
        means = means_by_head(runs.where(task="scenes_free"), (measure,), "last")[measure]
        found |= {
            f"anywhere_{head}": metric_of(measure).shown(mean) for head, mean in means.items()
        }
    return found


def change(effect: float) -> str:
    """Say a difference in exact match, as scenes of 10,000: "310 fewer", "as many"."""
    # A half of a scene must not fall to either side by the order of a sum.
    scenes = round(round(IMAGES * effect, 6))
    return f"{abs(scenes):,} {'more' if scenes > 0 else 'fewer'}" if scenes else "as many"


def _scenes(share: float) -> str:
    return f"{IMAGES * share:,.0f}"


def _ahead(gaps: pd.Series, num_others: int, margin: float) -> str:
    """Which of the other heads name the right labels of more scenes, by more than the margin."""
    least = f"by more than {IMAGES * margin:.0f} scenes"
    if gaps.empty:
        return f"None of the {number_in_words(num_others)} others is ahead {least}."
    names = "; ".join(f"{written(head)} (+{_scenes(gap)})" for head, gap in gaps.items())
    return f"Of the {number_in_words(num_others)} others, ahead {least}: {names}."


def _threshold(verdict: Verdict) -> str:
    """From which output on to call a label, by the verdict on a half."""
    primary, best = primary_of(verdict), "the best threshold of validation data"
    if primary.size == "too small to matter":
        return "a half"
    return best if primary.size == "matters" and primary.effect > 0 else f"a half, or {best}"


def _empty(runs: Runs) -> dict[str, str]:
    """What the answer "nothing" gets right, and how many scenes without a label get one."""
    # The test scenes are the same for all runs.
    one = runs.where(key=evaluation_runs(runs.summary, "tuned")["key"].iloc[0])
    sets, labels = one.tables["sets"], one.tables["labels"]
    empty = sets.loc[sets["true_count"] == 0, "count"].sum() / sets["count"].sum()
    frequency, percent = labels["frequency"].mean(), metric_of("accuracy")
    frame = evaluation_runs(at_reading(runs, READING).summary, "tuned").set_index("head")
    # Scenes without a digit are all the same picture, so a run calls a label in all or in none.
    alarms = frame[column_of(frame, "test_global_empty_alarm", READING)].gt(0)
    grouped = alarms.groupby(level="head")
    counts = grouped.sum().astype(str) + " of " + grouped.size().astype(str)
    return {
        "nothing_right": _scenes(empty),
        "nothing_labels": percent.shown(1 - frequency),
        "chance": percent.shown(frequency),
        **{f"alarms_{name}": counts[head] for name, head in ALARMS.items()},
    }


def _khot(runs: Runs, right: float) -> dict[str, str]:
    """What is left of a network that is given several ones with categorical cross-entropy."""
    frame = evaluation_runs(at_reading(runs, "last").summary, "tuned")
    has_failed = frame.loc[frame["head"] == "softmax_khot", "diverged"]
    return {
        "khot_right": _scenes(right),
        "khot_failed": f"{int(has_failed.sum())} of {len(has_failed)}",
    }
