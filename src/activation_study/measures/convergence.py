"""How fast a run learns, and whether it learns at all."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np


def epochs_to(accuracies: Sequence[float] | np.ndarray, threshold: float) -> float:
    """Epochs until the accuracy first reaches a threshold.

    Args:
        accuracies: accuracies after epochs 0..E, epoch 0 being before the first step.
        threshold: accuracy to reach, a fraction.

    Returns:
        Epochs, interpolated linearly between the two evaluations around the crossing; inf when it
        is never reached. A curve counts up to its first value that is not finite: what a diverged
        run had not reached by then, it never did.
    """
    values = _finite_start(accuracies)
    reached = np.flatnonzero(values >= threshold)
    if not reached.size:
        return math.inf
    epoch = int(reached[0])
    if epoch == 0:
        return 0.0
    before, after = float(values[epoch - 1]), float(values[epoch])
    return epoch - 1 + (threshold - before) / (after - before)


def epoch_above(values: Sequence[float] | np.ndarray, threshold: float) -> float:
    """First epoch whose value lies above a threshold; inf where none does, counted as above."""
    above = np.flatnonzero(_finite_start(values) > threshold)
    return float(above[0]) if above.size else math.inf


def steps_to(
    batch_accuracies: Sequence[float] | np.ndarray, threshold: float = 0.9, window: int = 20
) -> float:
    """First step at which the mean accuracy of the latest batches reaches a threshold.

    Args:
        batch_accuracies: accuracy of each batch of the first epoch, read before its step.
        threshold: accuracy to reach, a fraction.
        window: batches in the mean.

    Returns:
        The step, counted from 1; inf when it is never reached; NaN where there are fewer batches.
    """
    accuracies = np.asarray(batch_accuracies, dtype=np.float64)
    if accuracies.size < window:
        return math.nan
    means = np.lib.stride_tricks.sliding_window_view(accuracies, window).mean(axis=1)
    # Accuracies of float32 can fall short of the threshold that they stand for.
    reached = np.flatnonzero(means >= threshold - 1e-6)
    return float(reached[0] + window) if reached.size else math.inf


def area_under_curve(values: Sequence[float] | np.ndarray) -> float:
    """Mean height of a learning curve: trapezoid over epochs 0..E, divided by E.

    Returns:
        The area in the unit of the values; the value itself if there is only one; NaN if one is not
        finite.
    """
    curve = np.asarray(values, dtype=np.float64)
    if not np.isfinite(curve).all():
        return math.nan
    if curve.size == 1:
        return float(curve[0])
    return float(np.trapezoid(curve)) / (curve.size - 1)


def area_after_first_epoch(values: Sequence[float] | np.ndarray) -> float:
    """Mean height from epoch 1 on: what the untrained network does is no part of learning.

    Returns:
        As `area_under_curve`, over epochs 1..E; NaN without an epoch.
    """
    return area_under_curve(values[1:]) if len(values) > 1 else math.nan


def chance_limit(majority_share: float, num_examples: int) -> float:
    """Highest accuracy that counts as chance: that of a constant answer plus 3 standard errors.

    Args:
        majority_share: share of the most frequent class, which a network with constant output can
            reach; at least 1/K of K classes. MNIST needs it: 11.35 % of the test images are ones,
            more than 10 % plus three standard errors.
        num_examples: examples on which the accuracy was measured.
    """
    return majority_share + 3.0 * math.sqrt(majority_share * (1.0 - majority_share) / num_examples)


def divergence(
    history: Mapping[str, np.ndarray], metric: str, is_chance: Callable[[float], bool]
) -> str:
    """Names the way in which a run failed to train, if it did.

    Args:
        history: columns of the history, from before the first step (where there is no training
            loss) to the last epoch: `train_loss`, `validation_loss`, `validation_<metric>`.
        metric: whose last value is judged.
        is_chance: whether a constant answer could reach this value of the metric.

    Returns:
        "not finite" if a loss or the last value of the metric is NaN or infinite; else "chance" if
        that value is one of chance after at least one epoch; else "".
    """
    last = float(history[f"validation_{metric}"][-1])
    losses = (history["train_loss"][1:], history["validation_loss"])
    if not (all(np.isfinite(values).all() for values in losses) and math.isfinite(last)):
        return "not finite"
    has_trained = len(history["train_loss"]) > 1
    return "chance" if has_trained and is_chance(last) else ""


def _finite_start(values: Sequence[float] | np.ndarray) -> np.ndarray:
    """The values before the first that is not finite, float64."""
    curve = np.asarray(values, dtype=np.float64)
    return curve[np.logical_and.accumulate(np.isfinite(curve))]
