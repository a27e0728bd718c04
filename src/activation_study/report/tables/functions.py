"""The catalogue of activations as two tables for a page: formulas, and properties."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from activation_study.catalogue import activations
from activation_study.catalogue.activations.registry import Activation
from activation_study.report.drawing.looks import FAMILIES
from activation_study.report.tables.table import Table

# Where a formula may go on in the next line, and what then stands between its parts.
_BREAK = re.compile(r"(, \\;|; \\quad|, \\text\{ else \}) ")
_BETWEEN = {r", \;": ", ", r"; \quad": "; ", r", \text{ else }": ", else "}

_SCHEMES = {"glorot": "Glorot", "he": "He", "lecun": "LeCun"}

_PAPERS = {
    "Barron (2017)": "arxiv.org/abs/1704.07483",
    "Barron (2021)": "arxiv.org/abs/2112.11687",
    "Bengio et al. (2013)": "arxiv.org/abs/1308.3432",
    "Blondel et al. (2019)": "arxiv.org/abs/1805.09717",
    "Bridle (1990)": "doi.org/10.1007/978-3-642-76153-9_28",
    "Clevert et al. (2016)": "arxiv.org/abs/1511.07289",
    "Collobert (2004)": "ronan.collobert.com/pub/matos/2004_phdthesis_lip6.pdf",
    "Courbariaux et al. (2015)": "arxiv.org/abs/1511.00363",
    "Donoho (1995)": "doi.org/10.1109/18.382009",
    "Donoho and Johnstone (1994)": "doi.org/10.1093/biomet/81.3.425",
    "Dugas et al. (2001)": "proceedings.neurips.cc/paper/2000/hash/"
    "44968aece94f667e4095002d140b5896-Abstract.html",
    "Elfwing et al. (2018)": "arxiv.org/abs/1702.03118",
    "Glorot and Bengio (2010)": "proceedings.mlr.press/v9/glorot10a.html",
    "Goodfellow et al. (2013)": "arxiv.org/abs/1302.4389",
    "He et al. (2015)": "arxiv.org/abs/1502.01852",
    "Hendrycks and Gimpel (2016)": "arxiv.org/abs/1606.08415",
    "Howard et al. (2019)": "arxiv.org/abs/1905.02244",
    "Hubara et al. (2016)": "arxiv.org/abs/1602.02830",
    "Klambauer et al. (2017)": "arxiv.org/abs/1706.02515",
    "Konda et al. (2015)": "arxiv.org/abs/1402.3337",
    "Krizhevsky (2010)": "www.cs.toronto.edu/~kriz/conv-cifar10-aug2010.pdf",
    "LeCun et al. (1998)": "doi.org/10.1007/3-540-49430-8_2",
    "Maas et al. (2013)": "ai.stanford.edu/~amaas/papers/relu_hybrid_icml2013_final.pdf",
    "Martins and Astudillo (2016)": "arxiv.org/abs/1602.02068",
    "Misra (2019)": "arxiv.org/abs/1908.08681",
    "Nair and Hinton (2010)": "www.cs.toronto.edu/~hinton/absps/reluICML.pdf",
    "Ramachandran et al. (2017)": "arxiv.org/abs/1710.05941",
    "Rosenblatt (1958)": "doi.org/10.1037/h0042519",
    "Rumelhart et al. (1986)": "doi.org/10.1038/323533a0",
    "Xu et al. (2016)": "arxiv.org/abs/1602.05980",
}
_CITED = re.compile("|".join(map(re.escape, _PAPERS)))


def _number(value: float) -> str:
    text = f"{value:.3g}".replace("nan", "unknown").replace("inf", "∞")
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
            (
                f"`{each.name}`",
                breakable(each.formula),
                _CITED.sub(
                    lambda cited: f"[{cited[0]}](https://{_PAPERS[cited[0]]})", each.reference
                ),
            )
            for each in self.entries
        ]
        # A bar inside a formula would end the cell.
        escaped = [[cell.replace("|", r"\|") for cell in row] for row in rows]
        return "\n".join(f"| {' | '.join(row)} |" for row in escaped)


BY_FAMILY = tuple(name for _, members in FAMILIES.values() for name in members)
"""Every built-in activation, those of a family side by side."""


def formulas(names: Sequence[str] = BY_FAMILY) -> FormulaTable:
    """Return the table of formulas; by default of every built-in activation."""
    return FormulaTable(tuple(map(activations.get, names)))


def properties(names: Sequence[str] = BY_FAMILY) -> Table:
    """Return the table of properties; by default of every built-in activation."""
    rows = [
        {
            # Long names may wrap, or the table is wider than a page's column.
            "name": html.escape(entry.name).replace("_", "_<wbr>"),
            "range": " to ".join(map(_number, entry.range)),
            "centred": _yes_no(entry.zero_centred),
            "monotone": _yes_no(entry.monotone),
            "saturates": entry.saturates or "",
            "largest slope": _number(entry.lipschitz) + ("" if entry.continuous else ", jumps"),
            "initial weights": _SCHEMES.get(entry.initializer.split("_")[0], entry.initializer),
        }
        for entry in map(activations.get, names)
    ]
    return Table(pd.DataFrame(rows), markup=("name",))
