"""Output heads by name: output activation with its loss."""

from activation_study.catalogue.heads.head import Head
from activation_study.catalogue.heads.registry import HEADS, get, names, register

__all__ = ["HEADS", "Head", "get", "names", "register"]
