"""What training costs, from the file that ``make bench`` writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from activation_study import settings

NOT_MEASURED = "No costs are measured yet: make bench measures them."

PARTS = {"rows", "roofline", "runs", "growth", "scheduling", "targets", "machine"}
"""What the file must hold."""


def read(path: Path | None = None) -> dict[str, Any] | None:
    """Return what the benchmark found; None where it has not run.

    Args:
        path: The file; None for the project's own, ``benchmarks/results.json``.

    Raises:
        ValueError: The file is not one that the present benchmark writes.
    """
    path = path or settings.benchmarks() / "results.json"
    if not path.exists():
        return None
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        missing = PARTS - set(content)
    except (ValueError, TypeError) as error:
        raise ValueError(_unreadable(path, str(error))) from error
    if missing:
        raise ValueError(_unreadable(path, f"it lacks {', '.join(sorted(missing))}"))
    return content


def _unreadable(path: Path, reason: str) -> str:
    return (
        f"{path}: received a file that cannot be shown ({reason}); accepted is what the benchmark "
        "writes: run make bench again"
    )


def epochs_per_second(what: str, point: dict[str, Any]) -> float:
    """Return how many epochs all workers finish in a second, of one point of growth."""
    workers = point["workers"] if what == "workers" else 1
    return float(workers / point["seconds_per_epoch"])
