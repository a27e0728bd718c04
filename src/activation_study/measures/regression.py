"""The measures of a task whose targets are numbers.

Shared signature: `predictions` and `targets` are float arrays of shape (n, K). Where a prediction
is not finite, every measure is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from activation_study.measures import convergence
from activation_study.measures.measure_set import MeasureSet, Scored, Table, TableSpec

CHANCE = 0.98
"""Share of the targets' standard deviation from which on an error is that of a constant answer."""


def watch(predictions: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """The measures of every epoch.

    Returns:
        Root mean squared error and mean absolute error over examples and outputs, in the unit of
        the targets; the share of the targets' variance that is explained, averaged over outputs.
    """
    residuals = predictions - targets.astype(np.float64)
    if not np.isfinite(residuals).all():
        return dict.fromkeys(EVERY_EPOCH, math.nan)
    unexplained = (residuals**2).mean(axis=0) / targets.astype(np.float64).var(axis=0)
    return {
        "rmse": float(np.sqrt((residuals**2).mean())),
        "mae": float(np.abs(residuals).mean()),
        "r2": float(1.0 - unexplained.mean()),
    }


def outcome(
    history: Mapping[str, np.ndarray], targets: np.ndarray, _: np.ndarray
) -> tuple[str, dict[str, float]]:
    """How training went; the best constant answer errs by the targets' standard deviation."""
    limit = CHANCE * math.sqrt(targets.astype(np.float64).var(axis=0).mean())
    return convergence.divergence(history, "rmse", lambda value: value >= limit), {}


def final(
    _: Scored, test: Scored, generator: np.random.Generator
) -> tuple[dict[str, float], dict[str, Table]]:
    """Measures the test set, and each output on its own."""
    predictions, targets = test.predictions, test.targets
    rows = [watch(predictions[:, [k]], targets[:, [k]]) for k in range(targets.shape[1])]
    outputs: Table = {name: [row[name] for row in rows] for name in EVERY_EPOCH}
    return watch(predictions, targets), {"outputs": {"output": list(range(len(rows)))} | outputs}


EVERY_EPOCH = ("rmse", "mae", "r2")

REGRESSION = MeasureSet(
    name="regression",
    targets="numbers",
    every_epoch=EVERY_EPOCH,
    last_epoch=EVERY_EPOCH,
    course=(),
    at_the_end=EVERY_EPOCH,
    watch=watch,
    outcome=outcome,
    final=final,
    tables={"outputs": TableSpec({"output": int} | dict.fromkeys(EVERY_EPOCH, float), ("output",))},
)
