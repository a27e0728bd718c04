"""The page's table of rounding holds what was measured."""

import json

import pytest

from activation_study import settings
from activation_study.report.reproduction import tolerances
from activation_study.report.tables import rounding


def test_the_table_holds_what_was_measured():
    content = tolerances.spread()
    frame = rounding.spread_table().frame.set_index("measure")
    largest = content["largest"]["usual"]
    assert frame.loc["test accuracy", "largest difference by rounding"] == (
        f"{100 * largest['runs.test_accuracy']:.2f} points"
    )
    assert frame.loc["test negative log-likelihood", "largest difference by rounding"] == (
        f"{100 * largest['runs.test_nll']:.1f} %"
    )
    ece = content["between_seeds"]["usual"]["runs.test_ece"]
    assert frame.loc["test expected calibration error", "spread between seeds"] == (
        f"{100 * ece:.2f} points"
    )


def test_the_note_counts_the_runs_that_came_again_in_every_digit(tmp_path):
    content = tolerances.spread()
    content["runs"] = [{"equal_to_record": names} for names in (["AVX2"], ["AVX2", "SSE4.1"], [])]
    path = tmp_path / "spread.json"
    path.write_text(json.dumps(content))
    assert "of 3 runs: as it is: 0, AVX2: 2, SSE4.1: 1, without oneDNN: 0." in (
        rounding.spread_table(path).note
    )


def test_what_was_measured_belongs_to_the_present_record():
    from activation_study.engine.records.published import PublishedRecord

    published = PublishedRecord(settings.repository() / "data")
    measured = {(run.get("study", "core"), run["key"]) for run in tolerances.spread()["runs"]}
    for study in {study for study, _ in measured}:
        recorded = published.read(study, "runs")["key"].to_pylist()
        assert {key for of, key in measured if of == study} <= set(recorded)


def test_without_the_file_the_remedy_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="measure anew"):
        tolerances.spread(tmp_path / "none.json")
