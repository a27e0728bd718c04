"""Measures that follow from what is recorded, against values counted by hand."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from activation_study.report.analysis.derived import with_derived


@dataclasses.dataclass(frozen=True)
class FewTables:
    summary: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    history: pd.DataFrame = dataclasses.field(default_factory=pd.DataFrame)
    layers: pd.DataFrame = dataclasses.field(default_factory=pd.DataFrame)

    @property
    def confusion(self) -> pd.DataFrame:
        return self.tables["confusion"]


def test_the_range_counts_half_a_decade_for_each_rate_that_works() -> None:
    summary = pd.DataFrame(
        {
            "key": list("abcdefg"),
            "hidden": ["tanh"] * 4 + ["relu"] * 3,
            "seed": [0, 0, 0, 1, 0, 0, 0],
            "learning_rate": [1e-4, 1e-3, 1e-2, 1e-3, 1e-4, 1e-3, 3e-3],
            "test_accuracy": [0.96, 0.97, 0.98, 0.99, 0.1, 0.2, 0.99],
            "is_curve": [True, True, True, True, True, True, False],
        }
    )
    found = with_derived(FewTables(summary, {})).summary["working_range"]
    # The last run is not of the curve, and stands with those of its arm and seed.
    assert found.tolist() == [1.0, 1.0, 1.0, 0.5, 0.0, 0.0, 0.0]


def test_of_the_wrong_probability_one_class_gets_a_share() -> None:
    summary = pd.DataFrame({"key": ["a", "b"]})
    given = [0.02, 0.01, 0.90, 0.03, 0.04]
    confusion = pd.DataFrame(
        {
            "key": "a",
            "true_class": [4] * 5 + [5],
            "predicted_class": [0, 7, 4, 1, 9, 9],
            "mean_probability": [*given, 0.5],
        }
    )
    found = with_derived(FewTables(summary, {"confusion": confusion})).summary
    assert found["wrong_share_4_9"].tolist()[0] == pytest.approx(0.4)
    assert found["wrong_share_4_7"].tolist()[0] == pytest.approx(0.1)
    assert np.isnan(found["wrong_share_4_9"].tolist()[1])
