"""Skill is 0 for the best constant answer and 1 for the best head, whichever way is better."""

import numpy as np
import pytest

from activation_study import facts, tasks
from activation_study.errors import IncompleteRecordError
from activation_study.report import figures, tables
from activation_study.report.analysis.derived.skills import kind_of, skills
from report.claims.made_verdicts import claim, contrast, primary, verdict
from report.number_runs import number_runs, share_runs


def test_an_error_is_measured_between_the_constant_and_the_best():
    rows = skills({"regression": number_runs()}).set_index("head")
    guess = tasks.get("balance").guess["rmse"]
    # Linear and softplus err by 1 and 1.5, in the mean 1.25, and the second run of ReLU is dead.
    best = (1.0 + 1.5) / 2
    relu = np.array([(guess - 1.0) / (guess - best), (guess - 4.0) / (guess - best)])
    assert rows["mean"]["linear_mse"] == pytest.approx(1.0)
    assert rows["mean"]["relu_mse"] == pytest.approx(relu.mean())
    assert rows["mean"]["softmax_one_unit"] == pytest.approx(relu[1])
    assert rows["low"]["linear_mse"] < 1.0 < rows["high"]["linear_mse"]
    assert rows.index[rows["is_advised"]].tolist() == ["linear_mse"]
    assert rows["value"]["softmax_one_unit"] == 4.0


def test_of_shares_only_the_few_images_count_and_what_is_not_recorded_is_named():
    record = {"shares": share_runs()}
    rows = skills(record).set_index("head")
    assert rows["value"].to_dict() == pytest.approx({"softmax": 0.02, "linear_mse": 0.04})
    guess = tasks.get("shares").guess["rmse"]
    assert rows["mean"]["linear_mse"] == pytest.approx((guess - 0.04) / (guess - 0.02))
    picture = figures.skill(record)
    assert "Not recorded yet: one of ten classes" in picture.caption
    assert "parts of a whole: softmax 1.00 to 1.00" in picture.alt
    shown = tables.skills_table(record).frame
    assert shown["output layer"].tolist() == ["softmax (of the card)", "linear, squared error"]


def test_the_prose_says_how_near_the_cards_come_and_stays_true_without_runs():
    shown = primary(-2.0, "as claimed", "matters", reference=3.4)
    match = verdict(claim("made", contrast(metric="test_rmse")), primary=shown)
    said = facts.which_output(
        {"regression": number_runs(), "shares": share_runs()}, match, many=match
    )
    assert said["many_change"] == "the root mean squared error is lower by 2"
    assert (said["num_tried"], said["advised"]) == ("two", "1.00 (a number of either sign)")
    assert said["spread"].startswith("from 0.")
    assert said["match_said"] == "Outputs that can say every target are better."
    nothing = facts.which_output({}, match)
    assert nothing["advised"] == nothing["spread"] == "(no answer yet)"
    with pytest.raises(IncompleteRecordError, match="recorded yet"):
        skills({})
    assert "recorded yet" in figures.skill({}).alt


def test_a_head_is_of_the_kind_of_its_activation():
    kinds = {
        "powerset": "softmax",
        "sigmoid_normalized": "sigmoid",
        "linear_hinge": "linear",
        "relu_mse": "other",
        "abs_sum": "other",
    }
    assert {head: kind_of(head) for head in kinds} == kinds
