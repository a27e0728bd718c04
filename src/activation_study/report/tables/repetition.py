"""What became of the record where it was trained again, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from activation_study.report.reproduction import repetition
from activation_study.report.tables.table import Table


def repetitions(folder: Path | None = None) -> Table:
    """Show what was written: how much of the record each repetition made, and what it changed.

    Args:
        folder: folder of the published record; None for the project's own.
    """
    found = repetition.written(folder)
    if not found:
        return Table(pd.DataFrame(), "No repetition is recorded.")
    rows = [
        {
            "repeated on": repetition.cpus(each),
            "until": each["date"],
            "study": study,
            "all runs": _share(each["studies"][study]),
            "runs that verdicts compare": _share(each["evaluation"][study]),
            "equal in every digit": "not counted" if each["equal"] is None
            else _share((each["equal"][study], each["studies"][study][0])),
        }
        for each in found
        for study in each["studies"]
    ]  # fmt: skip
    return Table(pd.DataFrame(rows), " ".join(map(_note, found)))


def _note(found: Mapping[str, Any]) -> str:
    """Say what the verdicts became with the repeated runs in the place of the recorded ones."""
    changed = repetition.changed(found["claims"])
    others = [f"{each['id']} goes from {each['verdict']} to {each['again']}" for each in changed]
    rates = "".join(f" {words}." for words in repetition.rate_words(found["rates"]))
    return (
        f"With the runs of {repetition.cpus(found)} in the place of the recorded ones "
        f"{len(found['claims']) - len(changed)} of {len(found['claims'])} verdicts are the same"
        + (f"; {', '.join(others)}." if others else ".")
        + rates
    )


def _share(counts: Sequence[int]) -> str:
    return f"{counts[0]:,} of {counts[1]:,}"
