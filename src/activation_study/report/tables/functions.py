"""The catalogue of activations as two tables for a page: formulas, and properties."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from activation_study.catalogue import activations
from activation_study.catalogue.activations.registry import Activation
from activation_study.report.tables.table import Table

# Where a formula may go on in the next line, and what then stands between its parts.
_BREAK = re.compile(r"(, \\;|; \\quad|, \\text\{ else \}) ")
_BETWEEN = {r", \;": ", ", r"; \quad": "; ", r", \text{ else }": ", else "}

_SCHEMES = {"glorot": "Glorot", "he": "He", "lecun": "LeCun"}


def _number(value: float) -> str:
    text = f"{value:.4g}".replace("nan", "unknown").replace("inf", "∞")
    return text.replace("-", "\N{MINUS SIGN}")


def _yes_no(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def breakable(formula: str) -> str:
    """Return a formula as inline mathematics that can wrap in a narrow cell.

    Typeset mathematics is never broken by a browser, so it is cut where it has a pause. A formula
    with a pause inside braces is left whole.
    """
    pieces = _BREAK.split(formula)
    if any(part.count("{") != part.count("}") for part in pieces[::2]):
        return f"${formula}$"
    return "".join(_BETWEEN.get(piece, f"${piece}$") for piece in pieces)


@dataclass(frozen=True)
class FormulaTable:
    """Name, formula and reference of activations, in Markdown so that formulas are typeset."""

    entries: tuple[Activation, ...]

    def _repr_markdown_(self) -> str:
        rows = [("name", "formula", "reference"), ("---",) * 3]
        rows += [
            (f"`{each.name}`", breakable(each.formula), each.reference) for each in self.entries
        ]
        # A bar inside a formula would end the cell.
        escaped = [[cell.replace("|", r"\|") for cell in row] for row in rows]
        return "\n".join(f"| {' | '.join(row)} |" for row in escaped)


def formulas(names: Sequence[str] | None = None) -> FormulaTable:
    """Return the table of formulas; by default of every built-in activation."""
    return FormulaTable(tuple(map(activations.get, names or activations.built_in_names())))


def properties(names: Sequence[str] | None = None) -> Table:
    """Return the table of properties; by default of every built-in activation."""
    rows = [
        {
            # Long names may wrap, or the table is wider than a page's column.
            "name": html.escape(entry.name).replace("_", "_<wbr>"),
            "range": " to ".join(map(_number, entry.range)),
            "centred": _yes_no(entry.zero_centred),
            "monotone": _yes_no(entry.monotone),
            "bounded": _yes_no(entry.bounded),
            "saturates": entry.saturates or "",
            "largest slope": _number(entry.lipschitz) + ("" if entry.continuous else ", jumps"),
            "slope at 0": _number(entry.slope_at_zero),
            "initial weights": _SCHEMES.get(entry.initializer.split("_")[0], entry.initializer),
        }
        for entry in map(activations.get, names or activations.built_in_names())
    ]
    return Table(pd.DataFrame(rows), markup=("name",))
