"""The derivative of an activation at its scores, by whatever backend Keras runs on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from activation_study.catalogue import activations

Function = Callable[[Any], Any]

_GRID = np.linspace(-20.0, 20.0, 8001, dtype=np.float32)
_MOVES = (-5.0, 5.0)

SOFTMAX_STEEPEST = 0.25
"""Largest slope of a softmax: where an output is a half."""


def slopes(function: Function, scores: Any) -> Any:
    """Returns f'(z) at each score, a tensor of the scores' shape, for a function of one score each.

    Keras has no derivative of its own, so that the module is asked with which Keras computes
    already. NaN with a backend that has none, as NumPy's.

    Args:
        function: A tensor of scores to a tensor of the same shape.
        scores: Float tensor.
    """
    name = keras.config.backend()
    backend: Any = sys.modules.get(name)
    scores = ops.cast(scores, "float32")
    if name == "tensorflow":
        with backend.GradientTape() as tape:
            tape.watch(scores)
            outputs = function(scores)
        return tape.gradient(outputs, scores, unconnected_gradients="zero")
    if name == "jax":
        return backend.grad(lambda each: ops.sum(function(each)))(scores)
    if name == "torch":
        with backend.enable_grad():
            scores = scores.clone().requires_grad_(True)
            total = ops.sum(function(scores))
            if not total.requires_grad:
                return ops.zeros_like(scores)
            return backend.autograd.grad(total, scores)[0]
    return ops.full_like(scores, float("nan"))


def softmax_slopes(outputs: Any) -> Any:
    """Returns how much each output of a softmax follows its own score: p (1 - p)."""
    return outputs * (1.0 - outputs)


def mixes_units(function: Function, scores: Any) -> bool:
    """Tells whether an output depends on another score than its own.

    Args:
        function: A tensor of scores to a tensor of the same shape.
        scores: A batch of them, whose shape the function expects; others of a moderate size are
            tried, as at large ones a softmax does not move.
    """
    one = np.random.default_rng(0).normal(size=(1, *scores.shape[1:])).astype(np.float32)

    def others(by: float) -> np.ndarray:
        # The first unit at the first position moves; whatever else moves with it depends on it.
        moved = one.copy()
        moved.flat[0] += by
        return ops.convert_to_numpy(function(ops.convert_to_tensor(moved))).ravel()[1:]

    before = others(0.0)
    return not all(np.array_equal(before, others(by), equal_nan=True) for by in _MOVES)


def steepest(activation: Any, function: Function, scores: Any) -> float:
    """Returns the largest |f'| of a function of one score.

    A function of Keras's own has it in the catalogue. Of others the slopes are taken on a grid from
    -20 to 20, spread over the units: a slope that is learned for each unit counts as it is.

    Args:
        activation: What the model's author gave, a function of `keras.activations` for example.
        function: A tensor of scores to a tensor of the same shape.
        scores: A batch of them, whose shape the function expects.
    """
    name = getattr(activation, "__name__", "")
    if (
        name
        and getattr(keras.activations, name, None) is activation
        and name in activations.names()
    ):
        return activations.get(name).lipschitz
    shape = tuple(scores.shape[1:])
    size = int(np.prod(shape))
    grid = np.resize(_GRID, (-(-_GRID.size // size), *shape))
    return float(np.abs(ops.convert_to_numpy(slopes(function, ops.convert_to_tensor(grid)))).max())
