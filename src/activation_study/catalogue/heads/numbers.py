"""Heads that say a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from activation_study.catalogue.heads import bins, functions, tensors
from activation_study.catalogue.heads.head import Head, Map


def _squared(
    name: str, activation: str | Callable[[Any], Any], formula: str, function: Map, said: str
) -> Head:
    return Head(
        name, activation, "mean_squared_error",
        rf"\frac{{1}}{{K}}\sum_k \left({formula} - y_k\right)^2",
        f"{said}, with squared error. Outputs are the numbers.",
        function, {"numbers": function},
    )  # fmt: skip


def _binned(
    name: str, formula: str, wanted: Callable[[np.ndarray, int], np.ndarray], said: str
) -> Head:
    return Head(
        name, "softmax", "categorical_crossentropy",
        rf"\ln\sum_j e^{{z_j}} - {formula}" + r"\quad\text{(from the scores, not clipped)}",
        f"Softmax over {bins.NUM_BINS} bins from -{bins.HIGHEST} to {bins.HIGHEST} with "
        f"categorical cross-entropy; {said}. The number is the mean of the bins' centres.",
        functions.softmax, {"numbers": bins.expectation},
        num_outputs=bins.num_bins, wanted=wanted,
    )  # fmt: skip


# fmt: off
HEADS = (
    Head("linear_mae", "linear", "mean_absolute_error",
         r"\frac{1}{K}\sum_k \left\lvert z_k - y_k \right\rvert",
         "Linear outputs with absolute error. Outputs are the numbers.",
         functions.identity, {"numbers": functions.identity}),
    _squared("tanh_mse", "tanh", r"\tanh z_k", np.tanh, "Tanh outputs, from -1 to 1"),
    _squared("relu_mse", "relu", r"\max(z_k, 0)", functions.relu, "ReLU outputs, from 0"),
    _squared("softplus_mse", "softplus", r"\ln(1 + e^{z_k})", functions.softplus,
             "Softplus outputs, above 0"),
    _squared("tanh_scaled", tensors.scaled_tanh, rf"{tensors.RANGE:g} \tanh z_k",
             lambda scores: tensors.RANGE * np.tanh(scores),
             f"Tanh outputs times {tensors.RANGE:g}, beyond what any number is"),
    _squared("sigmoid_scaled", tensors.scaled_sigmoid,
             rf"{tensors.RANGE:g} \left(2 \sigma(z_k) - 1\right)",
             lambda scores: tensors.RANGE * (2.0 * functions.sigmoid(scores) - 1.0),
             f"Sigmoid outputs, stretched to the interval from -{tensors.RANGE:g} to "
             f"{tensors.RANGE:g}"),
    _binned("softmax_bins", "z_b", bins.index, "the target is the bin b that the number is in"),
    _binned("softmax_two_hot", r"\sum_k y_k z_k", bins.two_hot,
            "the target is spread over the two bins whose centres are nearest to the number"),
    _binned("softmax_hl_gauss", r"\sum_k y_k z_k", bins.gaussian,
            "the target is the mass in each bin of a Gaussian about the number, of a standard "
            f"deviation of {bins.SPREAD:g}"),
)
# fmt: on
