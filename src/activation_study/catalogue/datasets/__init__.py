"""Datasets by name: where their images come from, and how a run splits them."""

from activation_study.catalogue.datasets.idx_files import cache_folder
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
from activation_study.catalogue.datasets.verified_files import DatasetError, MissingFileError

__all__ = [
    "Arrays",
    "Dataset",
    "DatasetError",
    "DatasetSpec",
    "MissingFileError",
    "cache_folder",
    "load",
    "names",
    "read_anew",
    "spec",
    "split",
]
