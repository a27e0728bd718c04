"""How the gradient of a layer's kernel lies: whether a unit's weights are all pushed one way.

A unit's weights share the factor that the loss sends back: for one example, their gradients differ
only by the inputs. Inputs of one sign push all weights of a unit the same way; inputs with a common
offset put the gradient along the direction in which all weights are equal, and make that the
steepest direction of the loss.

Reference:
    LeCun, Bottou, Orr, Müller, "Efficient BackProp", 1998, section 4.3.
"""

from __future__ import annotations

import math

import numpy as np

_EXAMPLES_ALONE = 256
_INPUTS_OF_GRAM = 256


def geometry(inputs: np.ndarray, errors: np.ndarray, batch: int = 128) -> dict[str, float]:
    """Measures the gradients of one layer's kernel, without its bias.

    Args:
        inputs: Float array of shape (examples, fan_in): what the layer below emits.
        errors: Float array of shape (examples, units): gradient of the summed loss in the layer's
            scores.
        batch: Examples of a minibatch; those that fill no whole one are left out.

    Returns:
        NaN where an array is not finite, or nothing is there to average. Of weights whose gradient
        is not 0: |mean of its sign| over a unit's weights, averaged over units, for one example
        (``sign_example``, the first 256) and for a minibatch's sum (``sign_batch``); random signs
        give sqrt(2 / (pi fan_in)). ``common_mode``: the share of the minibatches' squared gradients
        that lies along the all-ones direction of a unit's weights; random directions give
        1 / fan_in. Of the inputs' second moments E[h h^T] with a constant 1 appended, where at most
        256 inputs count: ``gram_top_share``, the largest eigenvalue's share of the trace, and
        ``gram_condition``, the largest over the median one; inf where that is 0.
    """
    # float64 keeps the squares of large float32 values from overflowing.
    inputs, errors = inputs.astype(np.float64), errors.astype(np.float64)
    return _of_gradients(inputs, errors, batch) | _of_gram(inputs[:, :_INPUTS_OF_GRAM])


def _of_gradients(inputs: np.ndarray, errors: np.ndarray, batch: int) -> dict[str, float]:
    if not (np.isfinite(inputs).all() and np.isfinite(errors).all()):
        return dict.fromkeys(("sign_example", "sign_batch", "common_mode"), math.nan)
    num_examples, fan_in = inputs.shape
    whole = num_examples // batch * batch
    gradients = np.matmul(
        errors[:whole].reshape(-1, batch, errors.shape[1]).transpose(0, 2, 1),
        inputs[:whole].reshape(-1, batch, fan_in),
    )
    squares = np.einsum("bui,bui->", gradients, gradients)
    along = np.square(gradients.sum(axis=2)).sum() / fan_in
    # For one example, the units that get a gradient agree up to their sign.
    num_units = np.count_nonzero(errors[:_EXAMPLES_ALONE], axis=1)
    return {
        "sign_example": _sign_agreement(inputs[:_EXAMPLES_ALONE], num_units),
        "sign_batch": _sign_agreement(gradients),
        "common_mode": float(along / squares) if squares else math.nan,
    }


def _sign_agreement(values: np.ndarray, counts: np.ndarray | int = 1) -> float:
    """Mean over vectors (the last axis), each counted so often, of |mean sign| of what is not 0."""
    signs = np.sign(values)
    number = np.count_nonzero(signs, axis=-1)
    agreement = np.abs(signs.sum(axis=-1)) / np.maximum(number, 1)
    weights = counts * (number > 0)
    return float((weights * agreement).sum() / weights.sum()) if weights.any() else math.nan


def _of_gram(inputs: np.ndarray) -> dict[str, float]:
    if not np.isfinite(inputs).all():
        return {"gram_top_share": math.nan, "gram_condition": math.nan}
    extended = np.column_stack([inputs, np.ones(len(inputs))])
    gram = extended.T @ extended / len(inputs)
    eigenvalues = np.linalg.eigvalsh(gram)
    largest, median = float(eigenvalues[-1]), float(np.median(eigenvalues))
    # An eigenvalue of 0 comes out as one of either sign that rounding allows.
    is_singular = median <= largest * len(gram) * np.finfo(np.float64).eps
    return {
        "gram_top_share": largest / float(np.trace(gram)),
        "gram_condition": math.inf if is_singular else largest / median,
    }
