"""How the first epoch went: against values computed by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from activation_study.report.analysis.course import (
    first_step_below,
    guessing_loss,
    relative_to_guessing,
)


@pytest.mark.parametrize("head", ["softmax", "sigmoid"])
def test_guessing_loss_is_that_of_the_class_frequencies(head):
    labels, guess = np.eye(10), 0.1
    losses = {
        "softmax": -(labels * np.log(guess)).sum(axis=1),
        "sigmoid": -(labels * np.log(guess) + (1 - labels) * np.log(1 - guess)).mean(axis=1),
    }
    assert guessing_loss(head, 10) == pytest.approx(losses[head].mean(), rel=1e-12)


def test_step_at_which_the_mean_loss_falls_below_guessing():
    def first_step(early, head):
        arm = pd.DataFrame({"key": ["a"], "head": [head], "task": ["digits"]})
        others = early.assign(key="b", train_loss=0.0)
        losses = pd.concat([early.assign(key="a"), others], ignore_index=True)
        return first_step_below(relative_to_guessing(losses, arm), ["head"])[head]

    # ln 10 is 2.3026; the windows' means are 3, 2.35, 2.25 and 2.
    early = pd.DataFrame(
        {"step": [10, 20, 30, 40] * 2, "train_loss": [3, 2.2, 2.2, 2, 3, 2.5, 2.3, 2]}
    )
    assert first_step(early, "softmax") == 30
    assert first_step(early[early["step"] < 30], "softmax") == math.inf
    # The entropy of one label in ten is 0.3251.
    early = pd.DataFrame({"step": [10, 20], "train_loss": [0.326, 0.325]})
    assert first_step(early, "sigmoid_prior") == 20


def test_guessing_loss_refuses_heads_without_a_likelihood():
    with pytest.raises(ValueError, match="linear_mse"):
        guessing_loss("linear_mse", 10)
