"""Datasets by name: where their images come from, and how a run splits them."""

from activation_study.catalogue.datasets.blocks import scrambled
from activation_study.catalogue.datasets.registry import (
    Arrays,
    Dataset,
    DatasetSpec,
    load,
    names,
    read_anew,
    spec,
    split,
)
from activation_study.catalogue.datasets.unknowns import unknown_images

__all__ = [
    "Arrays",
    "Dataset",
    "DatasetSpec",
    "load",
    "names",
    "read_anew",
    "scrambled",
    "spec",
    "split",
    "unknown_images",
]
