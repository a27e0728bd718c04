"""Datasets by name: where their images come from, and how a run splits them."""

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

__all__ = [
    "Arrays",
    "Dataset",
    "DatasetSpec",
    "load",
    "names",
    "read_anew",
    "spec",
    "split",
]
