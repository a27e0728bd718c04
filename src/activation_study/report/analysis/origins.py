"""With what recorded runs were made, and what differs between them."""

from __future__ import annotations

import pandas as pd

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


def origins(summary: pd.DataFrame) -> dict[str, pd.Series]:
    """Counts the runs by each part of their provenance: column -> runs by value, most first."""
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
