"""Tables of output activations with losses: where a loss stops, and which pair Keras trains."""

from __future__ import annotations

import html
import math
import re
from typing import Any

import pandas as pd

from activation_study.catalogue.heads.gradients import trained_pair
from activation_study.engine.records.records import Runs
from activation_study.measures.metrics import metric_of
from activation_study.report.analysis.loss_levels import loss_levels
from activation_study.report.analysis.readings import means_by_head
from activation_study.report.drawing.looks import spelled
from activation_study.report.tables.table import Table

ACTIVATIONS = {"linear": "no activation", "sigmoid": "sigmoid", "softmax": "softmax"}
LOSSES = (
    ("categorical_crossentropy", False),
    ("categorical_crossentropy", True),
    ("binary_crossentropy", False),
    ("binary_crossentropy", True),
    ("mean_squared_error", False),
)
"""Losses by Keras's names, and whether each is told that it is given scores."""

_WORDS = {
    "categorical_crossentropy": "categorical cross-entropy",
    "binary_crossentropy": "binary cross-entropy",
    "mean_squared_error": "squared error",
}
_CODE = re.compile("`([^`]+)`")


def levels_table(runs: Runs | None = None, num_classes: int = 10) -> Table:
    """List the values at which a loss stops, what its outputs then are, why, and what to do.

    Args:
        runs: Runs among which the lowest loss of the last epoch is looked up, where an output layer
            of the catalogue ends at the level.
        num_classes: Number of classes.
    """
    lowest: dict[Any, float] = {}
    if runs is not None and len(runs):
        last = runs.history.sort_values("epoch").groupby("key").last()["train_loss"]
        heads = runs.summary.set_index("key")["head"]
        lowest = last.groupby(heads).min().to_dict()
    rows = [
        {
            "it stops at": "rises" if math.isinf(level.value) else f"{level.value:.4f}",
            "loss": level.loss.removesuffix("_crossentropy").replace("_", " "),
            "why": f"{level.cause} Outputs are {level.outputs}.",
            # A phrase in backticks is code.
            "what to do": _CODE.sub(r"<code>\1</code>", html.escape(level.mend)),
            "our lowest": f"{lowest[level.head]:.4f}" if level.head in lowest else "",
        }
        for level in loss_levels(num_classes)
    ]
    frame = pd.DataFrame(rows)
    note = "Our lowest: of the runs whose output layer it is, at the end." if lowest else ""
    return Table(
        frame if lowest else frame.drop(columns="our lowest"),
        note,
        markup=("what to do",),
        stacks=True,
    )


def pairs_table(runs: Runs | None = None, reading: str = "averaged") -> Table:
    """List which pair trains where Keras is given an activation and a loss for one right class.

    Args:
        runs: Runs whose mean test accuracy, each pair at its tuned rate, stands beside its name.
        reading: ``"last"`` or ``"averaged"`` weights of these.
    """
    accuracy: dict[Any, str] = {}
    if runs is not None and len(runs):
        means = means_by_head(runs, ["test_accuracy"], reading)["test_accuracy"]
        shown = metric_of("test_accuracy").shown
        accuracy = {head: f", {shown(mean)}" for head, mean in means.items()}

    def trained(activation: str, loss: str, from_logits: bool) -> str:
        found = trained_pair(activation, loss, from_logits=from_logits)
        if found.trains is None:
            return "none of this page"
        said = html.escape(spelled(found.trains))
        if found.is_as_named:
            return said + accuracy.get(found.trains, "")
        named = f"not {html.escape(spelled(found.named))}" if found.named else "not as named"
        return f"<strong>{said}</strong>, {named}{' (warns)' * found.warns}"

    rows = [
        {"loss": f"{_WORDS[loss]}{', from logits' * from_logits}"}
        | {name: trained(each, loss, from_logits) for each, name in ACTIVATIONS.items()}
        for loss, from_logits in LOSSES
    ]
    note = (
        "Softmax and sigmoid stand for the pairs with their own cross-entropy. Bold: what trains "
        "is not what the names say. Warns: Keras says that something may be wrong."
    )
    return Table(pd.DataFrame(rows), note, markup=tuple(ACTIVATIONS.values()), stacks=True)
