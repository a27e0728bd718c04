"""Where the record is: every path of the project is made here."""

from __future__ import annotations

import os
from pathlib import Path

RECORDS_VARIABLE = "ACTIVATION_STUDY_RECORDS"
"""Environment variable: folder of the working cache."""

DATA_VARIABLE = "ACTIVATION_STUDY_DATA"
"""Environment variable: folder of the published record."""


def repository() -> Path | None:
    """The repository that this package is installed from, or None for a package used alone."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "pyproject.toml").exists() and (root / "_toc.yml").exists() else None


def working_cache() -> Path:
    """Folder of the working cache: in the repository, else in the user's home."""
    if folder := os.environ.get(RECORDS_VARIABLE):
        return Path(folder)
    root = repository()
    if root is not None:
        return root / ".cache" / "runs"
    return Path.home() / ".cache" / "activation-study" / "runs"


def published() -> Path:
    """Folder of the published record; it need not exist."""
    if folder := os.environ.get(DATA_VARIABLE):
        return Path(folder)
    root = repository()
    return root / "data" if root is not None else working_cache().parent / "data"
