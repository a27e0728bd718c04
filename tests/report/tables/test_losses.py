"""The table of pairs says what trains, and its rows can stand as blocks."""

import pandas as pd

from activation_study import tables


def test_pairs_are_called_by_what_trains_and_accuracies_stand_where_the_names_hold(read_twice):
    frame = tables.pairs_table(read_twice).frame.set_index("loss")
    tuned = read_twice.summary.query("is_tuned and not is_tuning")
    accuracy = tuned.groupby("head")["averaged_test_accuracy"].mean()
    own = f"sigmoid, {100 * accuracy['sigmoid']:.2f} %"
    assert frame.loc["binary cross-entropy", "sigmoid"] == own
    assert frame.loc["binary cross-entropy, from logits", "no activation"] == own
    assert frame.loc["binary cross-entropy", "softmax"] == (
        "<strong>sigmoid</strong>, not softmax, binary cross-entropy"
    )
    assert frame.loc["categorical cross-entropy, from logits", "softmax"] == (
        "<strong>softmax</strong>, not softmax twice (warns)"
    )
    assert frame.loc["binary cross-entropy", "no activation"] == "none of this page"


def test_a_cell_of_a_stacked_table_names_its_column():
    table = tables.Table(pd.DataFrame({"a": [1, 2], "b & c": ["<", ""]}), stacks=True)
    shown = "".join(table._repr_html_().split())
    assert 'class="dataframestacked"' in shown
    for label, cell in (("a", "1"), ("b&amp;c", "&lt;"), ("a", "2"), ("b&amp;c", "")):
        assert f'<tddata-label="{label}">{cell}</td>' in shown
