"""What the page on the choice of an activation says, worked out from made-up runs."""

import dataclasses

from activation_study import facts
from activation_study.report.analysis.hidden_layers import contests
from report.claims.made_verdicts import answered, claim, contrast, verdict
from report.factorial_runs import factorial_runs


def he_runs():
    runs = factorial_runs()
    is_he = runs.summary["initializer"] == "he_normal"
    return dataclasses.replace(runs, summary=runs.summary[is_he].copy())


def test_shares_are_said_in_percent():
    runs = factorial_runs()
    found = facts.what_decides(adam=runs, sgd=dataclasses.replace(runs, summary=runs.summary[1:]))
    # 64, 16, 4 and 1 of 85.
    assert (found["adam_rate"], found["adam_function"]) == ("75 %", "19 %")
    assert (found["adam_together"], found["adam_weights"]) == ("5 %", "0 %")
    assert found["adam_times"] == "4.2"
    assert found["sgd_rate"] == found["sgd_times"] == found["sgd_seed_high"] == "(no answer yet)"


def test_winners_and_budgets_are_said_in_words():
    found = facts.one_seed(he_runs(), ("relu", "gelu"))
    assert (found["num_functions"], found["num_winners"]) == ("two", "one")
    assert (found["best_mean"], found["best_wins"], found["num_seeds"]) == ("GELU", "two", "two")
    assert found["gelu_over_relu"] == "100"
    assert found["gained_by_rates"] == "1,200 more of 10,000 test images are right"


def test_comparisons_that_turn_are_named():
    runs = he_runs()
    behind = runs.summary.copy()
    behind.loc[behind["hidden"] == "gelu", "averaged_test_accuracy"] -= 0.5
    turned = dataclasses.replace(runs, summary=behind)
    settings = {"a": contests.Setting(runs, {}), "b": contests.Setting(turned, {})}
    found = facts.turning(settings, [("gelu", "relu")])
    assert (found["num_pairs"], found["num_turned"], found["num_settings"]) == ("one", "one", "two")
    assert found["turned"] == "GELU against ReLU"
    alone = facts.turning({"a": settings["a"]}, [("gelu", "relu")])
    assert alone["turned"] == "none of them"


def test_the_words_follow_the_verdicts():
    none = verdict(claim("later", contrast()))
    found = facts.which_one(little=answered("contrary", "matters"), cnn=none)
    assert found["little_said"] == "There ReLU is ahead."
    assert found["little_change"] == "200 more of 10,000 test images are right"
    assert found["cnn_said"] == found["cnn_change"] == "(no answer yet)"
