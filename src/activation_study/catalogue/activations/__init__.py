"""Hidden activations by name."""

from activation_study.catalogue.activations.registry import (
    Activation,
    built_in_names,
    get,
    names,
    register,
)

HEADLINE = ("relu", "tanh", "sigmoid", "elu", "gelu")
"""The hidden activations that are met most: studies give them the most evaluation seeds."""

__all__ = ["HEADLINE", "Activation", "built_in_names", "get", "names", "register"]
