"""What the page on calibration says, of runs and verdicts whose numbers are known."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from activation_study import facts
from activation_study.measures.classification import CLASSIFICATION
from activation_study.report.claims.verdict import Sensitivity
from report.claims.made_verdicts import claim, contrast, primary, row, verdict
from report.made_runs import made_runs

NAN = np.nan


def made(effect, direction="as claimed", size="matters", level=0.0, **rule):
    shown = primary(effect, direction, size, reference=level)
    return verdict(claim("made", contrast(**rule)), primary=shown)


@pytest.fixture
def runs():
    """One arm of the example with two seeds, and sigmoids on all images, which stay unsure."""
    summary = pd.DataFrame(
        {
            "key": ["a", "b", "c", "tuning"],
            "head": ["softmax", "softmax", "sigmoid", "softmax"],
            "train_size": [3000.0, 3000.0, NAN, 3000.0],
            "label_noise": 0.0,
            "task": "digits",
            "is_tuned": [True, True, True, False],
            "is_tuning": [False, False, False, True],
            "test_accuracy": [0.94, 0.96, 0.98, NAN],
            "test_calibration_gap": [0.03, 0.01, 0.0, NAN],
            "test_ece": [0.007, 0.008, 0.0015, NAN],
            "test_ece_after_temperature": [0.004, 0.006, 0.001, NAN],
            "test_ece_null_low": [0.002, 0.004, 0.001, NAN],
            "test_ece_null_high": [0.006, 0.008, 0.002, NAN],
        }
    )
    history = pd.DataFrame(
        {
            "key": np.repeat(["a", "b", "c"], 4),
            "epoch": [0, 1, 2, 3] * 3,
            "train_loss": [NAN, 0.5, 0.2, 0.1, NAN, 0.5, 0.3, 0.1, NAN, 0.9, 0.8, 0.7],
            # The untrained network does not count, however good.
            "validation_nll": [0.1, 0.4, 0.2, 0.3, 0.1, 0.4, 0.3, 0.2, 0.1, 0.9, 0.8, 0.7],
            "validation_accuracy": [0.1, 0.5, 0.6, 0.9, 0.1, 0.5, 0.7, 0.8, 0.1, 0.3, 0.3, 0.4],
            "validation_calibration_error": 0.02,
            "validation_calibration_gap": [
                *(0.0, -0.2, 0.01, 0.04),
                *(0.0, -0.1, 0.03, 0.02),
                *(0.0, -0.3, -0.2, -0.1),
            ],
        }
    )
    return made_runs(summary, CLASSIFICATION, history=history)


@pytest.fixture
def smoothing():
    """With and without smoothing on two numbers of images, and on all, where less was measured."""
    heads = ["softmax", "softmax_smoothed_10", "softmax_smoothed_05"]
    summary = pd.DataFrame(
        {
            "head": heads * 3,
            "train_size": np.repeat([1000.0, 3000.0, NAN], 3),
            "task": "digits",
            "is_tuned": True,
            "is_tuning": False,
            "test_ece_after_temperature": [0.01, 0.02, 0.9, 0.03, 0.04, 0.9, NAN, 0.9, 0.9],
            "test_ece_null_low": [0.9] * 5 + [0.005] + [0.9] * 3,
            "test_ece_null_high": [0.9] * 5 + [0.012] + [0.9] * 3,
        }
    )
    return made_runs(summary, CLASSIFICATION)


@pytest.fixture
def verdicts():
    found = {
        "inside": made(-0.7, "contrary", level=0.8),
        "longer": made(0.015, level=0.01),
        "kept": made(0.0021),
        "smoothed_accuracy": made(0.0031, metric="test_accuracy"),
        "smoothed": made(0.09, "contrary"),
    }
    names = ("mended", "mended_wrong", "timing", "timing_all")
    return found | {name: made(-0.01) for name in names}


def test_the_example_is_told_in_images_and_from_epoch_to_epoch(runs, smoothing, verdicts):
    said = facts.calibration(runs, smoothing, **verdicts)
    assert (said["claimed"], said["right"]) == ("9,700", "9,500")
    assert (said["null_low"], said["null_high"]) == ("0.30 %", "0.70 %")
    assert said["gap_first"] == "\N{MINUS SIGN}15.00 points"
    # The best epoch is each run's own: the second, and the third.
    assert (said["gap_best"], said["gap_last"]) == ("+1.50 points", "+3.00 points")
    assert (said["nll_best"], said["nll_last"]) == ("0.2000 nats", "0.2500 nats")
    assert (said["accuracy_best"], said["accuracy_last"]) == ("70.00 %", "85.00 %")
    assert said["ece_after"] == "0.50 %"
    assert (said["loss_best"], said["loss_last"]) == ("0.1500 nats", "0.1000 nats")


def test_lines_are_counted_where_they_begin_and_end(runs, smoothing, verdicts):
    said = facts.calibration(runs, smoothing, **verdicts)
    assert (said["num_right"], said["num_above"]) == ("2", "1")
    assert (said["num_wrong"], said["num_below"]) == ("0", "0")
    # Not the one on all images, which the box leaves out.
    assert (said["num_networks"], said["num_inside"]) == ("2", "1")


def test_wrong_labels_are_told_of_each_head(runs, smoothing, verdicts):
    is_all = runs.summary["train_size"].isna()
    summary = runs.summary.assign(label_noise=np.where(is_all, 0.2, 0.0))
    summary.loc[is_all, "test_ece_after_temperature"] = 0.003
    said = facts.calibration(dataclasses.replace(runs, summary=summary), smoothing, **verdicts)
    assert (said["num_right"], said["num_above"]) == ("1", "1")
    assert (said["num_wrong"], said["num_below"]) == ("1", "1")
    assert (said["wrong_sigmoid_ece"], said["wrong_sigmoid_ece_after"]) == ("0.15 %", "0.30 %")
    assert said["wrong_sigmoid_worse"] == "1 of 1"
    assert said["wrong_sigmoid_accuracy_last"] == "40.00 %"
    assert (said["errors_softmax"], "errors_sigmoid" in said) == ("2.00 %", False)


def test_what_smoothing_leaves_is_told_by_number_of_images(runs, smoothing, verdicts):
    said = facts.calibration(runs, smoothing, **verdicts)
    assert said["left_softmax"] == "1.00 % and 3.00 %"
    assert said["left_softmax_smoothed_10"] == "2.00 % and 4.00 %"
    assert (said["null_unsure_low"], said["null_unsure_high"]) == ("0.50 %", "1.20 %")


def test_words_follow_the_verdicts(runs, smoothing, verdicts):
    said = facts.calibration(runs, smoothing, **verdicts)
    assert said["answer"] == "As a rule, no."
    assert said["rise"] == "+2.50 points"
    assert said["kept"] == "+0.21 points"
    assert said["stop"].startswith("Where labels are right, train on")
    assert said["mended"] == "helps"
    assert said["smoothed"] == "harms"
    assert said["smooth"].startswith("Smooth labels for accuracy, not for probabilities")
    others = {
        "longer": made(0.0, "not shown", "too small to matter", 0.01),
        "mended": made(0.0, "not shown", "too small to matter"),
        "mended_wrong": made(0.002, "contrary", "too small to matter"),
        "timing": made(0.02, "contrary", "open"),
        "timing_all": made(0.02, "not shown", "open"),
        "smoothed_accuracy": made(0.0, "not shown", metric="test_accuracy"),
    }
    said = facts.calibration(runs, smoothing, **verdicts | others)
    assert said["stop"] == "Do not expect much of stopping early."
    assert said["mended"] == "makes no difference that matters"
    assert said["mended_wrong"] == "harms, by too little to matter"
    assert said["timing"] == "softmax is ahead"
    assert said["timing_all"] == "who is ahead, the runs cannot tell"
    assert said["smooth"] == "Do not smooth labels for accuracy or for probabilities."


def test_accuracy_is_told_by_size_and_firmness_by_the_share_of_halves(runs, smoothing, verdicts):
    rows = (
        row(name, effect)
        for name, effect in (("training images 1000", 0.0054), ("training images all", -0.0001))
    )
    accuracy = dataclasses.replace(verdicts["smoothed_accuracy"], rows=tuple(rows))
    halves = {"cannot tell": 83, "came true": 17}
    firm = Sensitivity("came true", halves, {}, ())
    timing = dataclasses.replace(verdicts["timing"], sensitivity=firm)
    changed = {"smoothed_accuracy": accuracy, "timing": timing}
    said = facts.calibration(runs, smoothing, **verdicts | changed)
    assert said["smoothed_accuracy"] == "+54 with 1,000 and \N{MINUS SIGN}1 with all"
    assert said["timing_firm"] == "Half of the seeds say so in 17 of 100 draws."
