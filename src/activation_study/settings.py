"""Where everything is and what the environment says: every path and every variable, here alone."""

from __future__ import annotations

import os
from pathlib import Path

from activation_study.errors import MissingFileError
from activation_study.registry import unknown_name

# Folders: the user's own data files, downloaded data, the working cache, and the published record
# with its claims.
DATASETS_VARIABLE = "ACTIVATION_STUDY_DATASETS"
CACHE_VARIABLE = "ACTIVATION_STUDY_CACHE"
RECORDS_VARIABLE = "ACTIVATION_STUDY_RECORDS"
DATA_VARIABLE = "ACTIVATION_STUDY_DATA"

TIER_VARIABLE = "ACTIVATION_STUDY_TIER"
TIERS = ("full", "quick")
"""All of a study, the default, or a thinned grid that exercises the code."""

PROGRESS_VARIABLE = "ACTIVATION_STUDY_PROGRESS"
"""``0`` hides every progress bar."""


def package() -> Path:
    """Folder of this package's source."""
    return Path(__file__).resolve().parent


def repository() -> Path | None:
    """The repository that this package is installed from, or None for a package used alone."""
    root = package().parents[1]
    return root if (root / "pyproject.toml").exists() and (root / "_toc.yml").exists() else None


def working_cache() -> Path:
    """Folder of the working cache: in the repository, else in the user's home."""
    root = repository()
    cache = root / ".cache" if root else Path.home() / ".cache" / "activation-study"
    return _folder(RECORDS_VARIABLE) or cache / "runs"


def verdicts() -> Path:
    """Folder of verdicts that were judged on the record as it is, in the working cache."""
    return working_cache() / "verdicts"


def carried() -> Path:
    """Folder of the record that a wheel carries, as it was when the wheel was built."""
    return package() / "data"


def shipped() -> Path | None:
    """Folder of the record that came with this package; None for a package without any."""
    root = repository()
    if root:
        return root / "data"
    return carried() if carried().is_dir() else None


def published() -> Path:
    """Folder of the published record; it need not exist."""
    return _folder(DATA_VARIABLE) or shipped() or working_cache().parent / "data"


def claims() -> Path:
    """The file of claims, beside the manifest that registers it."""
    return published() / "claims.yml"


def benchmarks() -> Path:
    """Folder of the benchmarks and of what they measured; a package used alone has none."""
    return (repository() or package()) / "benchmarks"


def datasets() -> Path | None:
    """The user's own folder of data files, None where none is named; it need not exist."""
    return _folder(DATASETS_VARIABLE)


def downloads() -> Path:
    """Folder of downloaded data: by default where this system keeps a user's cache."""
    if named := _folder(CACHE_VARIABLE):
        return named
    import pooch

    return Path(pooch.os_cache("activation-study"))


def tier() -> str:
    """The tier that the environment asks for; ValueError where it asks for none of ``TIERS``."""
    asked = os.environ.get(TIER_VARIABLE, "full")
    if asked not in TIERS:
        raise unknown_name(f"tier in {TIER_VARIABLE}", asked, TIERS)
    return asked


def hides_progress() -> bool:
    """Whether the environment asks for no progress bar."""
    return os.environ.get(PROGRESS_VARIABLE) == "0"


def onednn() -> str:
    """What TensorFlow's own variable says of oneDNN's optimizations, which change last digits."""
    return os.environ.get("TF_ENABLE_ONEDNN_OPTS", "default")


def _folder(variable: str) -> Path | None:
    """The folder that a variable names, None where it is unset or empty.

    Raises:
        MissingFileError: The name begins with a ~ that stands for no user's home.
    """
    named = os.environ.get(variable)
    if not named:
        return None
    try:
        return Path(named).expanduser()
    except RuntimeError as error:
        raise MissingFileError(
            f"{variable}: received {named!r}, whose ~ stands for no user's home; expected a "
            f"folder. Remedy: correct the variable, or unset it."
        ) from error
