"""Output heads by name: output activation with its loss."""

from activation_study.catalogue.heads.head import Head, get, names

__all__ = ["Head", "get", "names"]
