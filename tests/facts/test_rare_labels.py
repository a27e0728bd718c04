"""What the page on rare labels says, worked out by hand from a few made-up runs."""

from activation_study import facts
from report.claims.made_verdicts import answered, claim, contrast, verdict
from report.labelled_runs import labelled_runs

NONE = verdict(claim("later", contrast()))


def said(half=NONE, weight=NONE, ranking=NONE, root=NONE):
    return facts.rare_labels(labelled_runs(), half, weight, ranking, root)


def test_the_rarest_label_is_counted_in_scenes():
    found = said()
    assert (found["rarest_scenes"], found["rarest_one_in"]) == ("100", "100")
    assert (found["rarest_weight"], found["frequent_share"]) == ("99", "40")
    assert (found["plain_half_found"], found["weighted_half_found"]) == ("10", "20")
    # Where a run calls the label nowhere, its calls are not right or wrong.
    assert (found["plain_label_found"], found["plain_half_right"]) == ("50", "80.00 %")
    assert (found["rarest_threshold"], found["rarest_half_of_f1"]) == ("0.30", "0.35")


def test_an_answer_without_a_label_is_right_where_none_is_there():
    found = said()
    assert found["nothing_accuracy"] == "83.0"
    assert found["nothing_even_accuracy"] == "83.2"
    assert (found["plain_accuracy"], found["weighted_accuracy"]) == ("99.5", "98.5")
    assert (found["plain_f1"], found["plain_global_f1"]) == ("50.0", "60.0")


def test_the_words_follow_the_verdicts():
    found = said(
        half=answered("as claimed", "matters"),
        weight=answered("contrary", "open"),
        ranking=answered("contrary", "too small to matter"),
        root=answered("as claimed", "too small to matter", "no_worse"),
    )
    assert found["half_said"] == "Thresholds of their own are better."
    assert found["weight_said"] == "That is worse than thresholds without a weight."
    assert found["ranking_said"].startswith("The weight hardly changes")
    assert found["root_said"] == "That is no worse than thresholds."
    unsure = said(
        weight=answered("not shown", "open"), root=answered("not shown", "open", "no_worse")
    )
    assert all("cannot tell" in unsure[f"{name}_said"] for name in ("weight", "root"))
    assert unsure["half_said"] == "(no answer yet)"
