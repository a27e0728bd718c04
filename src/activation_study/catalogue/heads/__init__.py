"""Output heads by name: output activation with its loss."""

from activation_study.catalogue.heads.head import HEADS, Head, get, names, register

__all__ = ["HEADS", "Head", "get", "names", "register"]
