"""Hidden softmax layers and what mends them: how right they end, and how they start."""

from __future__ import annotations

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.arms import evaluation_runs
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.readings import at_reading, column_of

USUAL = {"width": 128, "depth": 2}
"""The size of a network in which another size is varied."""

STANDARDISED, TIMES_WIDTH = "softmax, standardised after it", "softmax times the width"

VARIANTS = {
    ("softmax", "none", "none"): "softmax",
    ("softmax_times_width", "none", "none"): TIMES_WIDTH,
    ("softmax", "none", "layer"): STANDARDISED,
    ("softmax", "batch", "none"): "softmax, batch normalization before it",
    ("relu", "none", "none"): "ReLU",
    ("relu", "none", "layer"): "ReLU, standardised after it",
    ("relu", "batch", "none"): "ReLU, batch normalization before it",
}
"""By hidden activation, and normalization before and after it, what pages call the layer."""


def variants(runs: Runs, reading: str = "averaged") -> pd.DataFrame:
    """Return the evaluation runs at tuned rates, with their ``variant`` and test ``accuracy``.

    Args:
        runs: Of the study of hidden softmax layers.
        reading: ``"last"`` or ``"averaged"`` weights.

    Returns:
        The accuracy is a share; a run that failed counts as a guess. Other arms are left out.

    Raises:
        IncompleteRecordError: There are no such runs.
    """
    frame = evaluation_runs(at_reading(runs, reading).summary, "tuned") if len(runs) else None
    if frame is None or frame.empty:
        raise IncompleteRecordError("no run at the tuned rate is recorded yet")
    arms = zip(frame["hidden"], frame["normalization"], frame["post_normalization"], strict=True)
    accuracy = with_failures_counted(frame, column_of(frame, "test_accuracy", reading))
    named = frame.assign(variant=[VARIANTS.get(arm, "") for arm in arms], accuracy=accuracy)
    return named[named["variant"] != ""]


def of_size(frame: pd.DataFrame, **size: int) -> pd.DataFrame:
    """Return the rows of one width and depth; each is the usual one unless it is named."""
    wanted = USUAL | size
    return frame[(frame["width"] == wanted["width"]) & (frame["depth"] == wanted["depth"])]


def spread_at_birth(runs: Runs, reading: str = "averaged") -> pd.DataFrame:
    """Return how far the outputs of each hidden layer differ from image to image, untrained.

    Standardised ones are seen before they are standardised.

    Returns:
        The rows of ``variants`` once for each ``layer`` (from 1), with its ``spread``: the standard
        deviation between images, mean over the units.
    """
    born = runs.layers.loc[runs.layers["epoch"] == 0, ["key", "layer", "spread"]]
    return variants(runs, reading).merge(born, on="key")
