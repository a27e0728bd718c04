"""Figures show the data they are given, describe them in words, and say so when there are none."""

import base64
import dataclasses
import io
import math
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from activation_study.report import figures, tables
from activation_study.report.analysis import chosen_rates
from activation_study.report.figures.picture import Picture

OF_RUNS = {
    "convergence by hidden": figures.convergence,
    "convergence by head": lambda runs: figures.convergence(runs, "head", metric="validation_nll"),
    "rate_curve": figures.rate_curve,
    "speed": figures.speed,
    "ranking": figures.ranking,
    "default_against_tuned": figures.default_against_tuned,
    "early_training": figures.early_training,
    "output_sums": figures.output_sums,
    "target_probability": figures.target_probability,
    "second_choices": figures.second_choices,
    "reliability": figures.reliability,
    "calibration_null": figures.calibration_null,
}


def line(axes, label):
    return next(drawn for drawn in axes.get_lines() if drawn.get_label() == label)


class TestPicture:
    def test_carries_its_png_and_its_escaped_description(self):
        figure, axes = plt.subplots()
        axes.plot([0, 1])
        shown = Picture(figure, 'a "rise" <b>')._repr_html_()
        assert 'alt="a &quot;rise&quot; &lt;b&gt;"' in shown
        pixels = plt.imread(
            io.BytesIO(base64.b64decode(re.search('base64,([^"]+)"', shown).group(1)))
        )
        assert (pixels[0, 0, :3] == 1).all()
        assert pixels.shape[2] == 3 or (pixels[..., 3] == 1).all()

    def test_leaves_no_figure_open_for_the_notebook_to_show_again(self):
        Picture(plt.figure(), "nothing")
        assert not plt.get_fignums()

    def test_same_figure_same_bytes(self):
        picture = Picture(plt.figure(figsize=(1, 1)), "nothing")
        assert picture.png() == picture.png()


@pytest.mark.parametrize("name", OF_RUNS)
def test_every_figure_is_labelled_and_described(runs, name):
    picture = OF_RUNS[name](runs)
    assert len(picture.alt) > 60
    assert "nan" not in picture.alt
    seen = [axes for axes in picture.figure.axes if axes.axison]
    assert any(axes.get_xlabel() for axes in seen)
    assert picture.figure.get_suptitle() or any(axes.get_title() for axes in seen)
    assert all(axes.has_data() for axes in seen)


@pytest.mark.parametrize("name", OF_RUNS)
def test_every_figure_says_so_when_nothing_is_recorded(runs, name):
    assert "recorded yet" in OF_RUNS[name](runs.where(key=[])).alt


def test_convergence_draws_the_mean_error_of_the_tuned_runs(runs):
    picture = figures.convergence(runs, hidden=("tanh", "relu"))
    summary = runs.summary
    keys = summary.loc[
        (summary["hidden"] == "tanh") & (summary["head"] == "sigmoid") & summary["is_tuned"], "key"
    ]
    history = runs.history[runs.history["key"].isin(keys) & (runs.history["epoch"] > 0)]
    expected = 100 * (1 - history.pivot(index="epoch", columns="key", values="validation_accuracy"))
    axes = picture.figure.axes[1]
    assert axes.get_title() == "head: sigmoid"
    np.testing.assert_allclose(line(axes, "tanh").get_ydata(), expected.mean(axis=1), rtol=1e-9)
    np.testing.assert_array_equal(line(axes, "tanh").get_xdata(), expected.index)


@pytest.mark.parametrize(
    "draw",
    [
        figures.rate_curve,
        figures.convergence,
        figures.speed,
        figures.default_against_tuned,
        figures.ranking,
    ],
)
def test_figures_draw_arms_of_any_fields(depth_runs, draw):
    assert len(draw(depth_runs).alt) > 60


def test_arms_that_differ_in_depth_are_drawn_apart(depth_runs):
    panels = figures.rate_curve(depth_runs, hidden=("tanh",)).figure.axes
    assert [axes.get_title() for axes in panels] == ["tanh"]
    tuning = depth_runs.where(is_tuning=True, hidden="tanh", depth=8).summary
    means = 100 * (1 - tuning.groupby("learning_rate")["validation_accuracy"].mean())
    np.testing.assert_allclose(line(panels[0], "depth 8").get_ydata(), means)
    panels = figures.convergence(depth_runs, "depth").figure.axes
    assert [axes.get_title() for axes in panels] == [
        "hidden: relu",
        "hidden: tanh",
        "hidden: sigmoid",
    ]
    ranked = figures.ranking(depth_runs).figure.axes[0].get_yticklabels()
    assert {label.get_text().partition(" (")[0] for label in ranked} == set(
        depth_runs.summary["arm"]
    )
    rates = tables.tuned_rates(depth_runs).frame
    assert list(rates.columns) == ["hidden activation", "depth 2", "depth 8"]


def test_rates_are_drawn_by_the_measure_that_chooses_them(runs):
    summary = runs.summary.assign(
        task="balance", validation_rmse=10 * (1 - runs.summary["validation_accuracy"])
    )
    axes = figures.rate_curve(dataclasses.replace(runs, summary=summary)).figure.axes[0]
    tuning = summary.query("is_tuning and hidden == 'relu' and head == 'softmax'")
    means = tuning.groupby("learning_rate")["validation_rmse"].mean()
    np.testing.assert_allclose(line(axes, "softmax").get_ydata(), means)
    assert "root mean squared error" in axes.get_ylabel().replace("\n", " ")


def test_gains_are_those_of_the_measure_that_chooses_rates(runs):
    precisions = {
        f"{part}_mean_average_precision": runs.summary[f"{part}_accuracy"]
        for part in ("validation", "test")
    }
    other = dataclasses.replace(runs, summary=runs.summary.assign(task="scenes", **precisions))
    own, same = (figures.default_against_tuned(each) for each in (runs, other))
    assert own.alt.partition("Tuned, ")[2] == same.alt.partition("Tuned, ")[2]
    rows = [
        [label.get_text() for label in picture.figure.axes[0].get_yticklabels()]
        for picture in (own, same)
    ]
    assert rows[0] == rows[1]
    assert same.figure.axes[0].get_xlabel() == "test mean average precision (%)"
    ranked = tables.ranking_table(other).frame
    assert list(ranked["test mean average precision"]) == list(
        tables.ranking_table(runs).frame["test accuracy"]
    )


def test_convergence_refuses_what_it_does_not_know(runs):
    with pytest.raises(ValueError, match="hidden, head"):
        figures.convergence(runs, "depth")
    with pytest.raises(ValueError, match="tanh"):
        figures.convergence(runs, hidden=("nothing",))


def test_rate_curve_rings_the_chosen_rate_and_crosses_what_diverged(runs):
    axes = figures.rate_curve(runs, hidden=("exponential",), heads=("softmax",)).figure.axes[0]
    rings = [drawn for drawn in axes.get_lines() if drawn.get_markerfacecolor() == "none"]
    chosen = chosen_rates(runs.summary)["exponential", "softmax"]
    assert [ring.get_xdata()[0] for ring in rings] == pytest.approx([chosen])
    tuning = runs.where(hidden="exponential", head="softmax", is_tuning=True).summary
    points, crosses = (len(drawn.get_offsets()) for drawn in axes.collections)
    assert crosses == tuning["diverged"].sum() > 0
    assert points + crosses == len(tuning)


def test_ranking_tells_how_many_runs_diverged(runs):
    summary = runs.summary.copy()
    hit = summary["is_tuned"] & (summary["hidden"] == "tanh") & (summary["head"] == "softmax")
    summary.loc[hit & (summary["seed"] == 100), "diverged"] = True
    axes = figures.ranking(dataclasses.replace(runs, summary=summary)).figure.axes[0]
    labels = " | ".join(label.get_text() for label in axes.get_yticklabels())
    assert "(1 of 4 diverged)" in labels


def test_speed_tells_which_runs_never_arrived(runs):
    summary = runs.summary.copy()
    hit = summary["is_tuned"] & (summary["hidden"] == "relu")
    summary.loc[hit & (summary["seed"] < 102), "epochs_to_97"] = math.inf
    axes = figures.speed(dataclasses.replace(runs, summary=summary)).figure.axes[0]
    assert "relu (2 of 4 never)" in [label.get_text() for label in axes.get_yticklabels()]


def test_arms_stand_from_the_best_to_the_worst_at_their_means(runs):
    summary = runs.where(is_tuned=True, head="softmax").summary
    errors = 100 * (1 - summary.groupby("hidden")["test_accuracy"].mean()).sort_values()
    axes = figures.default_against_tuned(runs).figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == list(errors.index)
    # Between the two means of each arm.
    joined = next(drawn for drawn in axes.collections if len(drawn.get_paths()) == len(errors))
    ends = [sorted(path.vertices[:, 0]) for path in joined.get_paths()]
    means = [drawn.get_xdata() for drawn in axes.get_lines() if len(drawn.get_xdata()) == 4]
    np.testing.assert_allclose(np.sort(means, axis=0).T, ends)
    np.testing.assert_allclose(means[1], errors)
    heights = summary.groupby("hidden")["area_under_validation_accuracy"].mean()
    order = list(heights.sort_values(ascending=False).index)
    labels = [label.get_text() for label in figures.speed(runs).figure.axes[0].get_yticklabels()]
    assert [label.partition(" (")[0] for label in labels] == order


def test_calibration_null_counts_the_runs_above_their_own_interval(runs):
    shown = runs.where(is_tuned=True, head="sigmoid", hidden=["relu", "tanh", "sigmoid"]).summary
    above = (shown["test_ece"] > shown["test_ece_null_high"]).sum()
    alt = figures.calibration_null(runs).alt
    assert f"{above} of {len(shown)} runs with sigmoid" in alt
