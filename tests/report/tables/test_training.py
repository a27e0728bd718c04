"""How training went, in tables: against values taken from the record by hand."""

import dataclasses

import numpy as np
import pytest

from activation_study.report import analysis
from activation_study.report.tables import training


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


def test_course_as_a_table(course):
    course.loc["relu", ["first_accuracy", "ahead_from"]] = [-0.0123, np.nan]
    row = training.course_table(course, "sigmoid", "softmax").frame.iloc[0]
    assert row["after epoch 1, points"] == "-1.23"
    assert row["ahead from epoch"] == "never"
    assert row["temperature"] == "1.10 and 1.10"
    assert row["lowest NLL at epoch"].split(" and ") == [
        f"{course.loc['relu', f'{head}_nll_epoch']:.0f}" for head in ("sigmoid", "softmax")
    ]


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
    found.loc["relu", "lowest_nll"] = -0.0123
    row = training.stopped_table(found, "sigmoid", "softmax").frame.iloc[1]
    assert row["at each run's lowest NLL"] == "-1.23"


def test_difference_at_each_rate_is_paired_by_seed(runs):
    arm, reference = ({"hidden": "relu", "head": head} for head in ("sigmoid", "softmax"))
    found = analysis.at_each_rate(runs, arm, reference, "validation_accuracy")
    tuning = runs.summary[runs.summary["is_tuning"]]
    tuning = tuning.set_index(["learning_rate", "head", "seed"]).sort_index()
    values = tuning.loc[tuning["hidden"] == "relu", "validation_accuracy"]
    rates = sorted(set(values.index.get_level_values("learning_rate")))
    assert found.index.tolist() == rates
    sides = [values[rates[0], head] for head in ("sigmoid", "softmax")]
    gaps = [sides[0][seed] - sides[1][seed] for seed in sides[0].index]
    assert found.iloc[0].tolist() == pytest.approx(
        [np.mean(gaps), min(gaps), max(gaps), len(sides[1])]
    )


def test_rates_at_which_a_run_diverged_are_left_out(runs):
    arm, reference = ({"hidden": name, "head": "softmax"} for name in ("exponential", "relu"))
    found = analysis.at_each_rate(runs, arm, reference, "validation_accuracy")
    # The simulated exponential diverges above 0.02.
    assert found.index.max() == 0.01
    table = training.rate_table(
        runs, {"exponential less relu": (arm, reference)}, "validation_accuracy"
    )
    chosen = analysis.chosen_rates(runs.summary)
    marked = table.frame.set_index("rate of both")["chosen for"]
    assert marked[f"{chosen['exponential', 'softmax']:g}"] in ("both", "exponential with softmax")
    assert marked["0.0001"] == ""
