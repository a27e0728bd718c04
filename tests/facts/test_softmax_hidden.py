"""What the page on hidden softmax says, worked out by hand from a few made-up runs."""

import dataclasses

from activation_study import facts
from report.claims.made_verdicts import answered, claim, contrast, verdict
from report.softmax_runs import softmax_runs

NONE = verdict(claim("later", contrast()))


def said(runs=None, hidden=NONE, scale=NONE, standardised=NONE, batch=NONE):
    runs = softmax_runs() if runs is None else runs
    return facts.softmax_hidden(runs, hidden, scale, standardised, batch)


def test_levels_are_means_over_the_evaluation_runs():
    found = said()
    assert (found["softmax_width_32"], found["softmax_depth_4"]) == ("71.00 %", "10.00 %")
    assert (found["deep_stuck"], found["deep_runs"]) == ("two", "two")
    assert found["batch_softmax"] == "94.00 %"
    # 0.91 - 0.61 of 0.97 - 0.61.
    assert found["made_good"] == "83 %"
    assert found["twice_change"] == "50 more of 10,000 test images are right"
    assert found["left_change"] == "600 fewer of 10,000 test images are right"
    assert found["times_width_256"] == "(no answer yet)"


def test_spreads_are_those_at_birth():
    found = said()
    assert (found["softmax_spread_1"], found["softmax_spread_2"]) == ("0.01", "0.0001")
    assert (found["softmax_fall"], found["softmax_32_fall"]) == ("100", "10")
    assert found["softmax_256_fall"] == "(no answer yet)"
    assert (found["relu_spread_1"], found["times_spread_2"]) == ("0.2", "0.5")


def test_the_words_follow_the_verdicts():
    found = said(
        hidden=answered("as claimed", "matters", "lower"),
        scale=answered("not shown", "too small to matter"),
        standardised=answered("as claimed", "too small to matter", "no_worse"),
        batch=answered("contrary", "matters"),
    )
    assert found["hidden_said"] == "The softmax costs accuracy."
    assert found["scale_said"] == "The scale is worth too little to matter."
    assert found["dependence_said"].startswith("So the scale does not explain")
    assert found["standardised_said"] == "By our margin that is no worse than ReLU."
    assert found["use_said"] == "If units are to compete, standardise after the softmax."
    assert found["batch_said"] == "The hidden softmax is better."
    assert found["scale_change"] == "200 more of 10,000 test images are right"
    assert said()["power_said"] == "(no answer yet)"


def test_without_runs_nothing_is_answered():
    runs = softmax_runs()
    found = said(dataclasses.replace(runs, summary=runs.summary[:0]))
    assert found["softmax_depth_4"] == found["relu_spread_1"] == "(no answer yet)"
    assert found["made_good"] == found["twice_change"] == "(no answer yet)"
