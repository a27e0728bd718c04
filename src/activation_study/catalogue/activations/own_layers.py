"""A user's own layer of Keras as a learned activation: each hidden layer gets a copy of its own."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from activation_study.registry import shown

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class OwnLayer:
    """From what equal layers are made, with fresh weights each: class, and config without name."""

    layer_class: type[keras.layers.Layer]
    config: dict[str, Any] = field(hash=False)

    @classmethod
    def of(cls, layer: keras.layers.Layer) -> OwnLayer:
        """Return what makes copies of a layer, which start from its initial weights.

        Raises:
            ValueError: the layer does not tell its configuration.
        """
        try:
            config = layer.get_config()
        except Exception as error:
            raise ValueError(
                f"Activation {type(layer).__name__}: its configuration cannot be read, so that no "
                f"copy can be made for each hidden layer; give the class a get_config that returns "
                f"the arguments of its __init__"
            ) from error
        return cls(type(layer), _without_names(config))

    def make(self, name: str | None = None) -> keras.layers.Layer:
        """Return a fresh layer."""
        return self.layer_class.from_config(self.config | {"name": name})

    def __call__(self, scores: Any, training: bool | None = None) -> Any:
        """Return a fresh layer's outputs for scores."""
        return self.make()(scores, training=training)


def find(given: Any) -> OwnLayer | None:
    """Return what makes layers of a layer, of its class, or of a function without arguments.

    Raises:
        ValueError: a class needs arguments, or the layer does not tell its configuration.
    """
    if isinstance(given, OwnLayer):
        return given
    if _takes_nothing(given) or _is_layer_class(getattr(given, "func", given)):
        try:
            given = given()
        except TypeError as error:
            raise ValueError(
                f"Activation {shown(given)} cannot be made without arguments ({error}); give a "
                f"layer, or a function without arguments that returns one"
            ) from error
    return OwnLayer.of(given) if _is_layer_class(type(given)) else None


def _is_layer_class(made: Any) -> bool:
    # Whoever holds a layer has imported Keras; there is no need to import it here.
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(made, type) and issubclass(made, keras.layers.Layer)


def _takes_nothing(given: Any) -> bool:
    """Tell whether a callable has no place for scores, so that it is none of scores."""
    try:
        kinds = {parameter.kind for parameter in inspect.signature(given).parameters.values()}
    except (TypeError, ValueError):
        return False
    return kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}


def _without_names(config: Any) -> Any:
    """Drop the names of layers, in which Keras counts the layers made before."""
    if isinstance(config, dict):
        left_out = {"name"} if {"name", "trainable", "dtype"} <= config.keys() else set[str]()
        return {key: _without_names(config[key]) for key in config if key not in left_out}
    if isinstance(config, list | tuple):
        return type(config)(map(_without_names, config))
    return config
