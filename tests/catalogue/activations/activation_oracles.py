"""Independent float64 NumPy and SciPy forms of every built-in activation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special
from scipy.optimize import brentq
from scipy.stats import norm

SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772


def _sparsemax_projection(scores: np.ndarray) -> np.ndarray:
    """Find each row's threshold as the root of sum(max(z - tau, 0)) = 1."""
    rows = []
    for row in scores:
        tau = brentq(
            lambda tau, row=row: np.maximum(row - tau, 0).sum() - 1,
            row.min() - 1,
            row.max(),
            xtol=1e-14,
        )
        rows.append(np.maximum(row - tau, 0))
    return np.array(rows)


def _sparsemax_of_keras(scores: np.ndarray) -> np.ndarray:
    """Put the sum of cumulative sums where the definition has the sum of the support."""
    rows = []
    for row in scores:
        ordered = sorted(row, reverse=True)
        sums = [sum(ordered[: rank + 1]) for rank in range(len(ordered))]
        kept = [s for rank, s in enumerate(sums) if ordered[rank] * (rank + 1) > s - 1]
        rows.append(np.maximum(row - (sum(kept) - 1) / len(kept), 0))
    return np.array(rows)


def _maxout(scores: np.ndarray) -> np.ndarray:
    width = scores.shape[1] // 2
    return np.maximum(scores[:, :width], scores[:, width:])


def _exp_unit(z: np.ndarray) -> np.ndarray:
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


ORACLES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "celu": _exp_unit,
    "elu": _exp_unit,
    "exponential": np.exp,
    "gelu": lambda z: z * norm.cdf(z),
    "hard_shrink": lambda z: z * (np.abs(z) > 0.5),
    "hard_sigmoid": lambda z: np.clip(z / 6 + 0.5, 0, 1),
    "hard_silu": lambda z: z * np.clip(z / 6 + 0.5, 0, 1),
    "hard_tanh": lambda z: np.clip(z, -1, 1),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.2 * z),
    "linear": lambda z: z,
    "log_sigmoid": lambda z: -np.logaddexp(0, -z),
    "log_softmax": lambda z: special.log_softmax(z, axis=1),
    "maxout": _maxout,
    "mish": lambda z: z * np.tanh(np.logaddexp(0, z)),
    "prelu": lambda z: np.where(z > 0, z, 0.25 * z),
    "relu": lambda z: np.maximum(z, 0),
    "relu_centred": lambda z: np.maximum(z, 0) - norm.pdf(0),
    "relu6": lambda z: np.clip(z, 0, 6),
    "scaled_sigmoid": lambda z: 2 * np.tanh(z / 2),
    "selu": lambda z: SCALE * np.where(z > 0, z, ALPHA * np.expm1(np.minimum(z, 0))),
    "sigmoid": special.expit,
    "sigmoid_minus_half": lambda z: np.tanh(z / 2) / 2,
    "silu": lambda z: z * special.expit(z),
    "soft_shrink": lambda z: np.sign(z) * np.maximum(np.abs(z) - 0.5, 0),
    "softmax": lambda z: special.softmax(z, axis=1),
    "softmax_times_width": lambda z: z.shape[1] * special.softmax(z, axis=1),
    "softplus": lambda z: np.logaddexp(0, z),
    "softsign": lambda z: z / (1 + np.abs(z)),
    "sparse_plus": lambda z: np.where(np.abs(z) < 1, (z + 1) ** 2 / 4, np.maximum(z, 0)),
    "sparse_sigmoid": lambda z: np.clip((z + 1) / 2, 0, 1),
    "sparsemax": _sparsemax_of_keras,
    "sparsemax_projection": _sparsemax_projection,
    "squareplus": lambda z: (z + np.hypot(z, 2)) / 2,
    "step": lambda z: np.heaviside(z, 1.0),
    "step_straight_through": lambda z: np.heaviside(z, 1.0),
    "tanh": np.tanh,
    "tanh_shrink": lambda z: z - np.tanh(z),
    "threshold": lambda z: np.where(z > 1, z, 0.0),
}

# Scores at which the derivative jumps (layerwise: with the other score at 0).
KINKS: dict[str, tuple[float, ...]] = {
    "hard_sigmoid": (-3.0, 3.0),
    "hard_silu": (-3.0, 3.0),
    "hard_tanh": (-1.0, 1.0),
    "leaky_relu": (0.0,),
    "prelu": (0.0,),
    "relu": (0.0,),
    "relu6": (0.0, 6.0),
    "relu_centred": (0.0,),
    "selu": (0.0,),
    "soft_shrink": (-0.5, 0.5),
    "sparse_sigmoid": (-1.0, 1.0),
    "sparsemax": (-1.0, 0.0),
    "sparsemax_projection": (-1.0, 1.0),
    "step_straight_through": (-1.0, 1.0),
}

# Scores at which the value jumps.
JUMPS: dict[str, tuple[float, ...]] = {
    "hard_shrink": (-0.5, 0.5),
    "sparsemax": (1.0,),
    "step": (0.0,),
    "step_straight_through": (0.0,),
    "threshold": (1.0,),
}
