"""What the page on calibration says of its runs and of its verdicts."""

from __future__ import annotations

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.facts.verdicts import primary_of
from activation_study.measures.metrics import metric_of
from activation_study.report.analysis.arms import evaluation_runs, select
from activation_study.report.analysis.course import at_best_likelihood
from activation_study.report.analysis.readings import at_reading
from activation_study.report.claims.box.wording import IMAGES, Amounts
from activation_study.report.claims.verdict import Verdict

EXAMPLE = {"head": "softmax", "train_size": 3_000, "label_noise": 0.0}
"""The arm by which the page tells what happens, at the last weights."""

ENDS = {"low": "min", "high": "max"}


def calibration(
    runs: Runs,
    *,
    inside: Verdict,
    longer: Verdict,
    kept: Verdict,
    mended: Verdict,
    mended_wrong: Verdict,
    timing: Verdict,
    timing_all: Verdict,
    smoothed: Verdict,
    smoothed_accuracy: Verdict,
) -> dict[str, str]:
    """Whether outputs are probabilities, when, and what mends them.

    Args:
        runs: Of both studies of long training.
        inside: Of how many networks the error is what chance shows.
        longer: How much more sure training beyond the best epoch makes.
        kept: What it does to the accuracy.
        mended: What a temperature does.
        mended_wrong: What it does where training labels were wrong.
        timing: Sigmoids against softmax, each at its best epoch.
        timing_all: The same with all images.
        smoothed: What label smoothing does.
        smoothed_accuracy: What it does to the accuracy.

    Returns:
        Clauses that are true whatever came out, and of ``EXAMPLE``: ``claimed`` and ``right``
        answers of 10,000, and measures after the first, the best and the last epoch. Of all arms:
        ``num_lines``, of which ``num_below`` begin below 0 and ``num_above`` end above it. Of the
        runs on part of the images: ``num_networks``, and ``num_inside``, whose error chance shows.
    """
    summary = evaluation_runs(at_reading(runs, "last").summary, "tuned")
    fields = ["head", "train_size", "label_noise"]
    after = runs.history.merge(summary[["key", *fields]], on="key").query("epoch > 0")
    found = _of_example(select(summary, EXAMPLE), select(after, EXAMPLE))
    gaps = after.groupby([*fields, "epoch"], dropna=False)["validation_calibration_gap"].mean()
    lines = gaps.unstack("epoch")
    best = at_best_likelihood(after).groupby(fields, dropna=False)["validation_calibration_gap"]
    # The box is on those that have a number of training images.
    few = summary[summary["train_size"].notna()]
    is_inside = few["test_ece"].between(few["test_ece_null_low"], few["test_ece_null_high"])
    return found | {
        "num_lines": f"{len(lines)}",
        "num_below": f"{(lines.iloc[:, 0] < 0).sum()}",
        "num_above": f"{(lines.iloc[:, -1] > 0).sum()}",
        **{f"gap_best_{end}": _gap(best.mean().agg(pick)) for end, pick in ENDS.items()},
        "num_networks": f"{len(few)}",
        "num_inside": f"{is_inside.sum()}",
        "answer": {
            "as claimed": "As a rule, yes.",
            "contrary": "As a rule, no.",
        }.get(primary_of(inside).direction, "The runs cannot tell."),
        "rise": metric_of("gap_rise").shown(_reached(longer), signed=True),
        "kept": Amounts("validation_accuracy").change(_reached(kept)),
        "stop": _stop(longer),
        "mended": _helps(mended),
        "mended_wrong": _helps(mended_wrong),
        "timing": _ahead(timing),
        "timing_all": _ahead(timing_all),
        "smoothed": _helps(smoothed),
        "smoothed_accuracy": Amounts("test_accuracy").change(primary_of(smoothed_accuracy).effect),
        "smooth": _advice(smoothed, smoothed_accuracy),
    }


def _of_example(summary: pd.DataFrame, after: pd.DataFrame) -> dict[str, str]:
    """What the runs of one arm come to, given those and their history after the first step."""
    accuracy, gap = (summary[f"test_{name}"].mean() for name in ("accuracy", "calibration_gap"))
    found = {
        "claimed": f"{IMAGES * (accuracy + gap):,.0f}",
        "right": f"{IMAGES * accuracy:,.0f}",
    }
    for end in ("low", "high"):
        found[f"null_{end}"] = metric_of("ece").shown(summary[f"test_ece_null_{end}"].mean())
    by_run = after.sort_values("epoch").groupby("key")
    moments = {"first": by_run.first(), "best": at_best_likelihood(after), "last": by_run.last()}
    for moment, rows in moments.items():
        means = rows[["validation_calibration_gap", "validation_nll", "train_loss"]].mean()
        found[f"gap_{moment}"] = _gap(means.iloc[0])
        for name, mean in zip(("nll", "loss"), means.iloc[1:], strict=True):
            found[f"{name}_{moment}"] = metric_of("nll").shown(mean)
    return found


def _gap(mean: float) -> str:
    return metric_of("calibration_gap").shown(mean, signed=True)


def _reached(verdict: Verdict) -> float:
    """Return the mean of the arm, where the reference is a number."""
    primary = primary_of(verdict)
    return primary.reference + primary.effect


def _helps(verdict: Verdict) -> str:
    return _answer(verdict, "helps", "harms", "makes no difference that matters",
                   "may help or harm, the runs cannot tell")  # fmt: skip


def _ahead(verdict: Verdict) -> str:
    return _answer(verdict, "sigmoids are ahead", "softmax is ahead", "neither is ahead",
                   "who is ahead, the runs cannot tell")  # fmt: skip


def _answer(verdict: Verdict, came: str, opposite: str, same: str, unknown: str) -> str:
    """Choose words by direction and size, which are never merged."""
    primary = primary_of(verdict)
    is_small = primary.size == "too small to matter"
    if primary.direction == "not shown":
        return same if is_small else unknown
    said = came if primary.direction == "as claimed" else opposite
    return f"{said}, by too little to matter" if is_small else said


def _stop(longer: Verdict) -> str:
    """Advise on when to stop."""
    primary = primary_of(longer)
    if primary.direction == "as claimed":
        return "Stop where the likelihood of held-out images is best, or fit a temperature later."
    if primary.direction == "contrary" or primary.size == "too small to matter":
        return "Do not expect much of stopping early."
    return "Whether it helps to stop early, the runs cannot tell."


def _advice(smoothed: Verdict, accuracy: Verdict) -> str:
    """Say for what labels are worth smoothing, if for anything."""
    gains = {
        "probabilities": primary_of(smoothed).direction == "as claimed",
        "accuracy": primary_of(accuracy).direction == "as claimed",
    }
    wanted = " and for ".join(name for name, is_gained in gains.items() if is_gained)
    if not wanted:
        return "Do not smooth labels for accuracy or for probabilities."
    if gains["probabilities"]:
        return f"Smooth labels for {wanted}."
    return "Smooth labels for accuracy, not for probabilities, and fit the temperature afterwards."
