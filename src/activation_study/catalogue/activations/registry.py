r"""Hidden activations by name: those of Keras and a few that separate their properties.

    get("leaky_relu").slope(scores)
    register("bent_identity", bent_identity, formula=r"\tfrac{1}{2} (\sqrt{z^2 + 1} - 1) + z")

What an entry holds is told by `Activation`; which entries there are, and which function of Keras
is left out and why, by `table`. Nothing here imports Keras before a tensor or a layer
is asked for.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from activation_study.catalogue.activations import code_digest, own_layers
from activation_study.catalogue.activations.entry import Activation
from activation_study.catalogue.activations.measuring import (
    check_initializer,
    check_property,
    measure,
)
from activation_study.catalogue.activations.table import BUILT_IN
from activation_study.registry import shown, unknown_name

__all__ = ["Activation", "built_in_names", "get", "names", "register"]

_ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}
_registered: dict[str, Activation] = {}
_measured: dict[tuple[str, str], dict[str, Any]] = {}
"""Properties by name and digest: measured anew only where what a function computes has changed."""


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
            function of `keras.activations`; a registered function; any other function from a
            tensor of scores to a tensor of the same shape; or a layer of Keras, its class or a
            function without arguments that returns one, whose weights are then trained. What is not
            in the catalogue is measured, anew only when its code or a value that it reads changes.

    Returns:
        The entry. What is not in the catalogue gets its own name, that of its class (`p_re_lu`) or
        of a partial's function; its kind is ``layerwise`` where an output depends on another
        unit's score, ``learned`` where it has weights to train.

    Raises:
        ValueError: for an unknown name; for a callable without a plain name of its own or with the
            name of another entry; for one that reads a value which has no digest or is a
            variable, that mixes the examples of a batch or draws random numbers, that changes the
            shape of its scores or is not finite near 0.
    """
    if isinstance(identifier, Activation):
        return _renewed(identifier)
    if isinstance(identifier, str):
        entry = _find(_ALIASES.get(identifier, identifier))
        if entry is None:
            raise unknown_name("activation", identifier, (*names(), *_ALIASES))
        return _renewed(entry)
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
        function: tensor of scores, shape (batch, units), to a tensor of the same shape; or a layer
            of Keras, its class or a function without arguments that returns one.
        formula: LaTeX in z; the name as a function of z where not given.
        reference: short citation.
        initializer: recommended Keras initializer of the weights before it.
        **properties: other fields of `Activation` that are known; the rest is measured.

    Raises:
        ValueError: for a name that is taken or no identifier, for an unknown property or one of
            another type, for an unknown initializer, and for a function that `get` refuses.
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
    stated = {"reference": reference, "initializer": initializer} | properties
    if formula is not None:
        stated["formula"] = formula
    entry = _build(name, own_layers.find(function) or function, stated)
    _registered[name] = entry
    return entry


def _find(name: str) -> Activation | None:
    return BUILT_IN.get(name) or _registered.get(name)


def _renewed(entry: Activation) -> Activation:
    """Return the entry as it is now: the values that a user's own function reads can change."""
    if entry.function is None:
        return entry
    # Whoever made an entry by hand has stated all of it.
    if not entry.digest:
        return replace(entry, digest=code_digest.digest(entry.name, entry.function))
    return _build(entry.name, entry.function, entry.stated)


def _from_callable(given: Callable[..., Any]) -> Activation:
    if isinstance(given, np.ufunc):
        raise ValueError(
            f"An activation needs a function of tensors; received NumPy's {given.__name__}, "
            f"which returns arrays: write it with keras.ops, or give a name of the catalogue."
        )
    function = own_layers.find(given) or given
    for entry in _registered.values():
        if entry.function == function:
            return _renewed(entry)
    name = _name_of(given) or _name_of(function)
    # Whoever holds a function of Keras has imported Keras; there is no need to import it here.
    if name in BUILT_IN and given is getattr(sys.modules.get("keras.activations"), name, None):
        return BUILT_IN[name]
    if not name.isidentifier():
        raise ValueError(
            f"An activation needs a function with a name of its own; received {shown(given)}. "
            "Define it with def, or give it a name: register(name, function)."
        )
    if _find(name) is not None or name in _ALIASES:
        raise ValueError(
            f"Received a function or layer called {name!r}, the name of another entry; "
            f"rename it, or give it another name: register('my_{name}', ...)."
        )
    return _build(name, function, {})


def _name_of(function: Callable[..., Any]) -> str:
    """Return a callable's own name, that of a partial's function or of an object's class."""
    if isinstance(function, functools.partial):
        return _name_of(function.func)
    made = function.layer_class if isinstance(function, own_layers.OwnLayer) else function
    name = getattr(made, "__name__", None)
    if isinstance(name, str) and not isinstance(made, type):
        return name if name.isidentifier() else ""
    name = name if isinstance(name, str) else type(made).__name__
    # As Keras names layers.
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


def _build(name: str, function: Callable[..., Any], stated: Mapping[str, Any]) -> Activation:
    """Return the entry of a function or of what makes layers: what is stated, the rest measured."""
    digest = code_digest.digest(name, function)
    if (name, digest) not in _measured:
        _measured[name, digest] = measure(name, function)
    measured = _measured[name, digest]
    formula = rf"\mathrm{{{name}}}(z)".replace("_", r"\_")
    described = {"formula": formula, "reference": "", "initializer": "glorot_uniform"}
    for key in stated.keys() - described.keys():
        if key not in measured:
            raise unknown_name("property of an activation", key, measured)
        check_property(key, stated[key])
    fields = described | measured | dict(stated)
    check_initializer(fields["initializer"])
    return Activation(name=name, function=function, digest=digest, stated=stated, **fields)
