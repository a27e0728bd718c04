"""Arms are told apart and named by whatever fields vary; numbers need no drawing library."""

import dataclasses
import subprocess
import sys

import pandas as pd
import pytest

from activation_study.report import analysis
from activation_study.report.analysis.arms import (
    best_by_tuning,
    default_selection,
    labels,
    recorded_values,
    set_apart,
)
from activation_study.report.analysis.failures import with_failures_counted


def test_analysis_needs_no_drawing_library():
    code = (
        "import sys, pkgutil, importlib, activation_study.report.analysis as package;"
        "[importlib.import_module(m.name) for m in pkgutil.iter_modules("
        "package.__path__, package.__name__ + '.')];"
        "assert not {'matplotlib', 'tensorflow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_numbers_of_arms_of_any_fields_are_indexed_by_these(depth_runs, runs):
    rates = analysis.chosen_rates(depth_runs.summary)
    assert rates.index.names == ["hidden", "head", "depth"]
    assert len(rates) == depth_runs.summary["arm"].nunique() == 6
    assert analysis.chosen_rates(runs.summary).index.names == ["hidden", "head"]


def test_the_ranking_of_arms_of_any_fields_is_paired_by_seed(depth_runs):
    found = analysis.rank(depth_runs)
    assert set(found.rows["arm"]) == {
        f"{hidden}, depth {depth}" for hidden in ("relu", "tanh", "sigmoid") for depth in (2, 8)
    }
    summary = depth_runs.summary[depth_runs.summary["is_tuned"]]
    wide = summary.pivot(index="seed", columns=["hidden", "depth"], values="test_accuracy")
    hidden, _, depth = found.reference.partition(", depth ")
    gaps = wide.sub(wide[hidden, int(depth)], axis=0).mean()
    for _, row in found.rows.iterrows():
        hidden, _, depth = row["arm"].partition(", depth ")
        assert row["effect"] == pytest.approx(gaps[hidden, int(depth)])


def test_labels_name_what_they_are_given_in_the_given_order(runs, depth_runs):
    order = pd.CategoricalDtype(["tanh", "relu", "sigmoid"])
    summary = depth_runs.summary.astype({"hidden": order})
    found = labels(summary, ["hidden", "depth"])
    assert list(found.cat.categories[:3]) == ["tanh, depth 2", "tanh, depth 8", "relu, depth 2"]
    eight = found[summary["depth"] == 8]
    assert eight.str.endswith("depth 8").all()
    own = set_apart(runs.summary, "hidden", ["tanh", "relu"], None)
    assert list(own["value"].cat.categories) == ["tanh", "relu"]
    assert list(own["others"].cat.categories) == ["softmax", "sigmoid"]
    assert set(own["arm"]) == {
        f"{a} with {b}" for a in ("tanh", "relu") for b in ("softmax", "sigmoid")
    }


def test_the_best_arm_is_that_of_its_tasks_rule(runs):
    summary = runs.summary[runs.summary["head"] == "softmax"]
    by_accuracy = best_by_tuning(summary, summary["hidden"], ())
    losses = summary.assign(task="balance", validation_rmse=summary["validation_accuracy"])
    by_loss = best_by_tuning(losses, losses["hidden"], ())
    at_choice = summary[summary["is_tuning"]].merge(
        analysis.chosen_rates(summary).reset_index(), on=["hidden", "head", "learning_rate"]
    )
    means = at_choice.groupby("hidden")["validation_accuracy"].mean()
    assert by_accuracy == means.idxmax()
    assert by_loss == means.idxmin()
    assert best_by_tuning(summary, summary["hidden"], {by_accuracy}) != by_accuracy


def test_a_figure_shows_known_names_and_ones_own_or_all():
    summary = pd.DataFrame({"hidden": ["tanh", "mine@1a", "elu"], "head": "softmax"})
    assert default_selection(summary, ("relu", "tanh")) == ["tanh", "mine@1a"]
    assert default_selection(summary[2:], ("relu", "tanh")) == ["elu"]
    assert recorded_values(summary, ["mine", "tanh"], "hidden") == ["mine@1a", "tanh"]


def test_failures_count_as_a_guess_of_their_task(runs):
    frame = runs.summary.head(3).assign(
        diverged=[True, True, False],
        task=["digits", "balance", "digits"],
        test_rmse=float("nan"),
        test_nll=float("nan"),
        epochs_to_97=[float("inf"), 3.0, float("nan")],
    )
    rmse, nll = (with_failures_counted(frame, f"test_{name}") for name in ("rmse", "nll"))
    # The standard deviation of the difference of two numbers from 0 to 99, in tens.
    assert rmse.iloc[1] == pytest.approx((2 * (100**2 - 1) / 12) ** 0.5 / 10)
    assert rmse.isna().tolist() == [True, False, True]
    assert nll.iloc[0] == pytest.approx(2.302585093)
    assert nll.isna().tolist() == [False, True, True]
    late = frame["epochs"] + 1.0
    assert with_failures_counted(frame, "epochs_to_97").tolist() == [
        late.iloc[0],
        3.0,
        late.iloc[2],
    ]
    with pytest.raises(ValueError, match="test_nll"):
        with_failures_counted(frame, "test_nl")


def test_a_head_without_a_rule_of_its_own_cannot_fail_by_it(runs):
    heads = ["softmax_khot", "powerset"]
    frame = runs.summary.head(2).assign(diverged=True, task="scenes", head=heads)
    frame["test_own_exact_match"] = float("nan")
    counted = with_failures_counted(frame, "test_own_exact_match")
    assert counted.isna().tolist() == [True, False]
    assert counted.iloc[1] == pytest.approx(0.1)


def test_runs_of_one_arm_are_called_by_their_activation(runs):
    one = dataclasses.replace(
        runs, summary=runs.summary.query("hidden == 'relu' and head == 'softmax'")
    )
    assert analysis.rank(one).rows["arm"].tolist() == ["relu"]


def test_arms_that_change_one_thing_at_a_time_are_named_by_it() -> None:
    fields = ["width", "optimizer", "train_size"]
    rows = [(128, "adam", None), (64, "adam", None), (128, "sgd", None), (128, "adam", 1000)]
    names = labels(pd.DataFrame(rows, columns=fields), fields)
    assert list(names) == ["reference", "width 64", "optimizer sgd", "1,000 images"]
    crossed = pd.DataFrame([row[:1] for row in rows[:2]], columns=["width"])
    assert list(labels(crossed, ["width"])) == ["width 128", "width 64"]


def test_images_and_wrong_labels_are_named_shortly() -> None:
    rows = [(size, noise) for size in (3000.0, None) for noise in (0.0, 0.2)]
    fields = ["train_size", "label_noise"]
    names = labels(pd.DataFrame(rows, columns=fields), fields)
    assert list(names) == [
        *("3,000 images, labels right", "3,000 images, 20 % wrong"),
        *("all images, labels right", "all images, 20 % wrong"),
    ]
