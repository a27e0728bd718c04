"""The tables of the catalogue hold what the catalogue says, in cells that Markdown tells apart."""

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
    assert [cells[0] for cells in rows] == [f"`{name}`" for name in activations.built_in_names()]
    assert all(len(cells) == 3 and all(cells) for cells in rows)
    names = properties().frame["name"].str.replace("<wbr>", "")
    assert list(names) == list(activations.built_in_names())


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
        ("tanh", ["-1 to 1", "yes", "yes", "yes", "both", "1", "1", "Glorot"]),
        ("gelu", ["-0.17 to ∞", "no", "no", "no", "left", "1.129", "0.5", "He"]),
        ("linear", ["-∞ to ∞", "yes", "yes", "no", "none", "1", "1", "Glorot"]),
        ("exponential", ["0 to ∞", "no", "yes", "no", "left", "∞", "1", "Glorot"]),
        ("selu", ["-1.758 to ∞", "no", "yes", "no", "left", "1.758", "1.051", "LeCun"]),
        ("step", ["0 to 1", "no", "yes", "yes", "both", "0, jumps", "0", "Glorot"]),
    ],
)
def test_properties(name, expected):
    row = list(properties([name]).frame.iloc[0])
    assert row == [name, *(cell.replace("-", "\N{MINUS SIGN}") for cell in expected)]
