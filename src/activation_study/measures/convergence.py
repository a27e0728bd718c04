"""How fast a run learns, and whether it learns at all."""

from __future__ import annotations

import math
from collections.abc import Sequence

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
    values = np.asarray(accuracies, dtype=np.float64)
    finite = np.isfinite(values)
    if not finite.all():
        values = values[: int(np.argmin(finite))]
    reached = np.flatnonzero(values >= threshold)
    if not reached.size:
        return math.inf
    epoch = int(reached[0])
    if epoch == 0:
        return 0.0
    before, after = float(values[epoch - 1]), float(values[epoch])
    return epoch - 1 + (threshold - before) / (after - before)


def area_under_curve(values: Sequence[float] | np.ndarray) -> float:
    """Mean height of a learning curve: trapezoid over epochs 0..E, divided by E.

    Returns:
        The area in the unit of the values; the value itself if there is only one; NaN if one is not
        finite.

    Raises:
        ValueError: the curve is empty.
    """
    curve = np.asarray(values, dtype=np.float64)
    if curve.ndim != 1 or curve.size == 0:
        raise ValueError(f"values must be a non-empty vector, received shape {curve.shape}.")
    if not np.isfinite(curve).all():
        return math.nan
    if curve.size == 1:
        return float(curve[0])
    return float(np.trapezoid(curve)) / (curve.size - 1)


def chance_limit(num_classes: int, num_examples: int, majority_share: float | None = None) -> float:
    """Highest accuracy that counts as chance: that of guessing plus 3 binomial standard errors.

    Args:
        num_classes: number of classes K; guessing at random is right with probability 1/K.
        num_examples: examples on which the accuracy was measured.
        majority_share: share of the most frequent class, which a network with constant output can
            reach; 1/K where it is not given. MNIST needs it: 11.35 % of the test images are ones,
            more than 10 % plus three standard errors.

    Raises:
        ValueError: fewer than two classes or no examples.
    """
    if num_classes < 2 or num_examples < 1:
        raise ValueError(
            "chance needs at least 2 classes and 1 example, "
            f"received {num_classes} classes and {num_examples} examples."
        )
    chance = max(1.0 / num_classes, majority_share or 0.0)
    return chance + 3.0 * math.sqrt(chance * (1.0 - chance) / num_examples)


def divergence(
    train_losses: Sequence[float] | np.ndarray,
    validation_losses: Sequence[float] | np.ndarray,
    final_accuracy: float,
    num_classes: int,
    num_examples: int,
    majority_share: float | None = None,
) -> str:
    """Names the way in which a run failed to train, if it did.

    Args:
        train_losses: training losses of epochs 1..E, or of 0..E with any value at 0: where there
            are as many as validation losses, the first is not looked at, as there is no training
            loss before the first step.
        validation_losses: validation losses after epochs 0..E.
        final_accuracy: accuracy after the last epoch, a fraction.
        num_classes: number of classes.
        num_examples: examples behind `final_accuracy`.
        majority_share: see `chance_limit`.

    Returns:
        "not finite" if a loss or the final accuracy is NaN or infinite; else "chance" if the final
        accuracy is not above `chance_limit`; else "".
    """
    trained = np.asarray(train_losses, dtype=np.float64)
    validated = np.asarray(validation_losses, dtype=np.float64)
    if trained.size == validated.size:
        trained = trained[1:]
    if not (
        np.isfinite(trained).all()
        and np.isfinite(validated).all()
        and math.isfinite(final_accuracy)
    ):
        return "not finite"
    limit = chance_limit(num_classes, num_examples, majority_share)
    return "" if final_accuracy > limit else "chance"
