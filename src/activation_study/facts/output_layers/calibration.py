"""What the page on calibration says of its runs and of its verdicts."""

from __future__ import annotations

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.facts.verdicts import primary_of
from activation_study.measures.metrics import metric_of
from activation_study.registry import listed
from activation_study.report.analysis.arms import evaluation_runs, select
from activation_study.report.analysis.course import at_best_likelihood
from activation_study.report.analysis.readings import at_reading
from activation_study.report.claims.box.wording import IMAGES, Amounts
from activation_study.report.claims.verdict import Verdict

EXAMPLE = {"head": "softmax", "train_size": 3_000, "label_noise": 0.0}
"""The arm by which the page tells what happens, at the last weights."""

WRONG = {"train_size": None, "label_noise": 0.2}
"""All images with wrong labels: where a temperature serves one head and not the other."""

FIELDS = ["head", "train_size", "label_noise"]
ENDS = ("low", "high")


def calibration(
    runs: Runs,
    smoothing: Runs,
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
        smoothing: Of the study of smoothed labels.
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
        answers of 10,000, and measures after the first, the best and the last epoch. Of the arms
        with right labels (``num_right``) ``num_above`` end above 0, of
        those with wrong ones (``num_wrong``) ``num_below`` end below it. Of the runs on part of
        the images: ``num_networks``, and ``num_inside``, whose error chance shows.
    """
    summary = evaluation_runs(at_reading(runs, "last").summary, "tuned")
    after = runs.history.merge(summary[["key", *FIELDS]], on="key").query("epoch > 0")
    found = _of_example(select(summary, EXAMPLE), select(after, EXAMPLE))
    found |= _of_wrong(select(summary, WRONG), select(after, WRONG))
    found |= _of_smoothing(evaluation_runs(at_reading(smoothing, "last").summary, "tuned"))
    best = at_best_likelihood(after)
    last = after.sort_values("epoch").groupby("key").last()
    ends = last.groupby(FIELDS, dropna=False)["validation_calibration_gap"].mean()
    is_right = ends.index.get_level_values("label_noise") == 0.0
    by_kind = best[best["label_noise"] == 0.0].groupby(FIELDS[:2], dropna=False)
    errors = by_kind["validation_calibration_error"].mean()
    # The box is on those that have a number of training images.
    few = summary[summary["train_size"].notna()]
    is_inside = few["test_ece"].between(few["test_ece_null_low"], few["test_ece_null_high"])
    return found | {
        "num_right": f"{is_right.sum()}",
        "num_above": f"{(ends[is_right] > 0).sum()}",
        "num_wrong": f"{(~is_right).sum()}",
        "num_below": f"{(ends[~is_right] < 0).sum()}",
        **{
            f"errors_{head}": listed([metric_of("calibration_error").shown(each) for each in own])
            for head, own in errors.groupby("head")
        },
        "num_networks": f"{len(few)}",
        "num_inside": f"{is_inside.sum()}",
        "answer": {
            "as claimed": "As a rule, yes.",
            "contrary": "As a rule, no.",
        }.get(primary_of(inside).direction, "The runs cannot tell."),
        "rise": metric_of("gap_rise").shown(_reached(longer), signed=True),
        "kept": metric_of("accuracy_rise").shown(_reached(kept), signed=True),
        "stop": _stop(longer, mended),
        "mended": _helps(mended),
        "mended_wrong": _helps(mended_wrong),
        "timing": _ahead(timing),
        "timing_firm": _firm(timing),
        "timing_all": _ahead(timing_all),
        "smoothed": _helps(smoothed),
        "smoothed_accuracy": listed(
            [
                f"{Amounts('test_accuracy').number(row.effect)} with {_size(row.name)}"
                for row in smoothed_accuracy.rows
            ]
        ),
        "smooth": _advice(smoothed, smoothed_accuracy),
    }


def _of_example(summary: pd.DataFrame, after: pd.DataFrame) -> dict[str, str]:
    """What the runs of one arm come to, given those and their history after the first step."""
    accuracy, gap = (summary[f"test_{name}"].mean() for name in ("accuracy", "calibration_gap"))
    found = {
        "claimed": f"{IMAGES * (accuracy + gap):,.0f}",
        "right": f"{IMAGES * accuracy:,.0f}",
        "ece_after": _mean(summary, "test_ece_after_temperature"),
    }
    found |= {f"null_{end}": _mean(summary, f"test_ece_null_{end}") for end in ENDS}
    for moment, rows in _moments(after).items():
        found[f"gap_{moment}"] = _gap(rows["validation_calibration_gap"].mean())
        found[f"accuracy_{moment}"] = _mean(rows, "validation_accuracy")
        for name, column in {"nll": "validation_nll", "loss": "train_loss"}.items():
            found[f"{name}_{moment}"] = metric_of("nll").shown(rows[column].mean())
    return found


def _moments(after: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return of each run the first epoch, that with the best likelihood, and the last."""
    by_run = after.sort_values("epoch").groupby("key")
    return {"first": by_run.first(), "best": at_best_likelihood(after), "last": by_run.last()}


def _of_wrong(summary: pd.DataFrame, after: pd.DataFrame) -> dict[str, str]:
    """What a temperature, and training on, do to each head whose training labels were wrong."""
    found: dict[str, str] = {}
    for head, own in summary.groupby("head"):
        before, then = own["test_ece"], own["test_ece_after_temperature"]
        found |= {
            f"wrong_{head}_ece": _mean(own, "test_ece"),
            f"wrong_{head}_ece_after": _mean(own, "test_ece_after_temperature"),
            f"wrong_{head}_gap": _gap(own["test_calibration_gap"].mean()),
            f"wrong_{head}_worse": f"{(then > before).sum()} of {len(own)}",
        }
        for moment, rows in _moments(after[after["head"] == head]).items():
            found[f"wrong_{head}_accuracy_{moment}"] = _mean(rows, "validation_accuracy")
    return found


def _of_smoothing(summary: pd.DataFrame) -> dict[str, str]:
    """What a temperature leaves with and without smoothing, by number of training images."""
    few = summary[summary["train_size"].notna()]
    found: dict[str, str] = {}
    for head in ("softmax", "softmax_smoothed_10"):
        by_size = few[few["head"] == head].groupby("train_size")
        left = by_size["test_ece_after_temperature"].mean()
        found[f"left_{head}"] = listed([metric_of("ece").shown(each) for each in left])
    unsure = select(summary, {"head": "softmax_smoothed_05", "train_size": 3_000})
    return found | {f"null_unsure_{end}": _mean(unsure, f"test_ece_null_{end}") for end in ENDS}


def _mean(rows: pd.DataFrame, column: str) -> str:
    return metric_of(column).shown(rows[column].mean())


def _size(row: str) -> str:
    """Return the number of images in the name of a row, "all" where it says so."""
    said = row.split()[-1]
    return f"{int(said):,}" if said.isdigit() else said


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
    return _answer(verdict, "sigmoids are ahead", "softmax is ahead", "neither is ahead by much",
                   "who is ahead, the runs cannot tell")  # fmt: skip


def _answer(verdict: Verdict, came: str, opposite: str, same: str, unknown: str) -> str:
    """Choose words by direction and size, which are never merged."""
    primary = primary_of(verdict)
    is_small = primary.size == "too small to matter"
    if primary.direction == "not shown":
        return same if is_small else unknown
    said = came if primary.direction == "as claimed" else opposite
    return f"{said}, by too little to matter" if is_small else said


def _firm(verdict: Verdict) -> str:
    """Say how often half of the seeds would give the same answer, where not always."""
    if not verdict.sensitivity:
        return ""
    halves = verdict.sensitivity.halves
    kept, total = halves.get(verdict.sensitivity.label, 0), sum(halves.values())
    return "" if kept == total else f"Half of the seeds say so in {kept} of {total} draws."


def _stop(longer: Verdict, mended: Verdict) -> str:
    """Advise on when to stop."""
    primary = primary_of(longer)
    if primary.direction == "as claimed":
        if primary_of(mended).direction != "as claimed":
            return "Stop where the likelihood of held-out images is best."
        return "Where labels are right, train on and fit a temperature: to stop early mends less."
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
