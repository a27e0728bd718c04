"""The tables of the catalogue hold what the catalogue says, in cells that Markdown tells apart."""

import re

import pytest
from markdown_it import MarkdownIt

from activation_study.catalogue import activations
from activation_study.report.tables.functions import breakable, formulas, properties


def parsed(markdown):
    """Return the rows of a Markdown table as an independent parser sees them."""
    rows = []
    for token in MarkdownIt().enable("table").parse(markdown):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(token.content)
    return rows


def test_every_built_in_activation_has_a_full_row():
    heading, *rows = parsed(formulas()._repr_markdown_())
    assert heading == ["name", "formula", "reference"]
    written = [cells[0].strip("`") for cells in rows]
    assert sorted(written) == list(activations.built_in_names())
    assert written.index("celu") == written.index("selu") + 1
    assert all(len(cells) == 3 and all(cells) for cells in rows)
    names = properties().frame["name"].str.replace("<wbr>", "")
    assert list(names) == written


def test_every_paper_is_linked():
    linked = 0
    for cells in parsed(formulas()._repr_markdown_())[1:]:
        # What names a year is a paper.
        assert cells[2].count("](https://") == len(re.findall(r"\((?:19|20)\d\d\)", cells[2]))
        linked += cells[2].count("](https://")
    assert linked > 30


def test_a_bar_in_a_formula_stays_in_its_cell():
    _, cells = parsed(formulas(["softsign"])._repr_markdown_())
    assert cells[1] == f"${activations.get('softsign').formula}$"
    assert "|" in cells[1]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (r"\max(0, z)", r"$\max(0, z)$"),
        (r"z \text{ if } z > 1, \text{ else } 0", r"$z \text{ if } z > 1$, else $0$"),
        (r"a, \; b; \quad c", "$a$, $b$; $c$"),
        (r"\begin{x} {a, \; b} \end{x}", r"$\begin{x} {a, \; b} \end{x}$"),
    ],
)
def test_a_formula_is_cut_only_where_it_pauses(formula, expected):
    assert breakable(formula) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tanh", ["-1 to 1", "yes", "yes", "both", "1", "Glorot"]),
        ("gelu", ["-0.17 to ∞", "no", "no", "left", "1.13", "He"]),
        ("linear", ["-∞ to ∞", "yes", "yes", "none", "1", "Glorot"]),
        ("exponential", ["0 to ∞", "no", "yes", "left", "∞", "Glorot"]),
        ("selu", ["-1.76 to ∞", "no", "yes", "left", "1.76", "LeCun"]),
        ("step", ["0 to 1", "no", "yes", "both", "0, jumps", "Glorot"]),
    ],
)
def test_properties(name, expected):
    row = list(properties([name]).frame.iloc[0])
    assert row == [name, *(cell.replace("-", "\N{MINUS SIGN}") for cell in expected)]
