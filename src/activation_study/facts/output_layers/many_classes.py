"""What the page on many classes says: where sigmoids start, where they are stuck, and how wide."""

from __future__ import annotations

import math
from collections.abc import Mapping

from activation_study.catalogue import heads, tasks
from activation_study.catalogue.spelling import with_minus
from activation_study.engine.records.records import Runs
from activation_study.facts.verdicts import NO_ANSWER, answer, sides
from activation_study.measures.metrics import metric_of
from activation_study.report.analysis.arms import evaluation_runs
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.loss_levels import loss_levels
from activation_study.report.analysis.readings import at_reading, column_of
from activation_study.report.claims.verdict import Verdict

TASKS = ("strings_1", "strings_2", "strings_3")
HEADS = {"softmax": "softmax", "sigmoid": "sigmoid", "prior": "sigmoid_prior"}
"""What the page calls an output layer, and its name."""

NAMES = {head: name for name, head in HEADS.items()}

ANSWERS = {
    "many": {
        "as claimed": "That is worse than softmax.",
        "too small": "The difference to softmax is too small to matter.",
        "contrary": "That is better than softmax.",
        "not shown": "Whether that is worse than softmax, the runs cannot tell.",
    },
    "default": {
        "as claimed": "Without tuning they learn less.",
        "too small": "Without tuning the difference is too small to matter.",
        "contrary": "Without tuning they learn more.",
        "not shown": "Whether they learn less without tuning, the runs cannot tell.",
    },
    "prior": {
        "as claimed": "So sigmoids lose even with the line.",
        "too small": "So with the line they do as well as softmax.",
        "contrary": "So with the line they do better than softmax.",
        "not shown": "Whether they lose with the line, the runs cannot tell.",
    },
    "width": {
        "as claimed": "Two units are not enough.",
        "too small": "That is about nine in ten.",
        "contrary": "No unit for each class is needed.",
        "not shown": "Whether two units are enough for nine in ten, the runs cannot tell.",
    },
    "more": {
        "as claimed": "On one unit sigmoids do worse.",
        "too small": "On one unit the difference is too small to matter.",
        "contrary": "On one unit sigmoids do better.",
        "not shown": "Which does better on one unit, the runs cannot tell.",
    },
}
"""Which sentence follows from how a claim came out."""


def many_classes(record: Mapping[str, Runs], **verdicts: Verdict) -> dict[str, str]:
    """Where sigmoids of many classes start and stay, and what is learned at which rate.

    Args:
        record: The studies ``many-classes`` and ``rank-limit``.
        **verdicts: On a thousand sigmoids (``many``), at the default rate (``default``), with the
            bias (``prior``); on two units (``width``) and on one (``more``).
    """
    runs = record["many-classes"]
    answers = {f"{name}_said": answer(verdict, ANSWERS[name]) for name, verdict in verdicts.items()}
    return sides(**verdicts) | answers | _levels() | _default(runs) | _reached(record)


def _levels() -> dict[str, str]:
    """Where the loss of one sigmoid a class starts, and where it is when it knows frequencies."""
    found = {"half_level": f"{math.log(2):.3f}"}
    for task in TASKS:
        num_classes = tasks.get(task).num_outputs
        bias = heads.get("sigmoid_prior").initial_bias(1 / num_classes)
        found[f"level_{num_classes}"] = f"{frequency_level(num_classes):.4f}"
        found[f"bias_{num_classes}"] = with_minus(f"{bias:.1f}")
    return found


def frequency_level(num_classes: int) -> float:
    """Return the loss of sigmoids that say the frequency of their class, whatever the image."""
    (level,) = (
        level.value
        for level in loss_levels(num_classes)
        if level.loss == "binary_crossentropy" and level.outputs.startswith("the freq")
    )
    return level


def _default(runs: Runs) -> dict[str, str]:
    """What is learned of a thousand classes at the default rate, after one epoch and at the end."""
    frame = evaluation_runs(runs.where(task=TASKS[-1]).summary, "default")
    history = runs.history.merge(frame[["key", "head"]], on="key").query("epoch > 0")
    means = history.groupby(["head", "epoch"])[["validation_accuracy", "validation_loss"]].mean()
    percent = metric_of("accuracy")
    found = {}
    for name, head in HEADS.items():
        own = means.loc[head]
        found[f"{name}_first"] = percent.shown(own["validation_accuracy"].iloc[0])
        found[f"{name}_last"] = percent.shown(own["validation_accuracy"].iloc[-1])
        found[f"{name}_loss"] = f"{own['validation_loss'].iloc[0]:.4f}"
    return found


def _reached(record: Mapping[str, Runs]) -> dict[str, str]:
    """What each output layer gets right at averaged weights; the rates of a thousand classes.

    Of a thousand classes (``_thousand``, and ``_default`` at the default rate) and of a hundred
    (``_hundred``); of a hundred over one unit (``_control``) and over nine (``_nine``).
    """
    found: dict[str, str] = {}
    for of, study, fixed, rate in (
        ("thousand", "many-classes", {"task": TASKS[2]}, "tuned"),
        ("default", "many-classes", {"task": TASKS[2]}, "default"),
        ("hundred", "many-classes", {"task": TASKS[1]}, "tuned"),
        ("control", "rank-limit", {"task": TASKS[1], "bottleneck": 1}, "tuned"),
        ("nine", "rank-limit", {"task": TASKS[1], "bottleneck": 9}, "tuned"),
    ):
        runs = at_reading(record[study].where(**fixed), "averaged")
        frame = evaluation_runs(runs.summary, rate) if len(runs) else runs.summary
        found |= {f"{name}_{of}": NO_ANSWER for name in HEADS}
        if frame.empty:
            continue
        column = column_of(frame, "test_accuracy", "averaged")
        groups = frame.assign(right=with_failures_counted(frame, column)).groupby("head")
        for head, (right, chosen) in groups.agg(
            {"right": "mean", "learning_rate": "median"}
        ).iterrows():
            found[f"{NAMES[str(head)]}_{of}"] = metric_of("accuracy").shown(right)
            if of == "thousand":
                found[f"{NAMES[str(head)]}_rate"] = f"{chosen:g}"
    return found
