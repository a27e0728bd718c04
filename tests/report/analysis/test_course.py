"""How training went, in numbers: against values taken from the record by hand."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest

from activation_study.report import analysis
from activation_study.report.analysis.course import (
    first_step_below,
    guessing_loss,
    relative_to_guessing,
)


def test_first_epoch_is_that_of_the_record(runs):
    diverged = runs.where(is_tuned=True, head="sigmoid", hidden="tanh").summary["key"].iloc[0]
    summary = runs.summary.copy()
    summary.loc[summary["key"] == diverged, "diverged"] = True
    found = analysis.first_epoch(dataclasses.replace(runs, summary=summary), heads=("sigmoid",))
    assert set(found.index.get_level_values("head")) == {"sigmoid"}
    assert set(found.index.get_level_values("hidden")) == {"relu", "tanh", "sigmoid", "exponential"}
    keys = runs.where(is_tuned=True, head="sigmoid", hidden="tanh").summary["key"].iloc[1:]
    curves = [runs.early.loc[runs.early["key"] == key, "train_loss"].to_numpy() for key in keys]
    below = np.mean(curves, axis=0) < -0.1 * np.log(0.1) - 0.9 * np.log(0.9)
    steps = runs.early.loc[runs.early["key"] == keys.iloc[0], "step"].to_numpy()
    accuracies = runs.history.set_index(["key", "epoch"])["validation_accuracy"]
    tanh = found.loc["tanh", "sigmoid"]
    assert tanh["step"] == steps[below][0] > steps[0]
    assert tanh["accuracy"] == pytest.approx(np.mean([accuracies[key, 1] for key in keys]))
    last = accuracies.index.get_level_values("epoch").max()
    assert tanh["final_accuracy"] == pytest.approx(
        np.mean([accuracies[key, last] for key in keys]), abs=1e-5
    )


@pytest.fixture
def course(runs):
    return analysis.two_heads_side_by_side(
        runs, "sigmoid", "softmax", hidden=("relu", "sigmoid", "selu")
    )


def test_course_compares_the_heads_epoch_by_epoch(runs, course):
    assert list(course.index) == ["relu", "sigmoid"]
    means = {}
    for head in ("sigmoid", "softmax"):
        keys = set(runs.where(is_tuned=True, head=head, hidden="relu").summary["key"])
        own = runs.history[[key in keys for key in runs.history["key"]]]
        means[head] = [own[own["epoch"] == epoch].mean(numeric_only=True) for epoch in range(11)]
    gaps = [
        a["validation_accuracy"] - b["validation_accuracy"]
        for a, b in zip(means["sigmoid"], means["softmax"], strict=True)
    ]
    relu = course.loc["relu"]
    assert relu["first_accuracy"] == pytest.approx(gaps[1])
    assert relu["last_accuracy"] == pytest.approx(gaps[-1])
    losses = [row["validation_nll"] for row in means["softmax"]]
    assert relu["softmax_nll_epoch"] == np.argmin(losses)
    assert relu["softmax_nll_rise"] == pytest.approx(losses[-1] - min(losses))
    ahead = [all(gap > 0 for gap in gaps[epoch:]) for epoch in range(11)]
    assert relu["ahead_from"] == ahead.index(True) if any(ahead) else np.isnan(relu["ahead_from"])


def test_lead_had_each_run_been_stopped(runs):
    diverged = runs.where(is_tuned=True, head="softmax", hidden="relu").summary["key"].iloc[0]
    summary = runs.summary.copy()
    summary.loc[summary["key"] == diverged, "diverged"] = True
    changed = dataclasses.replace(runs, summary=summary)
    hidden = ("tanh", "relu", "selu")
    found = analysis.if_stopped_early(changed, "sigmoid", "softmax", hidden=hidden)
    assert list(found.index) == ["tanh", "relu"]
    stops = {"last": [], "lowest_nll": [], "best_accuracy": []}
    for head in ("sigmoid", "softmax"):
        values = {name: [] for name in stops}
        for key in runs.where(is_tuned=True, head=head, hidden="relu").summary["key"]:
            if key != diverged:
                own = runs.history[runs.history["key"] == key].sort_values("epoch")
                accuracy = own["validation_accuracy"].to_numpy()
                values["last"].append(accuracy[-1])
                values["lowest_nll"].append(accuracy[np.argmin(own["validation_nll"])])
                values["best_accuracy"].append(max(accuracy))
        for name, reached in values.items():
            stops[name].append(np.mean(reached))
    for name, (sigmoid, softmax) in stops.items():
        assert found.loc["relu", name] == pytest.approx(sigmoid - softmax), name


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
