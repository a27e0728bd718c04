"""Who wins one run, and where a comparison turns: worked out by hand from a few values."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.hidden_layers import contests
from report.factorial_runs import factorial_runs

VALUES = pd.DataFrame({"relu": [0.5, 0.7, 0.9], "gelu": [0.6, 0.7, 0.8]}, index=[1, 2, 3])


def only(runs, column, value):
    return dataclasses.replace(runs, summary=runs.summary[runs.summary[column] == value])


def test_a_tie_has_the_better_place():
    assert contests.ranks(VALUES)["relu"].tolist() == [2, 1, 1]
    assert contests.ranks(VALUES)["gelu"].tolist() == [1, 1, 2]


def test_chances_are_over_all_pairs_of_seeds():
    found = contests.chances(VALUES)
    # ReLU's 0.5 beats none, 0.7 beats 0.6 and ties once, 0.9 beats all: 4.5 of 9.
    assert found.loc["relu", "gelu"] == pytest.approx(0.5)
    moved = VALUES.assign(gelu=VALUES["gelu"] + 0.15)
    # 0.75, 0.85 and 0.95 against 0.5, 0.7 and 0.9: 7 of 9.
    assert contests.chances(moved).loc["gelu", "relu"] == pytest.approx(7 / 9)
    assert contests.chances(moved).loc["relu", "gelu"] == pytest.approx(2 / 9)
    assert np.isnan(found.loc["relu", "relu"])


def test_values_are_those_of_seeds_that_all_have():
    runs = only(factorial_runs(), "initializer", "he_normal")
    found = contests.by_seed(runs, ("gelu", "relu", "elu"))
    assert list(found) == ["gelu", "relu"]
    # 0.8 - 0.08 + 0.04 - 0.02, and 0.01 by seed.
    np.testing.assert_allclose(found["gelu"], [0.73, 0.75])
    np.testing.assert_allclose(contests.by_seed(runs, ["relu"], "tuned")["relu"], [0.81, 0.83])
    with pytest.raises(IncompleteRecordError, match="no seed"):
        contests.by_seed(runs, ["elu"])


def test_a_comparison_turns_where_it_is_ahead_and_behind():
    runs = only(factorial_runs(), "initializer", "he_normal")
    # A little noise, so that an interval has a width.
    noise = pd.Series(np.tile([0.001, -0.001, 0.0005], 3)[: len(runs.summary)])
    runs.summary["averaged_test_accuracy"] += noise.to_numpy()
    worse = runs.summary.copy()
    worse.loc[worse["hidden"] == "gelu", "averaged_test_accuracy"] -= 0.3
    settings = {
        "here": contests.Setting(runs, {"head": "softmax"}),
        "there": contests.Setting(dataclasses.replace(runs, summary=worse), {}, 0.01),
        "nowhere": contests.Setting(dataclasses.replace(runs, summary=worse[:0]), {}),
    }
    table = contests.compare(settings, [("gelu", "relu"), ("elu", "relu")], 0.002)
    assert table["setting"].tolist() == ["here", "there"]
    assert table["answer"].tolist() == ["ahead", "behind"]
    # Twice 0.04 and twice 0.02 ahead, then 0.3 less.
    np.testing.assert_allclose(table["effect"], [0.12, -0.18], atol=0.002)
    assert contests.turned(table).tolist() == [True]
    with pytest.raises(IncompleteRecordError, match="no pair"):
        contests.compare(settings, [("elu", "relu")], 0.002)


def test_small_gaps_are_the_same_or_open():
    table = pd.DataFrame({"relu": [0.9, 0.9, 0.9], "gelu": [0.9001, 0.8999, 0.9]})

    class Known(contests.Setting):
        def values(self, metric, reading):
            return table

    runs = factorial_runs()
    for margin, answer in ((0.002, "same"), (0.00001, "open")):
        found = contests.compare({"x": Known(runs, {})}, [("gelu", "relu")], margin)
        assert found["answer"].tolist() == [answer]


def test_a_budget_takes_the_best_by_validation():
    runs = only(factorial_runs(), "initializer", "he_normal")
    # By validation ReLU's higher rate looks worse than it tests.
    is_misled = (runs.summary["hidden"] == "relu") & (runs.summary["learning_rate"] == 0.01)
    runs.summary.loc[is_misled, "validation_accuracy"] = 0.1
    found = contests.budgets(runs, ("relu", "gelu"))
    assert found.attrs["num_runs"] == {"none": 1, "functions": 2, "rates": 2, "both": 4}
    np.testing.assert_allclose(found["none"], [0.69, 0.71])
    np.testing.assert_allclose(found["rates"], found["none"])
    np.testing.assert_allclose(found["functions"], [0.73, 0.75])
    np.testing.assert_allclose(found["both"], [0.93, 0.95])
    with pytest.raises(IncompleteRecordError, match="no seed"):
        contests.budgets(runs, ("elu",))


def test_settings_have_the_names_that_the_page_explains():
    runs = factorial_runs()
    found = contests.settings_of(runs, runs, runs, runs)
    assert list(found)[:3] == ["own rate", "default rate", "ten times that"]
    values = found["plain descent"].values("test_accuracy", "averaged")
    np.testing.assert_allclose(values["gelu"], [0.93, 0.95])
    values = found["default rate"].values("test_accuracy", "averaged")
    np.testing.assert_allclose(values["relu"], [0.69, 0.71])
