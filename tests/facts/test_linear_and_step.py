"""What the page on linear layers and steps says, worked out by hand from made-up runs."""

from activation_study import facts
from report.claims.made_verdicts import answered, claim, contrast, verdict
from report.layer_runs import layer_runs

NONE = verdict(claim("later", contrast()))


def test_arms_are_said_in_percent_at_averaged_weights():
    found = facts.linear_and_step(layer_runs(), layer_runs())
    assert (found["none"], found["linear_8"], found["step_64"]) == ("90.00 %", "90.80 %", "75.00 %")
    assert found["step_128"] == "(no answer yet)"
    assert (found["ends_relu"], found["flipped_last"]) == ("76.00 %", "20.00 %")
    # 96 % with ReLU less 90 % without a hidden layer, in images of 10,000.
    assert found["relu_gain"] == "600"
    # (96 - 90) / (98 - 90) and (92 - 90) / (98 - 90).
    assert (found["linear_left"], found["sigmoid_left"]) == ("75 %", "25 %")
    assert (found["shallow_rate"], found["deepest_rate"]) == ("0.001", "0.008")


def test_a_width_passes_from_which_on_all_are_ahead():
    found = facts.linear_and_step(layer_runs(), layer_runs())
    assert found["step_passes"] == "get ahead of no hidden layer from 256 units on"
    assert found["trained_passes"].endswith("from 64 units on")
    runs = layer_runs()
    is_large = (runs.summary["hidden"] == "step") & (runs.summary["width"] == 256)
    runs.summary.loc[is_large, "averaged_test_accuracy"] = 0.7
    assert "not even with 256 units" in facts.linear_and_step(runs, runs)["step_passes"]


def test_the_words_follow_the_verdicts():
    found = facts.linear_and_step(
        layer_runs(),
        layer_runs(),
        collapse=answered("as claimed", "too small to matter", "same"),
        random=answered("contrary", "matters", "lower"),
        trained=answered("not shown", "open"),
        slopes=answered("as claimed", "too small to matter", "lower"),
        flipped=answered("as claimed", "matters", "lower"),
        bounded=NONE,
    )
    assert found["collapse_said"] == "That is the same by our margin."
    assert found["random_said"] == "That is better than no hidden layer."
    assert "cannot tell" in found["trained_said"]
    assert found["slopes_said"] == "A wrong slope costs next to nothing."
    assert "as it should: the sign is needed" in found["flipped_said"]
    assert found["bounded_said"] == found["bounded"] == "(no answer yet)"
