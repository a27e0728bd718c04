"""Arms are ranked on common seeds, against one that owes its place to the tuning runs alone."""

import numpy as np

from activation_study.report.analysis import chosen_rates, rank


def test_ranking_compares_seed_by_seed_with_the_best_in_the_tuning_runs(runs):
    found = rank(runs, head="softmax")
    summary = runs.summary[runs.summary["head"] == "softmax"]
    at_choice = summary[summary["is_tuning"]].merge(
        chosen_rates(runs.summary).xs("softmax", level="head").rename("chosen"), on="hidden"
    )
    at_choice = at_choice[at_choice["learning_rate"] == at_choice["chosen"]]
    assert found.reference == at_choice.groupby("hidden")["validation_accuracy"].mean().idxmax()
    wide = summary[summary["is_tuned"]].pivot(
        index="seed", columns="hidden", values="test_accuracy"
    )
    expected = wide.sub(wide[found.reference], axis=0).mean()
    shown = found.rows.set_index("arm")["effect"]
    np.testing.assert_allclose(shown, expected[shown.index], atol=1e-12)
    assert shown.is_monotonic_increasing


def test_the_ranking_ends_with_the_best_where_less_is_better(runs):
    shown = rank(runs, "test_nll").rows["effect"]
    assert shown.is_monotonic_decreasing
    assert shown.iloc[0] > shown.iloc[-1]
