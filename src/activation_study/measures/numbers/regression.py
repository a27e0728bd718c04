"""The measures of a task whose targets are numbers.

Shared signature: `predictions` and `targets` are float arrays of shape (n, K). Where a prediction
is not finite, every measure is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from activation_study.measures import convergence
from activation_study.measures.binning import equal_mass_bins
from activation_study.measures.measure_set import MeasureSet, Scored, Table, TableSpec, mean

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
    validation: Scored, test: Scored, generator: np.random.Generator
) -> tuple[dict[str, float], dict[str, Table]]:
    """Measures the test set, and each output on its own.

    Args:
        validation: The validation part, whose targets say what is usual.
        test: The test set.
        generator: Not used: nothing is drawn.
    """
    predictions, targets = test.predictions, test.targets.astype(np.float64)
    rows = [watch(predictions[:, [k]], targets[:, [k]]) for k in range(targets.shape[1])]
    outputs: Table = {name: [row[name] for row in rows] for name in EVERY_EPOCH}
    return watch(predictions, targets) | _shape(predictions, targets, validation.targets), {
        "outputs": {"output": list(range(len(rows)))} | outputs,
        "scatter": _scatter(predictions, targets),
    }


def _shape(predictions: np.ndarray, targets: np.ndarray, usual: np.ndarray) -> dict[str, float]:
    """How predictions depend on the truth, and how far they go.

    Returns:
        The slope of least squares, over the deviations from each output's means; the least and the
        largest prediction; the root mean squared error where the truth is below and above 0; and
        the share of predictions beyond the usual targets of their output.
    """
    if not np.isfinite(predictions).all():
        return dict.fromkeys(SHAPE, math.nan)
    deviations = targets - targets.mean(axis=0)
    squares = (predictions - targets) ** 2
    is_outside = (predictions < usual.min(axis=0)) | (predictions > usual.max(axis=0))
    return {
        "slope": float((deviations * predictions).sum() / (deviations**2).sum()),
        "lowest": float(predictions.min()),
        "highest": float(predictions.max()),
        "rmse_negative": math.sqrt(mean(squares[targets < 0.0])),
        "rmse_positive": math.sqrt(mean(squares[targets > 0.0])),
        "outside_share": float(is_outside.mean()),
    }


def _scatter(predictions: np.ndarray, targets: np.ndarray) -> Table:
    """What is predicted in each tenth of the truth, equal targets together; NaN is nothing."""
    table: Table = {name: [] for name in SCATTER}
    if not np.isfinite(predictions).all():
        return table
    for output, (predicted, true) in enumerate(zip(predictions.T, targets.T, strict=True)):
        tenths = equal_mass_bins(true, 10)
        low, high = np.transpose(
            [
                np.quantile(part, (0.1, 0.9))
                for part in np.split(predicted[tenths.order], tenths.starts[1:])
            ]
        )
        table["output"] += [output] * low.size
        table["decile"] += list(range(low.size))
        table["count"] += tenths.counts.tolist()
        table["mean_target"] += tenths.means(true).tolist()
        table["mean_prediction"] += tenths.means(predicted).tolist()
        table["prediction_10"] += low.tolist()
        table["prediction_90"] += high.tolist()
    return table


SCATTER: dict[str, type] = {
    **dict.fromkeys(("output", "decile", "count"), int),
    **dict.fromkeys(("mean_target", "mean_prediction", "prediction_10", "prediction_90"), float),
}
"""The columns of the table of what is predicted where."""

SHAPE = ("slope", "lowest", "highest", "rmse_negative", "rmse_positive", "outside_share")

EVERY_EPOCH = ("rmse", "mae", "r2")

REGRESSION = MeasureSet(
    name="regression",
    targets="numbers",
    every_epoch=EVERY_EPOCH,
    last_epoch=EVERY_EPOCH,
    course=(),
    at_the_end=(*EVERY_EPOCH, *SHAPE),
    watch=watch,
    outcome=outcome,
    final=final,
    tables={
        "outputs": TableSpec({"output": int} | dict.fromkeys(EVERY_EPOCH, float), ("output",)),
        "scatter": TableSpec(SCATTER, ("output", "decile")),
    },
)
