"""The table of the catalogue holds what the catalogue says, in cells that Markdown tells apart."""

import pytest
from markdown_it import MarkdownIt

from activation_study.catalogue import activations
from activation_study.report.function_table import HEADINGS, catalogue_table, row


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
    heading, *rows = parsed(catalogue_table()._repr_markdown_())
    assert tuple(heading) == HEADINGS
    assert [cells[0] for cells in rows] == [f"`{name}`" for name in activations.built_in_names()]
    assert {len(cells) for cells in rows} == {len(HEADINGS)}


def test_a_bar_in_a_formula_stays_in_its_cell():
    _, cells = parsed(catalogue_table(["softsign"])._repr_markdown_())
    assert cells[1] == f"${activations.get('softsign').formula}$"
    assert "|" in cells[1]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tanh", ("-1 to 1", "yes", "yes", "yes", "both", "1", "1", "`glorot_uniform`")),
        ("gelu", ("-0.17 to ∞", "no", "no", "no", "left", "1.129", "0.5", "`he_normal`")),
        ("linear", ("-∞ to ∞", "yes", "yes", "no", "none", "1", "1", "`glorot_uniform`")),
        ("exponential", ("0 to ∞", "no", "yes", "no", "left", "∞", "1", "`glorot_uniform`")),
        ("step", ("0 to 1", "no", "yes", "yes", "both", "0, jumps", "0", "`glorot_uniform`")),
    ],
)
def test_row(name, expected):
    assert row(activations.get(name))[2:-1] == tuple(
        cell.replace("-", "\N{MINUS SIGN}") for cell in expected
    )
