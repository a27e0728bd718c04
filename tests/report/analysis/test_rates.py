"""Comparisons at chosen, default and common rates: against values taken from the record by hand."""

import numpy as np
import pytest

from activation_study.report import analysis
from activation_study.report.analysis import rates


def test_difference_at_each_rate_is_paired_by_seed(runs):
    arm, reference = ({"hidden": "relu", "head": head} for head in ("sigmoid", "softmax"))
    found = analysis.at_each_rate(runs, arm, reference, "validation_accuracy")
    tuning = runs.summary[runs.summary["is_tuning"]]
    tuning = tuning.set_index(["learning_rate", "head", "seed"]).sort_index()
    values = tuning.loc[tuning["hidden"] == "relu", "validation_accuracy"]
    rates = sorted(set(values.index.get_level_values("learning_rate")))
    assert found.index.tolist() == rates
    sides = [values[rates[0], head] for head in ("sigmoid", "softmax")]
    gaps = [sides[0][seed] - sides[1][seed] for seed in sides[0].index]
    assert found.iloc[0].tolist() == pytest.approx(
        [np.mean(gaps), min(gaps), max(gaps), len(sides[1])]
    )


def test_both_rates_count_a_failed_run_as_a_guess(runs):
    summary = runs.summary.copy()
    hit = summary["is_tuned"] & (summary["hidden"] == "relu") & (summary["head"] == "softmax")
    summary.loc[hit, "test_accuracy"] = [0.9, 0.8, 0.7, float("nan")]
    summary.loc[hit & summary["test_accuracy"].isna(), "diverged"] = True
    found = rates.tuned_and_default(summary, "test_accuracy")
    assert found.loc[("relu", "softmax"), "tuned"].mean() == pytest.approx(
        (0.9 + 0.8 + 0.7 + 0.1) / 4
    )


def test_both_rates_are_compared_on_common_seeds(runs):
    lost = runs.where(is_tuned=True, hidden="tanh", head="softmax").summary["key"].iloc[:2]
    summary = runs.summary[~runs.summary["key"].isin(lost)]
    found = rates.tuned_and_default(summary, "test_accuracy")
    kept = summary[(summary["hidden"] == "tanh") & (summary["head"] == "softmax")]
    seeds = set(kept.loc[kept["is_tuned"], "seed"]) & set(kept.loc[kept["is_default"], "seed"])
    common = kept[kept["is_default"] & kept["seed"].isin(seeds)]
    assert len(common) > 0
    assert found.loc[("tanh", "softmax"), "default"].mean() == pytest.approx(
        common["test_accuracy"].mean()
    )


def test_rates_at_which_a_run_diverged_are_left_out(runs):
    arm, reference = ({"hidden": name, "head": "softmax"} for name in ("exponential", "relu"))
    found = analysis.at_each_rate(runs, arm, reference, "validation_accuracy")
    # The simulated exponential diverges above 0.02.
    assert found.index.max() == 0.01
