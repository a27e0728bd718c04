"""What the page on images of no class says, worked out by hand from a few made-up runs."""

from activation_study import facts
from report.claims.made_verdicts import answered, claim, contrast, verdict
from report.unknown_runs import unknown_runs


def test_means_are_those_of_the_tuned_networks_that_know_all_digits():
    found = facts.unknowns(unknown_runs())
    assert (found["softmax_softmax"], found["softmax_sigmoid"]) == ("0.810", "0.610")
    assert (found["sigmoid_softmax"], found["sigmoid_sigmoid"]) == ("0.860", "0.660")
    assert (found["letters_softmax"], found["known_sigmoid"]) == ("40.00 %", "100.00 %")
    assert found["blind"] == "40.00 %"
    assert (found["softmax_right"], found["softmax_shared_seen_right"]) == ("9,050", "9,550")


def test_of_what_no_run_was_shown_nothing_is_said():
    found = facts.unknowns(unknown_runs())
    assert found["softmax_energy"] == found["letters_seen"] == found["two_called"] == "not defined"


def test_the_words_follow_the_verdicts():
    found = facts.unknowns(
        unknown_runs(),
        outputs=answered("as claimed", "too small to matter"),
        half=answered("contrary", "matters", "lower"),
        energy=answered("contrary", "matters"),
        examples=answered("contrary", "matters", "no_worse"),
        left_out=answered("not shown", "open"),
    )
    assert found["outputs_said"] == "The difference is too small to matter."
    assert "a half is no bar" in found["half_said"]
    assert "plain largest output" in found["energy_said"]
    assert found["examples_said"].startswith("Examples, even of something else, do more")
    assert "cannot tell" in found["left_out_said"]
    assert found["energy_advice"].startswith("Read the largest output of a softmax network;")
    assert found["examples_advice"].startswith("Train on whatever you can call none.")
    later = facts.unknowns(unknown_runs(), half=verdict(claim("later", contrast())))
    assert later["half_said"] == "(no answer yet)"
