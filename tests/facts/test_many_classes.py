"""What the page on many classes says, worked out by hand from a few made-up runs."""

import itertools

import pandas as pd
import pytest

from activation_study import facts
from activation_study.catalogue.spelling import MINUS
from activation_study.facts.output_layers.many_classes import frequency_level
from activation_study.measures.classification import CLASSIFICATION
from report.claims.made_verdicts import claim, contrast, primary, verdict
from report.made_runs import made_runs

HEADS = ("softmax", "sigmoid", "sigmoid_prior")
LOSSES = {"softmax": (4.0, 2.0), "sigmoid": (0.02, 0.00785), "sigmoid_prior": (0.006, 0.004)}


def made():
    """Two seeds of three output layers: a thousand classes, and a hundred on one unit."""
    rows, courses = [], []
    tasks = (("strings_3", None), ("strings_2", 1))
    for head, seed, (task, width) in itertools.product(HEADS, (0, 1), tasks):
        place = HEADS.index(head)
        key = f"{head}-{seed}-{task}"
        rows.append(
            {"key": key, "task": task, "bottleneck": width, "head": head, "seed": seed,
             "is_tuned": True, "is_default": True, "is_tuning": False, "diverged": False,
             "learning_rate": 0.001 * (1 + place),
             "averaged_test_accuracy": 0.1 * (1 + place) + 0.02 * seed}
        )  # fmt: skip
        courses += [
            {"key": key, "epoch": epoch, "validation_accuracy": 0.2 * epoch * place + 0.02 * seed,
             "validation_loss": LOSSES[head][epoch - 1]}
            for epoch in (1, 2)
        ]  # fmt: skip
    runs = made_runs(pd.DataFrame(rows), CLASSIFICATION, history=pd.DataFrame(courses))
    return {"many-classes": runs, "rank-limit": runs}


def test_a_loss_of_the_frequencies_is_known_by_its_formula():
    found = facts.many_classes(made())
    assert (found["level_10"], found["level_1000"]) == ("0.3251", "0.0079")
    assert (found["half_level"], found["bias_10"], found["bias_1000"]) == (
        "0.693",
        f"{MINUS}2.2",
        f"{MINUS}6.9",
    )
    assert frequency_level(3) == pytest.approx(0.636514, abs=1e-6)


def test_the_first_and_the_last_epoch_at_the_default_rate_are_told():
    found = facts.many_classes(made())
    assert (found["sigmoid_first"], found["prior_last"]) == ("21.00 %", "81.00 %")
    assert (found["sigmoid_loss"], found["prior_loss"]) == ("0.0200", "0.0060")
    assert (found["sigmoid_thousand"], found["prior_default"]) == ("21.00 %", "31.00 %")
    assert found["softmax_nine"] == "(no answer yet)"
    assert (found["softmax_rate"], found["prior_rate"]) == ("0.001", "0.003")
    assert (found["softmax_control"], found["prior_control"]) == ("11.00 %", "31.00 %")


def test_the_words_follow_the_verdicts():
    rule = contrast(expected="lower")
    lost = verdict(claim("a", rule), primary=primary(-0.05, "as claimed", "matters"))
    won = verdict(claim("b", rule), primary=primary(0.05, "contrary", "matters"))
    tied = verdict(claim("c", rule), primary=primary(0.001, "contrary", "too small to matter"))
    found = facts.many_classes(made(), many=lost, prior=won, default=tied)
    assert found["many_said"].startswith("That is worse")
    assert found["prior_said"] == "So with the line they do better than softmax."
    assert found["default_said"].endswith("too small to matter.")
    assert (found["many"], found["many_reference"]) == ("92.00 %", "97.00 %")
    later = facts.many_classes(made(), more=verdict(claim("d", rule)))
    assert later["more_said"] == "(no answer yet)"
