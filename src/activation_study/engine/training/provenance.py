"""Where a run happened: kept beside the run and outside its key."""

from __future__ import annotations

import functools
import platform
import subprocess
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from activation_study import settings

if TYPE_CHECKING:
    # For its types alone: every worker imports this module, and none needs pandas.
    import pandas as pd

PACKAGES = ("tensorflow", "keras", "numpy")

COLUMNS = {
    "python": "Python",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "numpy": "NumPy",
    "cpu": "CPU type",
    "threads": "threads a run",
    "onednn": "oneDNN optimizations",
    "commit": "commit of the package",
}
"""Columns of a run's provenance that say with what it was made, and what each is called."""


@functools.cache
def of_this_process() -> dict[str, str]:
    """Returns versions, CPU type and source commit; read once, when the process starts to work."""
    versions = {package: metadata.version(package) for package in PACKAGES}
    return versions | {
        "python": platform.python_version(),
        "cpu": _cpu_type(),
        "commit": source_commit(),
    }


def _cpu_type() -> str:
    """Model name, family, model and stepping where Linux tells them: weights depend on these."""
    try:
        lines = Path("/proc/cpuinfo").read_text().split("\n\n")[0].splitlines()
    except OSError:
        return f"{platform.machine()} {platform.processor()}".strip()
    fields = {key.strip(): value.strip() for key, _, value in (x.partition(":") for x in lines)}
    name = fields.get("model name", platform.machine())
    numbers = (fields.get(key, "?") for key in ("cpu family", "model", "stepping"))
    return f"{name} ({'/'.join(numbers)})"


def source_commit() -> str:
    """Commit of the source tree, with ``+changes`` where src/ differs from it, or ``unknown``."""
    package = str(settings.package())

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", "-C", package, *arguments], capture_output=True, text=True, check=True
        ).stdout.strip()

    try:
        commit = git("rev-parse", "HEAD")
        changes = git("status", "--porcelain", "--untracked-files=no", "--", package)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit[:12]}+changes" if changes else commit[:12]


def origins(summary: pd.DataFrame) -> dict[str, pd.Series]:
    """Counts the runs by each part of their provenance.

    Args:
        summary: One row a run, with the columns of ``COLUMNS``.

    Returns:
        Column -> number of runs by value, most runs first.
    """
    return {
        column: summary[column].fillna("not recorded").astype(str).value_counts()
        for column in COLUMNS
    }


def mixture(summary: pd.DataFrame) -> str:
    """Says in one line what differs between the runs, with how many runs each; empty if nothing."""
    parts = [
        f"{COLUMNS[column]} ({', '.join(f'{name}: {n:,} runs' for name, n in counts.items())})"
        for column, counts in origins(summary).items()
        if len(counts) > 1
    ]
    return f"Mixed: {'; '.join(parts)}." if parts else ""
