"""The table by which a training loss is read: where it stops, and why."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.report.analysis.loss_levels import loss_levels
from activation_study.report.tables.table import Table


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
            "training loss": "rises" if math.isinf(level.value) else f"{level.value:.4f}",
            "Keras's loss": level.loss,
            "the outputs are": level.outputs,
            "why": level.cause,
            "what to do": level.mend,
            "lowest in our runs": f"{lowest[level.head]:.4f}" if level.head in lowest else "",
        }
        for level in loss_levels(num_classes)
    ]
    frame = pd.DataFrame(rows)
    return Table(frame if lowest else frame.drop(columns="lowest in our runs"))
