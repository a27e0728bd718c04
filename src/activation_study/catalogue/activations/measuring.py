"""Numerical properties of an activation that a user brings without stating them."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, get_args

import numpy as np

from activation_study.catalogue import quiet_tensorflow
from activation_study.catalogue.activations.code_digest import LAYER_REMEDY
from activation_study.catalogue.activations.entry import Kind, Saturation
from activation_study.catalogue.activations.own_layers import OwnLayer
from activation_study.registry import shown

# The near grid finds extrema, the far one tells a limit from growth; both are symmetric about 0.
_NEAR = np.linspace(-20.0, 20.0, 8001)
_DECADES = (1e2, 1e3, 1e4)
_FAR = np.geomspace(21.0, _DECADES[-1], 1001)
_SCORES = np.concatenate([-_FAR[::-1], _NEAR, _FAR]).astype(np.float32)
_IS_NEAR = np.abs(_SCORES) <= 20.0
_FLAT = 0.01
_STEEP = 1e3
_TOLERANCE = 1e-5


def measure(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    """Measure the properties of a function of scores, shape (batch, units), in float32.

    The near grid covers [-20, 20] in steps of 0.005; outputs and slopes are called unbounded where
    they still grow between scores of size 1,000 and 10,000. Of a function of all scores of a layer
    most depends on the layer's width: there None or NaN stands for what is not known.

    Returns:
        `kind`, `mixes_units` and the other numerical fields of `Activation`.

    Raises:
        ValueError: where the function is none of tensors, changes the shape of its scores, mixes
            the examples of a batch, draws random numbers, reads a variable that would not be
            trained, or is not finite near 0.
    """
    quiet_tensorflow.load()
    scores = np.random.default_rng(0).normal(scale=3.0, size=(4, 6)).astype(np.float32)
    _check_rows(name, function, scores)
    is_learned = _reads_variables(name, function, scores)
    mixes_units = not _is_elementwise(function, scores)
    kind = "learned" if is_learned else "layerwise" if mixes_units else "elementwise"
    shared = {"kind": kind, "mixes_units": mixes_units and is_learned}
    return shared | (_of_row if mixes_units else _of_score)(name, function)


def _of_score(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    """Return the properties of a function of one score."""
    from activation_study.catalogue.activations import functions

    column = _SCORES[:, None]
    values = _call(function, column)[:, 0].astype(np.float64)
    slopes = functions.gradient_slope(function, functions.as_scores(column))
    slopes = slopes.numpy()[:, 0].astype(np.float64)
    near, near_slopes = values[_IS_NEAR], slopes[_IS_NEAR]
    _check_finite(name, near)
    steepest, largest = float(np.abs(near_slopes).max()), _supremum(np.abs(slopes))
    limits = -_supremum(-values), _supremum(values)
    with np.errstate(invalid="ignore"):
        rises = np.diff(values) >= -_TOLERANCE * np.maximum(1.0, np.abs(values[1:]))
    return {
        "range": limits,
        "zero_centred": bool(np.allclose(values, -values[::-1], _TOLERANCE, _TOLERANCE)),
        "monotone": bool(rises[np.isfinite(values[1:])].all()),
        "bounded": None if np.isnan(limits).any() else bool(np.isfinite(limits).all()),
        "saturates": _saturation(near_slopes, steepest),
        "lipschitz": float("inf") if largest > _STEEP else largest,
        "slope_at_zero": float(slopes[len(_SCORES) // 2]),
        "trainable": steepest != 0.0,
        "continuous": not _jump(near, near_slopes),
    }


def _of_row(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    """Return what is known, at any width, of a function of all scores of a layer."""
    from activation_study.catalogue.activations import functions

    pairs = np.stack([_NEAR, np.zeros_like(_NEAR)], axis=1).astype(np.float32)
    values = _call(function, pairs)[:, 0].astype(np.float64)
    _check_finite(name, values)
    tensor = functions.as_scores(pairs)
    slopes = functions.jacobian_diagonal(function, tensor).numpy()[:, 0].astype(np.float64)
    rows = np.random.default_rng(1).normal(scale=3.0, size=(64, 7)).astype(np.float32)
    weighted = functions.gradient_slope(lambda z: function(z) * rows[0], functions.as_scores(rows))
    is_odd = np.allclose(_call(function, rows), -_call(function, -rows), atol=_TOLERANCE)
    unknown = dict.fromkeys(("monotone", "bounded", "saturates"))
    return unknown | {
        "range": (math.nan, math.nan),
        "zero_centred": bool(is_odd),
        "lipschitz": math.nan,
        "slope_at_zero": math.nan,
        "trainable": bool(weighted.numpy().any()),
        "continuous": not _jump(values, slopes),
    }


def _explained(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with its own errors, and results that are no tensors, explained."""
    import keras

    remedy = "An activation must map a tensor to a tensor: write it with keras.ops"

    def explained(scores: Any) -> Any:
        try:
            outputs = function(scores)
            if not keras.ops.is_tensor(outputs):
                raise TypeError(f"returned {type(outputs).__name__}")
        except Exception as error:
            is_branch = "as a Python `bool`" in str(error)
            raise ValueError(
                f"Activation {name!r} failed on a tensor of scores "
                f"({type(error).__name__}: {error}). {remedy}"
                f"{', and use keras.ops.where in place of if' if is_branch else ''}."
            ) from error
        return outputs

    return explained


def _check_rows(name: str, function: Callable[..., Any], scores: np.ndarray) -> None:
    """Refuse a function unless each row alone gives what it gives each time in each batch."""
    import tensorflow as tf

    def fresh() -> Callable[..., Any]:
        # What a layer does in training alone (dropout, say) must be repeatable, too.
        if isinstance(function, OwnLayer):
            return _explained(name, functools.partial(function.make(), training=True))
        return _explained(name, function)

    called = fresh()
    before = _call(called, scores)
    if before.shape != scores.shape:
        raise ValueError(
            f"Activation {name!r} must keep the shape of its scores; received scores of shape "
            f"{scores.shape} and got {before.shape}."
        )

    def compiled(scores: Any) -> Any:
        specification = tf.TensorSpec((None, scores.shape[1]), tf.float32)
        return tf.function(called, autograph=False).get_concrete_function(specification)(scores)

    for call in (fresh(), compiled):
        again = _call(call, scores)
        if (place := _difference(again, before)) is not None:
            raise ValueError(
                f"Activation {name!r} gave {before[place]:g} and then {again[place]:g} for the "
                f"same scores; an activation must not draw random numbers, nor its layer start "
                f"from random weights: give an initializer a seed."
            )
    alone = np.concatenate([_call(fresh(), row) for row in scores[:, None]])
    if (place := _difference(alone, before)) is not None:
        raise ValueError(
            f"Activation {name!r} gave {before[place]:g} for a score in a batch of {len(scores)} "
            f"examples and {alone[place]:g} for the same example alone; an activation must not "
            f"mix examples: take means and sums over the last axis, axis=-1."
        )


def _difference(found: np.ndarray, expected: np.ndarray) -> tuple[int, ...] | None:
    differs = ~np.isclose(found, expected, 1e-4, 1e-5, equal_nan=True)
    return tuple(np.argwhere(differs)[0]) if differs.any() else None


def _reads_variables(name: str, function: Callable[..., Any], scores: np.ndarray) -> bool:
    """Tell whether a layer has weights to train; refuse a plain function that reads one."""
    import tensorflow as tf

    tensor = tf.convert_to_tensor(scores)
    if isinstance(function, OwnLayer):
        layer = function.make()
        layer(tensor)
        return bool(layer.trainable_variables)
    with tf.GradientTape() as tape:
        function(tensor)
    if tape.watched_variables():
        raise ValueError(
            f"Activation {name!r} reads a variable, which would not be trained; {LAYER_REMEDY}."
        )
    return False


def _is_elementwise(function: Callable[..., Any], scores: np.ndarray) -> bool:
    """Tell whether changing one score leaves every other output as it was."""
    moved = np.zeros(scores.shape, dtype=bool)
    moved[1, 2] = True
    before, low, high = (
        _call(function, np.where(moved, score, scores))[~moved]
        for score in (scores, np.float32(-5.0), np.float32(5.0))
    )
    return all(np.allclose(after, before, atol=1e-6, equal_nan=True) for after in (low, high))


def _call(function: Callable[..., Any], scores: np.ndarray) -> np.ndarray:
    import keras

    return keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(scores)))


def _check_finite(name: str, values: np.ndarray) -> None:
    """Refuse outputs on the near grid that are no numbers."""
    if not np.isfinite(values).all():
        score = float(_NEAR[~np.isfinite(values)][0])
        raise ValueError(
            f"Activation {name!r} gives a value that is not finite at score {score:g}; "
            "an activation must be finite for scores from -20 to 20. Write it in a stable form."
        )


def _supremum(values: np.ndarray) -> float:
    """Return the largest value on all scores: inf where it still grows far away, NaN if unknown."""
    if np.isnan(values).any():
        return math.nan
    first, second, last = (values[np.abs(_SCORES) <= decade].max() for decade in _DECADES)
    if not math.isfinite(last):
        return float(last)
    # A limit is approached in ever smaller steps from decade to decade.
    allowed = max((second - first) / 2.0, 10.0 * _TOLERANCE * max(1.0, abs(last)))
    return float(last) if last - second <= allowed else math.inf


def _saturation(slopes: np.ndarray, largest: float) -> str | None:
    """Name the ends of the near grid where the slope is flat: 0.01 of the largest or less."""
    if not math.isfinite(largest):
        return None
    ends = {"left": slopes[_NEAR <= -18.0], "right": slopes[_NEAR >= 18.0]}
    flat = [end for end, there in ends.items() if np.abs(there).max() <= _FLAT * largest]
    return "both" if len(flat) == 2 else (*flat, "none")[0]


def _jump(values: np.ndarray, slopes: np.ndarray) -> bool:
    """Tell whether a step between grid points is out of proportion to the slopes there."""
    steps = np.abs(np.diff(values))
    allowed = np.maximum(np.abs(slopes[1:]), np.abs(slopes[:-1])) * (_NEAR[1] - _NEAR[0])
    return bool((steps > 2.0 * allowed + 0.02).any())


def check_property(name: str, value: Any) -> None:
    """Refuse a stated property that is not of the kind that is measured in its place."""
    if name in ("kind", "saturates"):
        words = get_args(Kind if name == "kind" else Saturation)
        is_right, accepted = value in words, ", ".join(words)
    elif name == "range":
        is_right = isinstance(value, tuple) and len(value) == 2 and all(map(_is_number, value))
        accepted = "two numbers, (low, high)"
    elif name in ("lipschitz", "slope_at_zero"):
        is_right, accepted = _is_number(value), "a number"
    else:
        is_right, accepted = isinstance(value, bool), "True or False"
    if not is_right:
        raise ValueError(
            f"Property {name!r} of an activation: received {shown(value)}; accepted: {accepted}."
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def check_initializer(name: Any) -> None:
    """Refuse what Keras does not know as an initializer."""
    quiet_tensorflow.load()
    import keras

    try:
        keras.initializers.get(name)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"Initializer of an activation: received {shown(name)}; accepted: a name that "
            "keras.initializers.get knows, such as 'glorot_uniform' or 'he_normal'."
        ) from error
