"""What the page on numbers says, worked out by hand from a few made-up runs."""

import numpy as np

from activation_study import facts
from activation_study.catalogue import tasks
from activation_study.facts.output_layers.regression import ANSWERS
from report.claims.made_verdicts import answered, claim, contrast, verdict
from report.number_runs import number_runs, share_runs

NONE = verdict(claim("later", contrast()))


def found(**said):
    verdicts = dict.fromkeys(ANSWERS, NONE) | {k.replace("_", "-"): v for k, v in said.items()}
    record = {
        "regression": number_runs(),
        "regression-beyond": number_runs({"linear_mse": 0.5}, "balance_beyond"),
        "shares": share_runs(),
    }
    return facts.regression(record, verdicts)


def test_errors_are_means_over_seeds_at_the_tuned_rate():
    said = found()
    assert (said["linear_mse"], said["linear_mse_absolute"]) == ("1.25", "1.00")
    assert (said["relu_mse"], said["softmax_one_unit"]) == ("2.50", "4.00")
    assert (said["dead_relu"], said["failed_softplus"]) == ("1 of 2", "0 of 2")
    assert said["layers"] == "784-128-128-1"
    assert (said["slope"], said["side_slope"]) == ("0.50", "0.50")
    assert (said["far_truth"], said["far_said"]) == ("8.0", "4.5")


def test_parts_are_said_in_points_of_the_whole():
    said = found()
    assert (said["softmax_few"], said["linear_mse_few"]) == ("2.00", "4.00")
    assert (said["softmax_all"], said["linear_mse_all"]) == ("1.00", "2.00")
    assert (said["softmax_few_last"], said["few_steps"]) == ("1.90", "80")
    assert (said["negative_few"], said["sum_few"]) == ("300", "1.4")


def test_the_slope_of_the_edge_is_that_of_the_test_balances():
    generator = np.random.default_rng(0)
    labels = np.repeat(np.arange(10), 2_000)
    images = np.zeros((len(labels), 784), np.uint8)
    truth = tasks.get("balance_beyond").compose_test(images, labels, generator).targets[:, 0]
    slope = np.polyfit(truth, 5.0 * np.sign(truth), 1)[0]
    assert abs(float(found()["edge_slope"]) - slope) < 0.01


def test_the_words_follow_the_verdicts():
    said = found(
        bins_beat_linear=answered("contrary", "matters"),
        bounded_but_scaled=answered("as claimed", "too small to matter"),
    )
    assert said["bins_beat_linear_said"] == "The bins are better."
    assert said["bounded_but_scaled_said"] == "The difference to linear is too small to matter."
    assert said["softmax_for_shares_said"] == "(no answer yet)"
