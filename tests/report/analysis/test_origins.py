"""What differs between the origins of runs is counted and said."""

from __future__ import annotations

import pandas as pd

from activation_study.report.analysis import origins


def summary_of(**columns: list[object]) -> pd.DataFrame:
    num_runs = len(next(iter(columns.values())))
    return pd.DataFrame({name: ["same"] * num_runs for name in origins.COLUMNS} | columns)


def test_runs_of_one_origin_are_not_mixed() -> None:
    assert origins.mixture(summary_of(commit=["a", "a"])) == ""


def test_what_is_mixed_is_said_with_the_number_of_runs() -> None:
    summary = summary_of(commit=["b", "a", "b"], threads=[1, 1, 2], keras=["3", None, "3"])
    assert origins.mixture(summary) == (
        "Mixed: Keras (3: 2 runs, not recorded: 1 runs); threads a run (1: 2 runs, 2: 1 runs); "
        "commit of the package (b: 2 runs, a: 1 runs)."
    )


def test_every_run_is_counted_once_in_each_part_of_its_origin() -> None:
    counts = origins.origins(summary_of(cpu=["x", "y", "x", None]))
    assert list(counts) == list(origins.COLUMNS)
    assert [series.sum() for series in counts.values()] == [4] * len(counts)
    assert counts["cpu"].to_dict() == {"x": 2, "y": 1, "not recorded": 1}
