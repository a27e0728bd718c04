"""The catalogue of activations as a table for a page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from activation_study.catalogue import activations
from activation_study.catalogue.activations import Activation

_MINUS = "\N{MINUS SIGN}"

HEADINGS = (
    "name",
    "formula",
    "range",
    "centred",
    "monotone",
    "bounded",
    "saturates",
    "Lipschitz",
    "slope at 0",
    "initializer",
    "reference",
)


def _number(value: float) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else f"{_MINUS}∞"
    return f"{value:.4g}".replace("-", _MINUS)


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


def row(entry: Activation) -> tuple[str, ...]:
    """Return one activation as Markdown cells, in the order of `HEADINGS`."""
    low, high = entry.range
    return (
        f"`{entry.name}`",
        f"${entry.formula}$",
        f"{_number(low)} to {_number(high)}",
        _yes_no(entry.zero_centred),
        _yes_no(entry.monotone),
        _yes_no(entry.bounded),
        entry.saturates,
        _number(entry.lipschitz) if entry.continuous else f"{_number(entry.lipschitz)}, jumps",
        _number(entry.slope_at_zero),
        f"`{entry.initializer}`",
        entry.reference,
    )


@dataclass(frozen=True)
class CatalogueTable:
    """Properties of activations, shown as a Markdown table so that formulas are typeset.

    Attributes:
        entries: one row each.
    """

    entries: tuple[Activation, ...]

    def _repr_markdown_(self) -> str:
        lines = [HEADINGS, ("---",) * len(HEADINGS), *map(row, self.entries)]
        # A bar inside a formula would end the cell.
        return "\n".join(
            "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
        )


def catalogue_table(names: Sequence[str] | None = None) -> CatalogueTable:
    """Return the table of activations.

    Args:
        names: of the catalogue; None for every built-in entry.
    """
    return CatalogueTable(
        tuple(activations.get(name) for name in names or activations.built_in_names())
    )
