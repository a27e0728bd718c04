"""What the page on outputs with their losses says, computed another way."""

import dataclasses
import math

import pandas as pd
import pytest

from activation_study import facts, load, studies
from report.claims.made_verdicts import claim, contrast, primary, verdict


def test_a_contrast_is_said_as_levels_as_a_change_and_by_its_size():
    shown = primary(-0.0042, "as claimed", "matters", reference=0.977)
    later = verdict(claim("later", contrast()))
    said = facts.loss_pairs(
        twice=verdict(claim("twice", contrast(metric="test_accuracy")), primary=shown), later=later
    )
    assert said["twice_change"] == "42 fewer of 10,000 test images are right"
    assert (said["twice"], said["twice_reference"]) == ("97.28 %", "97.70 %")
    assert said["twice_size"] == "By our margin that matters."
    assert said["later_change"] == said["later_size"] == said["later"] == "(no answer yet)"
    # A softmax over one score of 1 and nine of 0.
    assert float(said["twice_ceiling"]) == round(100 / (1 + 9 * math.exp(-1)))
    assert float(said["twice_floor"]) == round(-math.log(1 / (1 + 9 * math.exp(-1))), 2)


def test_twins_are_a_mean_at_ten_times_the_rate_of_a_sum():
    runs = load(studies.core())
    total = runs.summary.query("head == 'sigmoid' and hidden == 'relu' and is_tuning")
    total = total[total["learning_rate"].isin([0.001, 0.00316, 0.01])].assign(head="sigmoid_sum")
    mean = total.assign(
        head="sigmoid",
        learning_rate=10 * total["learning_rate"],
        validation_accuracy=total["validation_accuracy"] + 0.001 * (total["seed"] == 2),
    )
    # A seed that one of them lacks, and a rate that has no counterpart, make no twins.
    mean = mean[mean["seed"] > 0].replace({"learning_rate": {0.1: 0.2}})

    def said(*parts):
        own = dataclasses.replace(runs, summary=pd.concat(parts, ignore_index=True))
        return facts.mean_over_outputs(own)

    assert said(mean, total) == {"num_twins": "four", "twins_gap": "10", "twins_usual": "10"}
    assert said(mean) == {
        "num_twins": "no",
        "twins_gap": "(no answer yet)",
        "twins_usual": "(no answer yet)",
    }


@pytest.mark.parametrize(
    ("tier", "images", "epochs"), [("full", "20,000", "three"), ("quick", "3,500", "two")]
)
def test_a_sure_start_is_said_as_its_study_trains_it(monkeypatch, tier, images, epochs):
    runs = load(studies.get("confident-start-sgd"))
    monkeypatch.setenv("ACTIVATION_STUDY_TIER", tier)
    said = facts.sure_start(studies.get("confident-start-sgd"), runs)
    assert said["unsure"] == "53 to 55 %"
    assert (said["sure_images"], said["sure_epochs"]) == (images, epochs)
    assert (said["sure_rate"], said["num_sure"]) == ("0.1", "seven")
