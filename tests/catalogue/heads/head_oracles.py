"""The loss of every head as its entry states it, in NumPy and SciPy, and rows to ask it about.

An oracle takes scores and targets of shape (examples, outputs) and returns each example's loss.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import expit, log_expit, log_softmax, softmax

from activation_study.catalogue import heads

EPSILON = 1e-7  # keras.backend.epsilon(), at which Keras clips probabilities
NUM_LABELS = 5
PRIOR = np.linspace(0.05, 0.6, NUM_LABELS)

Oracle = Callable[[np.ndarray, np.ndarray], np.ndarray]


def softmax_crossentropy(z, y):
    return -(y * log_softmax(z, axis=1)).sum(axis=1)


def binary_crossentropies(z, y):
    return -y * log_expit(z) - (1 - y) * log_expit(-z)


def sigmoid_crossentropy(z, y):
    return binary_crossentropies(z, y).mean(axis=1)


def weighted(z, y):
    return np.where(y > 0, y * -log_expit(z), -log_expit(-z)).mean(axis=1)


def focal(z, y):
    q = np.where(y == 1, expit(z), expit(-z))
    return ((1 - q) ** 2 * binary_crossentropies(z, y)).mean(axis=1)


def smoothed(share):
    return lambda z, y: softmax_crossentropy(z, (1 - share) * y + share / z.shape[1])


def divided(function):
    """Categorical cross-entropy of a function's values divided by their sum, clipped."""

    def loss(z, y):
        quotient = function(z) / function(z).sum(axis=1, keepdims=True)
        return -(y * np.log(np.clip(quotient, EPSILON, 1 - EPSILON))).sum(axis=1)

    return loss


def squared(function):
    return lambda z, y: ((function(z) - y) ** 2).mean(axis=1)


def clipped_binary_crossentropy(z, y):
    p = np.clip(softmax(z, axis=1), EPSILON, 1 - EPSILON)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(axis=1)


def hinge(z, y):
    return np.maximum(0, 1 - np.where(y == 1, z, -z)).mean(axis=1)


def categorical_hinge(z, y):
    right, others = (y * z).sum(axis=1), np.where(y == 1, 0, z).max(axis=1)
    return np.maximum(0, 1 - right + others)


def labels_and_count(z, y):
    labels, counts = slice(None, -4), slice(-4, None)
    return sum(softmax_crossentropy(z[:, part], y[:, part]) for part in (labels, counts))


def one_unit(z, y):
    """Of two classes a sigmoid's loss; of numbers, which are no 0 and 1, that of the constant 1."""
    is_class = np.isin(y, (0, 1)).all()
    return sigmoid_crossentropy(z, y) if is_class else ((1 - y) ** 2).mean(axis=1)


ORACLES: dict[str, Oracle] = {
    **dict.fromkeys(
        ("softmax", "softmax_khot", "softmax_khot_true", "softmax_shared", "softmax_none"),
        softmax_crossentropy,
    ),
    **dict.fromkeys(
        ("powerset", "softmax_bins", "softmax_two_hot", "softmax_hl_gauss"), softmax_crossentropy
    ),
    **dict.fromkeys(("sigmoid", "sigmoid_prior", "sigmoid_one"), sigmoid_crossentropy),
    "sigmoid_sum": lambda z, y: binary_crossentropies(z, y).sum(axis=1),
    "sigmoid_weighted": weighted,
    "sigmoid_weighted_sqrt": weighted,
    "sigmoid_focal": focal,
    "softmax_smoothed_05": smoothed(0.05),
    "softmax_smoothed_10": smoothed(0.1),
    "softmax_smoothed_20": smoothed(0.2),
    "softmax_count": labels_and_count,
    "softmax_one_unit": one_unit,
    "softmax_bce": clipped_binary_crossentropy,
    "double_softmax": lambda z, y: softmax_crossentropy(softmax(z, axis=1), y),
    "double_sigmoid": lambda z, y: sigmoid_crossentropy(expit(z), y),
    "linear_hinge": hinge,
    "linear_hinge_margin": categorical_hinge,
    "sigmoid_normalized": divided(expit),
    "linear_cce": divided(lambda z: z),
    "softplus_sum": divided(lambda z: -log_expit(-z)),
    "relu_sum": divided(lambda z: z * (z > 0)),
    "abs_sum": divided(abs),
    "square_sum": divided(lambda z: z * z),
    "relu_eps_sum": divided(lambda z: z * (z > 0) + 0.001),
    "linear_mae": lambda z, y: np.abs(z - y).mean(axis=1),
    "linear_mse": squared(lambda z: z),
    "softmax_mse": squared(lambda z: softmax(z, axis=1)),
    "sigmoid_mse": squared(expit),
    "tanh_mse": squared(np.tanh),
    "relu_mse": squared(lambda z: z * (z > 0)),
    "softplus_mse": squared(lambda z: -log_expit(-z)),
    "tanh_scaled": squared(lambda z: 11 * np.tanh(z)),
    "sigmoid_scaled": squared(lambda z: 22 * expit(z) - 11),
}

CASES = [(name, kind) for name in heads.names() for kind in heads.get(name).readings]
"""Every head with every kind of targets that it can be asked for."""


def num_targets(head, kind):
    return next(k for k in (NUM_LABELS, 2, 1) if head.fits(kind, k))


def rows(head, kind, seed=0, num_examples=60):
    """Random and extreme scores with targets, both (examples, outputs), as the loss is given."""
    generator = np.random.default_rng(seed)
    size = num_targets(head, kind)
    scores = generator.normal(size=(num_examples, head.num_outputs(size)))
    scores *= np.repeat([1, 8, 40], num_examples // 3)[:, None]
    if kind == "one label":
        targets = generator.integers(0, size, num_examples)
    elif kind == "labels":
        number = np.arange(num_examples)[:, None] % 4  # none, one, two, three
        targets = (generator.random((num_examples, size)).argsort(axis=1) < number).astype("uint8")
    elif size == 1:
        targets = generator.integers(-99, 100, (num_examples, 1)).astype("float32") / 10
    else:
        targets = generator.dirichlet(np.ones(size), num_examples)
    wanted = targets if head.wanted is None else head.wanted(targets, size)
    if wanted.ndim == 1:
        wanted = np.eye(head.num_outputs(size))[wanted]
    return scores, wanted * (1.0 if head.weights is None else head.weights(PRIOR))
