"""Hidden activations by name."""

from activation_study.catalogue.activations.registry import (
    Activation,
    built_in_names,
    get,
    names,
    register,
)

__all__ = ["Activation", "built_in_names", "get", "names", "register"]
