"""Demonstrations about softmax: what it is, what it is not, and where floating point shows.

Scores have shape (examples, classes).
"""

from __future__ import annotations

import functools

import numpy as np
from scipy import special

from activation_study.report.demonstrations.functions import SEED, largest, sigmoid, slope


def softmax(scores: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Return exp(z / T) divided by its sum over the last axis, in the scores' precision."""
    return special.softmax(scores / temperature, axis=-1)


def naive_softmax(scores: np.ndarray) -> np.ndarray:
    """Return softmax as the formula is printed in textbooks, which overflows for large scores."""
    with np.errstate(over="ignore", invalid="ignore"):
        exponentials = np.exp(scores)
        return exponentials / exponentials.sum(axis=-1, keepdims=True)


def one_hot_argmax(scores: np.ndarray) -> np.ndarray:
    """Return 1 at the first of the largest scores of each row, 0 elsewhere."""
    return np.eye(scores.shape[-1])[scores.argmax(axis=-1)]


# ---------------------------------------------------------------- what softmax is
def softmax_distribution() -> dict[str, float]:
    """Measure sums and signs of the outputs over ordinary and extreme scores, two precisions.

    Rows of ten scores, drawn within 1 to 10,000 of zero; for the smallest output also the worst
    case within 100, one score at -100 and nine at 100. The control rows have one score at 1000.
    """
    rng = np.random.default_rng(SEED)
    extents = [1.0, 10.0, 100.0, 1e3, 1e4]
    scores = np.concatenate([extent * rng.uniform(-1, 1, (2_000, 10)) for extent in extents])
    within_100 = np.vstack([scores[np.abs(scores).max(axis=1) <= 100], 200 * np.eye(10) - 100])
    within_100 = np.vstack([within_100, -within_100])
    outputs, outputs_32 = softmax(scores), softmax(scores.astype(np.float32))
    overflowing = rng.uniform(-1, 1, (1_000, 10))
    overflowing[:, 0] = 1_000.0
    naive = [naive_softmax(overflowing), naive_softmax(overflowing.astype(np.float32))]
    broken = [~np.isfinite(rows).all(axis=1) for rows in naive]
    return {
        "max_sum_error_float64": largest(outputs.sum(axis=1) - 1.0),
        "max_sum_error_float32": largest(outputs_32.sum(axis=1) - np.float32(1.0)),
        "smallest_output_of_scores_within_100_float64": float(softmax(within_100).min()),
        "share_of_negative_outputs": float(np.mean(np.signbit(outputs_32))),
        "share_of_naive_rows_not_finite_at_1000": float(np.mean(broken)),
    }


def softmax_highlights() -> dict[str, float]:
    """Check the ratio law p_i / p_j = exp(z_i - z_j) and the effect of temperature.

    By the law an output is at most exp(-d) where its score lies d below the largest. The
    temperature T divides the scores; the largest output is 1 / sum_j exp(-(z_max - z_j) / T), whose
    terms all fall with T.
    """
    rng = np.random.default_rng(SEED)
    scores = rng.uniform(-20, 20, (1_000, 10))
    outputs = softmax(scores)
    expected = np.exp(scores[:, :, None] - scores[:, None, :])
    ratios = outputs[:, :, None] / outputs[:, None, :]
    below = scores.copy()
    # The second class 5 below the largest score, the third the largest.
    below[:, 2] = below.max(axis=1)
    below[:, 1] = below[:, 2] - 5.0
    highest = [softmax(scores, t).max(axis=1) for t in np.geomspace(10.0, 0.1, 200)]
    return {
        "max_relative_error_of_ratio_law": largest(ratios / expected - 1.0),
        "largest_output_of_a_score_5_below_the_largest": largest(softmax(below)[:, 1]),
        "falls_of_the_largest_output_as_temperature_falls": float(
            np.sum(np.diff(highest, axis=0) < 0)
        ),
    }


def softmax_argmax() -> dict[str, float]:
    """Compare softmax with arg max and with max, and log-sum-exp with max, at a low temperature.

    max z <= T ln sum exp(z / T) <= max z + T ln K for K scores (Boyd and Vandenberghe, 2004,
    section 3.1.5).
    """
    scores, temperature = np.array([1.0, 2.0, 3.0]), 0.01
    outputs = softmax(scores, temperature)
    soft_maximum = temperature * special.logsumexp(scores / temperature)
    return {
        "distance_to_one_hot_argmax_at_temperature_0.01": largest(outputs - one_hot_argmax(scores)),
        "distance_of_largest_output_to_max_at_temperature_0.01": largest(
            outputs.max() - scores.max()
        ),
        "gap_of_log_sum_exp_to_max_at_temperature_0.01": float(soft_maximum - scores.max()),
    }


# ---------------------------------------------------------------- near ties
def argmax_not_differentiable() -> dict[str, float]:
    """Step across a tie and away from ties, with one-hot arg max and with softmax.

    Each partial derivative of softmax, p_i (1 - p_i) or -p_i p_j, is at most 1/4 in size.
    """
    rng = np.random.default_rng(SEED)
    step = 1e-9
    before, after = np.array([1.0, 1.0 - step / 2]), np.array([1.0, 1.0 + step / 2])
    scores = rng.standard_normal((1_000, 10))
    two_largest = np.sort(scores, axis=1)[:, -2:]
    scores = scores[two_largest[:, 1] - two_largest[:, 0] > 1e-3]
    reach = 1e-4
    slopes = [
        (one_hot_argmax(scores + reach * axis) - one_hot_argmax(scores - reach * axis))
        / (2 * reach)
        for axis in np.eye(10)
    ]
    return {
        "jump_across_a_tie": largest(one_hot_argmax(after) - one_hot_argmax(before)),
        "largest_slope_away_from_ties": largest(slopes),
        "change_of_softmax_across_the_same_tie": largest(softmax(after) - softmax(before)),
    }


def distance_to_argmax(gaps: np.ndarray, temperature: float) -> np.ndarray:
    """Return the distance of softmax to the one-hot arg max for two scores, by their gap.

    It is the same for both outputs, sigmoid(-gap / T): the share that the lower score keeps.
    """
    scores = np.stack([np.zeros_like(gaps), gaps], axis=-1)
    return np.abs(softmax(scores, temperature) - one_hot_argmax(scores)).max(axis=-1)


def softmax_not_uniform() -> dict[str, float]:
    """Measure the distance to arg max at a fixed gap and over all gaps, as the temperature falls.

    At any gap g > 0 it is sigmoid(-g / T), which tends to 0. The supremum over g > 0 is 1/2 at
    every T: pointwise convergence that is not uniform, as it must be where continuous functions
    have a discontinuous limit.
    """
    near_ties = [
        largest(distance_to_argmax(np.geomspace(t / 1_000, 1.0, 400), t))
        for t in np.geomspace(1.0, 1e-3, 31)
    ]
    gap = 0.01
    change = softmax(np.array([0.0, gap / 2]), 1e-3) - softmax(np.array([0.0, -gap / 2]), 1e-3)
    return {
        "distance_at_gap_1_and_temperature_0.001": largest(distance_to_argmax(np.ones(1), 1e-3)),
        "smallest_over_temperatures_of_largest_distance_near_ties": min(near_ties),
        "largest_output_change_for_gap_change_of_0.01_at_temperature_0.001": largest(change),
    }


# ---------------------------------------------------------------- one score too many
def softmax_translation() -> dict[str, float]:
    """Add constants to the scores; multiply the Jacobian by ones; fix the last score at 0.

    exp(z + c) = exp(z) exp(c), and exp(c) cancels. The Jacobian is taken one direction at a time.
    """
    rng = np.random.default_rng(SEED)
    scores = rng.uniform(-10, 10, (2_000, 10))
    constants = rng.uniform(-100, 100, (2_000, 1))
    rounded, shift = scores.astype(np.float32), constants.astype(np.float32)
    jacobian = np.stack([slope(softmax, scores, axis) for axis in np.eye(10)], axis=-1)
    return {
        "max_change_float64": largest(softmax(scores + constants) - softmax(scores)),
        "max_change_float32": largest(softmax(rounded + shift) - softmax(rounded)),
        "jacobian_null_direction": largest(jacobian @ np.ones(10)),
        "max_change_when_the_last_score_is_fixed_at_0": largest(
            softmax(scores - scores[:, -1:]) - softmax(scores)
        ),
    }


def _softmax_loss(first: np.ndarray, second: np.ndarray, label: float) -> np.ndarray:
    """Cross-entropy of two classes; label 1 is the first."""
    chosen = first if label == 1.0 else second
    return special.logsumexp(np.stack([first, second]), axis=0) - chosen


def _sigmoid_loss(scores: np.ndarray, label: float) -> np.ndarray:
    """Binary cross-entropy: ln(1 + exp(-z)), or ln(1 + exp(z)) for label 0."""
    return np.log1p(np.exp(-scores if label == 1.0 else scores))


def sigmoid_is_two_class_softmax() -> dict[str, float]:
    """Compare the sigmoid of a - b with the softmax of (a, b): outputs, losses and gradients.

    softmax(a, b)_1 = exp(a) / (exp(a) + exp(b)) = 1 / (1 + exp(-(a - b))). Gradients by the first
    score, through each form of the loss, for both labels.
    """
    rng = np.random.default_rng(SEED)
    first, second = rng.uniform(-30, 30, (2, 5_000))
    outputs = softmax(np.stack([first, second], axis=1))[:, 0]
    losses, gradients = [], []
    for label in (0.0, 1.0):
        of_softmax = functools.partial(_softmax_loss, second=second, label=label)
        of_sigmoid = functools.partial(_sigmoid_loss, label=label)
        losses.append(of_softmax(first) - of_sigmoid(first - second))
        gradients.append(slope(of_softmax, first) - slope(of_sigmoid, first - second))
    return {
        "max_output_difference_float64": largest(outputs - sigmoid(first - second)),
        "max_loss_difference_float64": largest(losses),
        "max_gradient_difference_float64": largest(gradients),
    }


def one_unit_softmax_bug() -> dict[str, float]:
    """Send scores through a softmax of one unit, and a gradient of the binary cross-entropy back.

    exp(z) / exp(z) = 1 whatever z is, so its derivative is 0. The output is clipped to
    [1e-7, 1 - 1e-7], as Keras does, or the loss of label 0 would be infinite; the clip passes the
    derivative on unchanged here, so the zero is the softmax's and not the clip's.
    """
    scores = np.linspace(-50.0, 50.0, 1_001)
    outputs, slopes = softmax(scores[:, None]), slope(softmax, scores[:, None])
    clipped = np.clip(outputs, 1e-7, 1 - 1e-7)
    gradients = [-slopes / clipped, slopes / (1.0 - clipped)]
    labels = np.tile([1.0, 0.0, 0.0], 1_001)[:1_001]
    accuracy = np.mean((outputs[:, 0] > 0.5) == (labels > 0.5))
    sigmoid_gradients = [
        slope(functools.partial(_sigmoid_loss, label=label), np.zeros(1)) for label in (0.0, 1.0)
    ]
    return {
        "largest_distance_of_output_from_1": largest(outputs - 1.0),
        "largest_gradient": largest(gradients),
        "difference_of_accuracy_from_share_of_label_1": abs(float(accuracy - labels.mean())),
        "largest_gradient_of_sigmoid": largest(sigmoid_gradients),
    }
