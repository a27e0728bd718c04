"""Heads that name one of K classes; some of them can be asked for labels and for numbers as well.

What a class beyond the K gets, that of an example of no class, is a row of zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from activation_study.catalogue.heads import functions, tensors
from activation_study.catalogue.heads.head import Head, Map
from activation_study.measures.measure_set import Targets

FROM_SCORES = r"\quad\text{(from the scores, not clipped)}"
SOFTMAX_LOSS = r"\sum_k y_k \left(\ln\sum_j e^{z_j} - z_k\right)" + FROM_SCORES
SIGMOID_LOSS = r"\frac{1}{K}\sum_k \left[\ln(1 + e^{z_k}) - y_k z_k\right]" + FROM_SCORES
CLIP = r"\operatorname{clip}\left(%s,\,10^{-7},\,1 - 10^{-7}\right)"

SIGMOIDS: Mapping[Targets, Map] = {
    "one label": functions.normalized_sigmoid,
    "labels": functions.sigmoid,
}
SOFTMAXES: Mapping[Targets, Map] = {"one label": functions.softmax, "labels": functions.softmax}
NORMALIZED = "Outputs divided by their sum are the distribution."


def is_second(targets: np.ndarray, _: int) -> np.ndarray:
    """Return whether the class is the second one, float32 of shape (n, 1); numbers as they are."""
    return (targets[:, np.newaxis] == 1).astype(np.float32) if targets.ndim == 1 else targets


def two_or_more(num_targets: int) -> int:
    """One output for each target, of which a softmax needs two."""
    return num_targets if num_targets > 1 else 0


def one_for_two(num_targets: int) -> int:
    """One output for two classes, and for one number."""
    return int(num_targets in (1, 2))


def _divided(
    name: str, activation: str | Callable[[Any], Any], formula: str, outputs: Map, reading: Map
) -> Head:
    """A function of the scores divided by its sum, which Keras's categorical cross-entropy does."""
    quotient = CLIP % r"\frac{f(z_k)}{\sum_j f(z_j)}"
    return Head(
        name, activation, "categorical_crossentropy",
        rf"-\sum_k y_k \ln{quotient},\quad f(z) = {formula}",
        "In place of the softmax's exponential another function, with categorical cross-entropy. "
        f"{NORMALIZED}",
        outputs, {"one label": reading},
    )  # fmt: skip


def _smoothed(percent: int) -> Head:
    """Softmax on targets of which a share is spread over all classes."""
    return Head(
        f"softmax_smoothed_{percent:02}", "softmax",
        tensors.smoothed_crossentropy(percent / 100),
        rf"\ln\sum_j e^{{z_j}} - \sum_k \left[(1 - \varepsilon) y_k + \frac{{\varepsilon}}{{K}}"
        rf"\right] z_k,\quad \varepsilon = {percent / 100}" + FROM_SCORES,
        f"Softmax with categorical cross-entropy, {percent} % of each target spread evenly over "
        "all classes. Outputs are the distribution.",
        functions.softmax, {"one label": functions.softmax},
    )  # fmt: skip


# fmt: off
HEADS = (
    Head("softmax", "softmax", "categorical_crossentropy", SOFTMAX_LOSS,
         "Softmax with categorical cross-entropy. Outputs are the distribution. Where a row of "
         "targets does not sum to 1, the gradient is not that of the loss.",
         functions.softmax, {**SOFTMAXES, "numbers": functions.softmax},
         loss_gradient="p - y", num_outputs=two_or_more, second_readings=SIGMOIDS),
    Head("sigmoid", "sigmoid", "binary_crossentropy", SIGMOID_LOSS,
         f"K independent sigmoids with binary cross-entropy. {NORMALIZED}",
         functions.sigmoid, {**SIGMOIDS, "numbers": functions.sigmoid}, second_readings=SOFTMAXES),
    Head("sigmoid_prior", "sigmoid", "binary_crossentropy", SIGMOID_LOSS,
         "As sigmoid, with the output bias started at the log-odds of the prior, -ln(K - 1) for K "
         f"classes of one frequency, so that every output starts near it. {NORMALIZED}",
         functions.sigmoid, SIGMOIDS, prior_bias=True),
    Head("sigmoid_normalized", tensors.unmarked_sigmoid, "categorical_crossentropy",
         r"-\sum_k y_k \ln" + CLIP % r"\frac{\sigma(z_k)}{\sum_j \sigma(z_j)}",
         "Sigmoid with categorical cross-entropy, which divides its inputs by their sum. "
         f"{NORMALIZED}",
         functions.sigmoid, {"one label": functions.normalized_sigmoid}),
    Head("softmax_mse", "softmax", "mean_squared_error",
         r"\frac{1}{K}\sum_k \left(\operatorname{softmax}(z)_k - y_k\right)^2",
         "Softmax with squared error. Outputs are the distribution.",
         functions.softmax, {"one label": functions.softmax, "numbers": functions.softmax},
         num_outputs=two_or_more),
    Head("sigmoid_mse", "sigmoid", "mean_squared_error",
         r"\frac{1}{K}\sum_k \left(\sigma(z_k) - y_k\right)^2",
         f"K independent sigmoids with squared error. {NORMALIZED}",
         functions.sigmoid, {**SIGMOIDS, "numbers": functions.sigmoid}),
    Head("linear_mse", "linear", "mean_squared_error",
         r"\frac{1}{K}\sum_k \left(z_k - y_k\right)^2",
         "Linear outputs with squared error. Outputs clipped at 0 and divided by their sum are the "
         "distribution; it is uniform where no output is positive. Of labels, the outputs clipped "
         "to [0, 1] are the probabilities.",
         functions.identity,
         {"one label": functions.normalized_positive_part, "labels": functions.unit_interval,
          "numbers": functions.identity}),
    Head("double_softmax", tensors.double_softmax, "categorical_crossentropy",
         r"\ln\sum_j e^{p_j} - \sum_k y_k p_k,\quad p = \operatorname{softmax}(z)",
         "Negative control: a softmax before a loss that applies its own. "
         "Outputs are the distribution.",
         functions.softmax_twice, {"one label": functions.softmax_twice}),
    Head("double_sigmoid", tensors.double_sigmoid, "binary_crossentropy",
         r"\frac{1}{K}\sum_k \left[\ln(1 + e^{s_k}) - y_k s_k\right],\quad s = \sigma(z)",
         "Negative control: a sigmoid before a loss that applies its own, so that no output is "
         f"below 1/2. {NORMALIZED}",
         functions.sigmoid_twice,
         {"one label": lambda scores: functions.normalized(functions.sigmoid_twice(scores))}),
    Head("sigmoid_sum", "sigmoid", tensors.summed_binary_crossentropy,
         r"\sum_k \left[\ln(1 + e^{z_k}) - y_k z_k\right]" + FROM_SCORES,
         "As sigmoid, with the loss summed over the K outputs and not averaged as Keras does. "
         f"{NORMALIZED}",
         functions.sigmoid, {"one label": functions.normalized_sigmoid}),
    Head("softmax_bce", tensors.unmarked_softmax, "binary_crossentropy",
         r"-\frac{1}{K}\sum_k \left[y_k \ln c_k + (1 - y_k) \ln(1 - c_k)\right],\quad c_k = "
         + CLIP % r"\operatorname{softmax}(z)_k",
         "Softmax with binary cross-entropy, as the names say. (From Keras's own softmax the loss "
         "would take the scores, for those of sigmoids.) Outputs are the distribution.",
         functions.softmax, {"one label": functions.softmax}),
    Head("linear_cce", "linear", "categorical_crossentropy",
         r"-\sum_k y_k \ln" + CLIP % r"\frac{z_k}{\sum_j z_j}",
         "Negative control: scores given to the categorical cross-entropy without from_logits, "
         "which divides them by their sum. Outputs clipped at 0 and divided by their sum are the "
         "distribution; it is uniform where no output is positive.",
         functions.identity, {"one label": functions.normalized_positive_part}),
    Head("linear_hinge", "linear", "hinge",
         r"\frac{1}{K}\sum_k \max\left(0,\,1 - (2 y_k - 1) z_k\right)",
         "Linear outputs, each with a hinge loss: its class against all others. Nothing trains "
         "them as probabilities; their softmax is the distribution, and their sigmoids the "
         "probabilities of labels.",
         functions.identity, {"one label": functions.softmax, "labels": functions.sigmoid}),
    Head("linear_hinge_margin", "linear", "categorical_hinge",
         r"\max\left(0,\,1 - \sum_k y_k z_k + \max_k\,(1 - y_k) z_k\right)",
         "Linear outputs, of which the right one must exceed the best other one by 1. Keras counts "
         "its own place among the others, as 0, so that it must exceed 1, too. Their softmax is "
         "the distribution.",
         functions.identity, {"one label": functions.softmax}),
    _divided("softplus_sum", "softplus", r"\ln(1 + e^z)",
             functions.softplus, functions.normalized_softplus),
    _divided("relu_sum", "relu", r"\max(z, 0)",
             functions.relu, functions.normalized_positive_part),
    _divided("abs_sum", tensors.absolute, r"\lvert z \rvert",
             np.abs, lambda scores: functions.normalized(np.abs(scores))),
    _divided("square_sum", tensors.square, r"z^2",
             np.square, lambda scores: functions.normalized(np.square(scores))),
    _divided("relu_eps_sum", tensors.relu_and_epsilon, rf"\max(z, 0) + {tensors.EPSILON}",
             lambda scores: functions.relu(scores) + tensors.EPSILON,
             lambda scores: functions.normalized(functions.relu(scores) + tensors.EPSILON)),
    _smoothed(5), _smoothed(10), _smoothed(20),
    Head("sigmoid_one", "sigmoid", "binary_crossentropy",
         r"\ln(1 + e^z) - y z" + FROM_SCORES,
         "One sigmoid with binary cross-entropy for two classes. The output is the probability of "
         "the second one.",
         functions.sigmoid, {"one label": functions.sigmoid_of_two},
         num_outputs=lambda num_classes: int(num_classes == 2), wanted=is_second),
    Head("softmax_one_unit", tensors.softmax_of_one,
         {"one label": "binary_crossentropy", "numbers": "mean_squared_error"},
         r"\ln(1 + e^z) - y z\quad\text{(of two classes)},\quad"
         r" (1 - y)^2\quad\text{(of a number)}",
         "Negative control: a softmax over one output, which is always 1. Of two classes it always "
         "says the second, whatever the network has learned: Keras's binary cross-entropy takes "
         "the score for a sigmoid's, which is the second reading. Of a number, nothing is learned.",
         np.ones_like,
         {"one label": lambda scores: functions.of_two(np.ones_like(scores)),
          "numbers": np.ones_like},
         num_outputs=one_for_two, wanted=is_second,
         second_readings={"one label": functions.sigmoid_of_two}),
)
# fmt: on
