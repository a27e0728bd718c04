"""What the page on dead units says, worked out by hand from a few made-up runs."""

import dataclasses

from activation_study import facts
from activation_study.facts.hidden_layers.dead_units import ANSWERS, NO_ANSWER
from report.claims.made_verdicts import answered, claim, contrast, verdict
from report.dead_runs import dead_record


def test_deaths_costs_rescues_and_causes_are_those_of_the_runs() -> None:
    found = facts.dead_units(dead_record())
    assert (found["default_dead"], found["default_last"]) == ("1.0 %", "2.0 %")
    assert (found["high_dead"], found["high_first"], found["high_last"]) == ("60 %", "75 %", "45 %")
    assert (found["high_relu"], found["high_leaky_relu"]) == ("93.2 %", "96.0 %")
    assert found["high_leaky_change"] == "280 more of 10,000 test images are right"
    # Of three that were dead after epoch 1 in the last layer one fires again: half and none.
    assert found["high_revived_last"] == "25 %"
    # Of four that died, three did so in epoch 1; one was born dead.
    assert found["high_epoch_one"] == "75 %"
    assert (found["high_lost"], found["high_by_death"], found["high_by_rate"]) == (
        "480", "180", "300",
    )  # fmt: skip
    assert (found["redraw_dead_high_right"], found["redraw_dead_high_dead"]) == ("96.50 %", "0 %")
    assert found["redraw_dead_high_averaged"] == "97.50 %"
    assert (found["bias_adam_born"], found["bias_adam_right"]) == ("40 %", "90.00 %")
    assert found["raw_sgd_dead"] == "95 %"


def test_what_is_not_recorded_has_no_answer() -> None:
    record = dead_record()
    none = {
        name: dataclasses.replace(runs, summary=runs.summary[:0]) for name, runs in record.items()
    }
    found = facts.dead_units(none, loss=verdict(claim("later", contrast())))
    assert set(found.values()) == {NO_ANSWER}
    assert facts.dead_units(record)["ten_dead"] == NO_ANSWER
    assert facts.dead_units(record).keys() <= found.keys()


def test_the_words_follow_the_verdicts() -> None:
    for name, sentences in ANSWERS.items():
        for direction in ("as claimed", "contrary", "not shown"):
            made = answered(direction, "matters")
            found = facts.dead_units(dead_record(), **{name: made})
            assert found[f"{name}_said"] == sentences[direction]
            assert "right" in found[f"{name}_change"]
    for name in ("stay", "keeps"):
        made = answered("as claimed", "too small to matter", "same")
        found = facts.dead_units(dead_record(), **{name: made})
        assert found[f"{name}_said"] == ANSWERS[name]["as claimed"]
