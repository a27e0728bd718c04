"""What the page on a mean of 0 says, worked out by hand from a few made-up runs."""

from activation_study import facts
from report.centred_runs import centred_record
from report.claims.made_verdicts import answered, claim, contrast, verdict

NONE = verdict(claim("later", contrast()))
NAMES = ("signs", "relu", "sigmoid", "elu", "mean", "explode")


def said(record=None, **verdicts):
    record = centred_record() if record is None else record
    return facts.centring(record, **(dict.fromkeys(NAMES, NONE) | verdicts))


def test_signs_and_heights_are_means_over_seeds():
    found = said()
    assert (found["relu_one"], found["relu_batch"]) == ("100 %", "50 %")
    assert (found["sigmoid_batch"], found["tanh_batch"], found["chance"]) == ("90 %", "6 %", "7 %")
    assert found["tanh_height"] == "87.00 %"
    # See the test of the analysis.
    assert found["rank_descent"] == "+0.11"


def test_steps_with_momentum_are_said_as_changes():
    found = said()
    assert found["relu_momentum"].endswith("is higher by 2.00 points")
    assert found["elu_momentum"].endswith("is lower by 6.00 points")


def test_the_words_follow_the_verdicts():
    found = said(
        signs=answered("as claimed", "matters"),
        relu=answered("not shown", "too small to matter"),
        sigmoid=answered("as claimed", "matters"),
        elu=answered("contrary", "matters"),
        mean=answered("as claimed", "matters", "lower"),
        explode=answered("not shown", "open"),
    )
    assert found["signs_said"].endswith("in minibatches too.")
    assert found["relu_said"] == "The difference is too small to matter."
    assert found["cause_said"].startswith("So the agreement in sign is there")
    assert found["use_said"] == "Do not leave ReLU for a mean of 0."
    assert found["use_sigmoid_said"] == "If you keep the sigmoid, subtract a half."
    assert (found["sigmoid_said"], found["elu_said"]) == ("That is faster.", "That is slower.")
    assert found["mean_said"].startswith("So the first half")
    assert found["explode_said"].startswith("Whether")


def test_without_runs_nothing_is_answered():
    found = said({})
    assert set(said()) == set(found)
    assert found["relu_batch"] == found["elu_momentum"] == "(no answer yet)"
    assert found["use_said"] == found["rank_descent"] == "(no answer yet)"
