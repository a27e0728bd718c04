r"""Hidden activations by name: those of Keras and a few that separate their properties.

    get("leaky_relu").slope(scores)
    register("bent_identity", bent_identity, formula=r"\tfrac{1}{2} (\sqrt{z^2 + 1} - 1) + z")

What an entry holds is told by `Activation`; which entries there are, and which function of Keras
is left out and why, by `activation_table`. Nothing here imports Keras before a tensor or a layer
is asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from activation_study.catalogue.activations.entry import Activation
from activation_study.catalogue.activations.own_table import BUILT_IN
from activation_study.registry import shown, unknown_name

__all__ = ["Activation", "built_in_names", "get", "names", "register"]

_ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}
_registered: dict[str, Activation] = {}
_measured: dict[Callable[..., Any], Activation] = {}


def names() -> tuple[str, ...]:
    """Return the names: the built-in ones in alphabetical order, then the registered ones."""
    return (*BUILT_IN, *_registered)


def built_in_names() -> tuple[str, ...]:
    """Return the names of the built-in entries, in alphabetical order: what a study may rely on."""
    return tuple(BUILT_IN)


def get(identifier: str | Callable[..., Any]) -> Activation:
    """Return the entry of a name or of a function.

    Args:
        identifier: a name or one of Keras's aliases (`swish`, `hard_swish`); an `Activation`; a
            function of `keras.activations`; a registered function; or any other function from a
            tensor of scores to a tensor of the same shape, whose properties are then measured
            numerically, once.

    Returns:
        The entry. A function that is not in the catalogue gets its own name; its kind is
        ``layerwise`` where an output depends on another unit's score.

    Raises:
        ValueError: for an unknown name; for a callable without a plain name of its own or with the
            name of another entry; for a function that changes the shape of its scores or is not
            finite near 0.
    """
    if isinstance(identifier, Activation):
        return identifier
    if isinstance(identifier, str):
        entry = _find(_ALIASES.get(identifier, identifier))
        if entry is None:
            raise unknown_name("activation", identifier, (*names(), *_ALIASES))
        return entry
    if not callable(identifier):
        raise unknown_name("activation", identifier, names())
    return _from_callable(identifier)


def register(
    name: str,
    function: Callable[..., Any],
    *,
    formula: str | None = None,
    reference: str = "",
    initializer: str = "glorot_uniform",
    **properties: Any,
) -> Activation:
    """Add an activation of one's own under a name; a later registration of the name replaces it.

    Args:
        name: a Python identifier that no built-in entry has.
        function: tensor of scores, shape (batch, units), to a tensor of the same shape.
        formula: LaTeX in z; the name as a function of z where not given.
        reference: short citation.
        initializer: recommended Keras initializer of the weights before it.
        **properties: other fields of `Activation` that are known; those not given are measured
            numerically.

    Returns:
        The new entry.

    Raises:
        ValueError: for a name that is taken or no identifier, for an unknown property or one of
            another type, for an unknown initializer, and for a function that changes the shape of
            its scores or is not finite near 0.
    """
    if not (isinstance(name, str) and name.isidentifier()):
        raise ValueError(
            f"An activation's name must be a Python identifier; received {shown(name)}."
        )
    if name in BUILT_IN or name in _ALIASES:
        raise ValueError(
            f"The name {name!r} belongs to a built-in activation; choose another, "
            f"such as 'my_{name}'."
        )
    entry = _measure(name, function, formula, reference, initializer, properties)
    _registered[name] = entry
    return entry


def _find(name: str) -> Activation | None:
    return BUILT_IN.get(name) or _registered.get(name)


def _from_callable(function: Callable[..., Any]) -> Activation:
    if isinstance(function, np.ufunc):
        raise ValueError(
            f"An activation needs a function of tensors; received NumPy's {function.__name__}, "
            f"which returns arrays: write it with keras.ops, or give a name of the catalogue."
        )
    name = getattr(function, "__name__", "")
    if not isinstance(name, str) or not isinstance(function, Hashable):
        name = ""
    for entry in _registered.values():
        if entry.function is function:
            return entry
    if _is_keras_function(function) and name in BUILT_IN:
        return BUILT_IN[name]
    if not name.isidentifier():
        raise ValueError(
            f"An activation needs a function with a name of its own; received {shown(function)}. "
            "Define it with def, or give it a name: register(name, function)."
        )
    if _find(name) is not None or name in _ALIASES:
        raise ValueError(
            f"Received a function called {name!r}, the name of another entry; "
            f"rename it or register it as register('my_{name}', {name})."
        )
    if function not in _measured:
        _measured[function] = _measure(name, function, None, "", "glorot_uniform", {})
    return _measured[function]


def _is_keras_function(function: Callable[..., Any]) -> bool:
    # Whoever holds a function of Keras has imported Keras; there is no need to import it here.
    keras = sys.modules.get("keras")
    if keras is None:
        return False
    name = getattr(function, "__name__", "")
    return getattr(keras.activations, name, None) is function


def _measure(
    name: str,
    function: Callable[..., Any],
    formula: str | None,
    reference: str,
    initializer: str,
    properties: dict[str, Any],
) -> Activation:
    from activation_study.catalogue.activations.measuring import (
        check_initializer,
        check_property,
        measure,
    )

    measured = measure(name, function)
    unknown = sorted(set(properties) - set(measured))
    if unknown:
        raise unknown_name("property of an activation", unknown[0], measured)
    for stated, value in properties.items():
        check_property(stated, value, measured[stated])
    check_initializer(initializer)
    escaped = name.replace("_", r"\_")
    return Activation(
        name=name,
        formula=rf"\mathrm{{{escaped}}}(z)" if formula is None else formula,
        reference=reference,
        initializer=initializer,
        function=function,
        **(measured | properties),
    )
