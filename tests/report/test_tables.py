"""Tables hold what the record holds, escaped, and say so when there is nothing to hold."""

import dataclasses
import json

import pandas as pd
import pytest

from activation_study.report import tables
from activation_study.report.verdicts import Verdict


@pytest.fixture
def verdicts():
    return [
        Verdict("one", "Tanh < ReLU.", "convergence", "refuted", tier="quick"),
        Verdict("two", "Nobody knows.", "deep", "not tried yet"),
        Verdict("three", "Runs are missing.", "softmax", "incomplete record"),
    ]


def test_cells_are_escaped_unless_they_are_markup():
    table = tables.Table(pd.DataFrame({"a": ["<i>"], "b": ["<b>x</b>"]}), "x < y", markup=("b",))
    shown = table._repr_html_()
    assert "&lt;i&gt;" in shown
    assert "<b>x</b>" in shown
    assert "x &lt; y" in shown


def test_ranking_table_lists_every_activation_best_first(runs):
    table = tables.ranking_table(runs, head="sigmoid").frame.set_index("hidden activation")
    assert set(table.index) == {"relu", "tanh", "sigmoid", "exponential"}
    wanted = runs.where(is_tuned=True, head="sigmoid", hidden="tanh").summary
    assert table.loc["tanh", "test accuracy"] == f"{100 * wanted['test_accuracy'].mean():.2f} %"
    assert table.loc["tanh", "chosen rate"] == f"{wanted['learning_rate'].iloc[0]:g}"
    differences = table["difference in points"].astype(float)
    assert differences.is_monotonic_decreasing


def test_tuned_rates_has_one_row_an_activation_and_one_column_a_head(runs):
    frame = tables.tuned_rates(runs).frame
    assert list(frame.columns) == ["hidden activation", "softmax head", "sigmoid head"]
    assert len(frame) == 4
    assert "No arm" in str(tables.tuned_rates(runs.where(is_tuned=False, is_default=False)))


def test_provenance_tells_one_machine_from_several(runs):
    table = tables.provenance(runs)
    assert "same versions" in table.note
    values = table.frame.set_index("what")["value"]
    assert values["CPU type"] == "Toy CPU (6/1/1)"
    assert values["hours of work, all runs added"] == f"{13 * len(runs) / 3600:.1f}"
    summary = runs.summary.copy()
    summary.loc[summary.index[:3], "keras"] = "3.0.0"
    mixed = tables.provenance(dataclasses.replace(runs, summary=summary))
    assert mixed.note.startswith("Mixed: Keras.")
    assert "3.0.0 (3 runs)" in mixed.frame.set_index("what").loc["Keras", "value"]


def test_record_lists_the_files_of_the_manifest(runs, record_folder):
    table = tables.record(record_folder / "data").frame.set_index("file")
    assert table.loc["core/runs.parquet", "rows"] == f"{len(runs):,}"
    size = (record_folder / "data" / "core" / "runs.parquet").stat().st_size
    assert table.loc["core/runs.parquet", "kilobytes"] == f"{size / 1000:,.0f}"


def test_record_without_a_manifest_says_how_to_make_one(tmp_path):
    assert "activation-study publish" in str(tables.record(tmp_path))


def test_benchmarks_read_the_file_or_say_how_to_make_it(tmp_path):
    path = tmp_path / "results.json"
    assert "make bench" in str(tables.benchmarks(path))
    path.write_text(
        json.dumps(
            {
                "machine": {"cpu": "Toy", "cores": 2},
                "rows": [
                    {
                        "name": "compiled loop",
                        "processes": 2,
                        "seconds_per_epoch": 0.5,
                        "ratio_to_fit": 0.25,
                    }
                ],
                "reference_run": {"wall_seconds_median": 9.0, "measure_share": 0.125},
            }
        )
    )
    table = tables.benchmarks(path)
    assert table.frame.iloc[0].tolist() == ["compiled loop", 2, "0.50", "0.25"]
    assert "cpu Toy, cores 2" in table.note
    assert "12 %" in table.note


def test_verdicts_are_linked_to_their_boxes(verdicts):
    shown = tables.verdict_table(verdicts)._repr_html_()
    assert '<a href="convergence.html#verdict-one">refuted</a>' in shown
    assert "Tanh &lt; ReLU." in shown
    assert "verdict-two" not in shown
    assert "none of these verdicts is evidence" in shown


def test_untried_claims_are_listed_apart(verdicts):
    assert tables.untried_table(verdicts).frame["claim"].tolist() == ["Nobody knows."]
    assert "Every claim" in str(tables.untried_table(verdicts[:1]))


def test_verdicts_are_counted(verdicts):
    counts = tables.count_verdicts(verdicts)
    assert counts.frame.set_index("verdict")["claims"].to_dict() == {
        "refuted": 1,
        "incomplete record": 1,
    }
    assert counts.note.endswith("not recorded: 1.")


def test_mean_accuracy_counts_a_failed_run_as_a_guess(runs):
    summary = runs.summary.copy()
    hit = summary["is_tuned"] & (summary["hidden"] == "relu") & (summary["head"] == "softmax")
    summary.loc[hit, "test_accuracy"] = [0.9, 0.8, 0.7, float("nan")]
    summary.loc[hit & summary["test_accuracy"].isna(), "diverged"] = True
    found = tables.mean_accuracy(dataclasses.replace(runs, summary=summary))
    assert found["relu", "softmax"] == pytest.approx((0.9 + 0.8 + 0.7 + 0.1) / 4)
