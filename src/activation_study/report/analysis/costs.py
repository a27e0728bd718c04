"""What training costs, from the file that ``make bench`` writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from activation_study import settings
from activation_study.errors import IncompleteRecordError

PARTS = {"rows", "roofline", "runs", "growth", "scheduling", "targets", "machine"}
"""What the file must hold."""


def read(path: Path | None = None) -> dict[str, Any]:
    """Return what the benchmark found, by default from ``benchmarks/results.json``.

    Raises:
        IncompleteRecordError: The benchmark has not run.
        ValueError: The file is not one that the present benchmark writes.
    """
    path = path or settings.benchmarks() / "results.json"
    if not path.exists():
        raise IncompleteRecordError("No costs are measured yet: make bench measures them.")
    try:
        content: dict[str, Any] = json.loads(path.read_text())
        if missing := PARTS - set(content):
            raise ValueError(f"it lacks {', '.join(sorted(missing))}")
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{path}: received a file that cannot be shown ({error}); accepted is what the "
            "benchmark writes: run make bench again"
        ) from error
    return content


def epochs_per_second(what: str, point: dict[str, Any]) -> float:
    """Return how many epochs all workers finish in a second, of one point of growth."""
    workers = point["workers"] if what == "workers" else 1
    return float(workers / point["seconds_per_epoch"])
