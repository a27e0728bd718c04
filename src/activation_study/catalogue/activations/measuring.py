"""Numerical properties of an activation that a user brings without stating them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import numpy as np

from activation_study.catalogue import quiet_tensorflow
from activation_study.catalogue.activations.entry import Kind, Saturation
from activation_study.registry import shown

# The near grid finds extrema; the far points tell a limit from growth.
_NEAR = np.linspace(-20.0, 20.0, 8001, dtype=np.float32)
_FAR = np.array([1e3, 1e4], dtype=np.float32)
_FLAT = 0.01
_TOLERANCE = 1e-5


def measure(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    """Measure the properties of a function of scores in float32.

    The near grid covers [-20, 20] in steps of 0.005; a limit is called infinite where the outputs
    still grow between scores of size 1,000 and 10,000.

    Args:
        name: shown in errors.
        function: tensor of scores, shape (batch, units), to a tensor of the same shape.

    Returns:
        `kind` and the other numerical fields of `Activation`.

    Raises:
        ValueError: where the function is none of tensors, changes the shape of its scores or is
            not finite near 0.
    """
    function = _of_tensors(name, function)
    kind = "elementwise" if _is_elementwise(name, function) else "layerwise"
    values = _outputs(function, _NEAR, kind)
    if not np.isfinite(values).all():
        score = float(_NEAR[~np.isfinite(values)][0])
        raise ValueError(
            f"Activation {name!r} gives a value that is not finite at score {score:g}; "
            "an activation must be finite for scores from -20 to 20. Write it in a stable form."
        )
    slopes = _slopes(function, _NEAR, kind)
    jump = _jump(values, slopes)
    low, high = _range(function, values, kind)
    largest = float(np.abs(slopes).max())
    return {
        "kind": kind,
        "range": (low, high),
        "zero_centred": bool(np.allclose(values, -values[::-1], atol=_TOLERANCE)),
        "monotone": bool((np.diff(values) >= -_TOLERANCE).all()),
        "bounded": bool(np.isfinite([low, high]).all()),
        "saturates": _saturation(slopes, largest),
        "lipschitz": float("inf") if largest > 1e3 else largest,
        "slope_at_zero": float(slopes[len(_NEAR) // 2]),
        "trainable": largest > 0.0,
        "continuous": not jump,
    }


def _of_tensors(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function with its own errors, and results that are no tensors, explained."""
    quiet_tensorflow.load()
    import keras

    remedy = "An activation must map a tensor to a tensor: write it with keras.ops."

    def explained(scores: Any) -> Any:
        try:
            outputs = function(scores)
        except Exception as error:
            raise ValueError(
                f"Activation {name!r} failed on a tensor of scores "
                f"({type(error).__name__}: {error}). {remedy}"
            ) from error
        if not keras.ops.is_tensor(outputs):
            raise ValueError(
                f"Activation {name!r} received a tensor of scores and returned "
                f"{type(outputs).__name__}. {remedy}"
            )
        return outputs

    return explained


def _is_elementwise(name: str, function: Callable[..., Any]) -> bool:
    """Tell whether changing one score leaves every other output as it was."""
    scores = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)
    before = _call(function, scores)
    if before.shape != scores.shape:
        raise ValueError(
            f"Activation {name!r} must keep the shape of its scores; received scores of shape "
            f"{scores.shape} and got {before.shape}."
        )
    others = np.ones(scores.shape, dtype=bool)
    others[1, 2] = False
    for score in (-5.0, 5.0):
        changed = scores.copy()
        changed[1, 2] = score
        if not np.allclose(_call(function, changed)[others], before[others], atol=1e-6):
            return False
    return True


def _call(function: Callable[..., Any], scores: np.ndarray) -> np.ndarray:
    import keras

    return keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(scores)))


def _arrange(scores: np.ndarray, kind: str) -> np.ndarray:
    """Return scores as one column, or as the first of two units whose other score is 0."""
    column = scores[:, None]
    return (
        column if kind == "elementwise" else np.concatenate([column, np.zeros_like(column)], axis=1)
    )


def _outputs(function: Callable[..., Any], scores: np.ndarray, kind: str) -> np.ndarray:
    return _call(function, _arrange(scores, kind))[:, 0].astype(np.float64)


def _slopes(function: Callable[..., Any], scores: np.ndarray, kind: str) -> np.ndarray:
    from activation_study.catalogue.activations import functions

    tensor = functions.as_scores(_arrange(scores, kind))
    if kind == "elementwise":
        slopes = functions.gradient_slope(function, tensor)
    else:
        slopes = functions.jacobian_diagonal(function, tensor)
    return slopes.numpy()[:, 0].astype(np.float64)


def _range(function: Callable[..., Any], values: np.ndarray, kind: str) -> tuple[float, float]:
    """Return infimum and supremum, infinite where the outputs still grow far away."""
    low, high = float(values.min()), float(values.max())
    for sign in (-1.0, 1.0):
        nearer, farther = _outputs(function, np.float32(sign) * _FAR, kind)
        # Two overflows look alike but are growth.
        settled = np.isfinite(farther) and np.isclose(nearer, farther, rtol=0.05, atol=0.01)
        if not settled and farther < low:
            low = float("-inf")
        elif not settled and farther > high:
            high = float("inf")
        elif np.isfinite(farther):
            low, high = min(low, float(farther)), max(high, float(farther))
    return low, high


def _saturation(slopes: np.ndarray, largest: float) -> str:
    """Name the ends of the near grid where the slope is flat: 0.01 of the largest or less."""
    left = abs(slopes[0]) <= _FLAT * largest
    right = abs(slopes[-1]) <= _FLAT * largest
    return {
        (False, False): "none",
        (True, False): "left",
        (False, True): "right",
        (True, True): "both",
    }[left, right]


def _jump(values: np.ndarray, slopes: np.ndarray) -> bool:
    """Tell whether a step between grid points is out of proportion to the slopes there."""
    steps = np.abs(np.diff(values))
    allowed = np.maximum(np.abs(slopes[1:]), np.abs(slopes[:-1])) * float(_NEAR[1] - _NEAR[0])
    return bool((steps > 2.0 * allowed + 0.02).any())


def check_property(name: str, value: Any, measured: Any) -> None:
    """Refuse a stated property that is not of the kind that is measured in its place.

    Raises:
        ValueError: says what was received and what is accepted.
    """
    if isinstance(measured, bool):
        is_right, accepted = isinstance(value, bool), "True or False"
    elif isinstance(measured, str):
        words = get_args({"kind": Kind, "saturates": Saturation}[name])
        is_right, accepted = value in words, ", ".join(words)
    elif isinstance(measured, tuple):
        is_right = isinstance(value, tuple) and len(value) == 2 and all(map(_is_number, value))
        accepted = "two numbers, (low, high)"
    else:
        is_right, accepted = _is_number(value), "a number"
    if not is_right:
        raise ValueError(
            f"Property {name!r} of an activation: received {shown(value)}; accepted: {accepted}."
        )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def check_initializer(name: Any) -> None:
    """Refuse what Keras does not know as an initializer.

    Raises:
        ValueError: says what was received and what is accepted.
    """
    quiet_tensorflow.load()
    import keras

    try:
        keras.initializers.get(name)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"Initializer of an activation: received {shown(name)}; accepted: a name that "
            "keras.initializers.get knows, such as 'glorot_uniform' or 'he_normal'."
        ) from error
