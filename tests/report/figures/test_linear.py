"""Figures of linear layers, steps and slopes: what is drawn is what was recorded."""

import dataclasses

import numpy as np
import pandas as pd

from activation_study.report import figures
from report.layer_runs import layer_runs
from report.made_runs import made_runs


def line(axes, name):
    (found,) = (one for one in axes.get_lines() if one.get_label() == name)
    return found


def test_layers_are_drawn_by_their_width_beside_none():
    picture = figures.by_width(layer_runs())
    (axes,) = picture.figure.axes
    steps, relu = line(axes, "thresholds, not trained"), line(axes, "ReLU")
    np.testing.assert_allclose(steps.get_xdata(), [16, 64, 256])
    np.testing.assert_allclose(steps.get_ydata(), [50, 25, 0], atol=1e-9)
    np.testing.assert_allclose(relu.get_ydata(), [11, 8, 4, 5])
    # The run at another rate takes no part.
    np.testing.assert_allclose(line(axes, "no hidden layer").get_ydata(), 10)
    assert "Without a hidden layer it is 10.0 %" in picture.title
    assert "thresholds, trained: 15.00 % with 16 units" in picture.alt


def test_rows_stand_in_the_order_in_which_they_are_named():
    cells = {"none": {"depth": 0}, "eight": {"depth": 8}, "not recorded": {"depth": 3}}
    picture = figures.side_by_side(layer_runs(), cells, margin=0.005)
    (axes,) = picture.figure.axes
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["none", "eight"]
    assert "none 10.00 % and eight 9.20 %" in picture.alt
    (band,) = axes.patches
    np.testing.assert_allclose([band.get_x(), band.get_width()], [9.5, 1.0])
    assert "too small a difference to none to matter" in picture.caption
    last = figures.side_by_side(layer_runs(), cells, reading="last")
    assert "none 20.00 %" in last.alt
    assert not last.figure.axes[0].patches


def test_the_largest_outputs_are_those_of_the_last_epoch():
    runs = [(hidden, rate) for hidden in ("relu", "tanh") for rate in (0.1, 1.0)]
    summary = pd.DataFrame(
        {
            "key": f"{hidden}-{rate}",
            "task": "digits",
            "hidden": hidden,
            "learning_rate": rate,
            "is_tuning": True,
            "diverged": False,
            "validation_accuracy": 0.9,
        }
        for hidden, rate in runs
    )
    layers = pd.DataFrame(
        {
            "key": f"{hidden}-{rate}",
            "epoch": epoch,
            "layer": layer,
            "largest": (10.0 if hidden == "relu" else 1.0) * rate * epoch / layer,
        }
        for hidden, rate in runs
        for epoch in (0, 1, 2)
        for layer in (1, 2)
    )
    unused = ["dead", "gradient_dead", "mean", "spread", "gradient_norm"]
    layers = layers.assign(**dict.fromkeys(unused, 1.0))
    made = made_runs(summary, layer_runs().measures, layers=layers)
    picture = figures.largest_outputs(made)
    largest, error = picture.figure.axes
    np.testing.assert_allclose(line(largest, "ReLU").get_ydata(), [2, 20])
    np.testing.assert_allclose(line(error, "tanh").get_ydata(), [10, 10])
    assert "ReLU 2 at 0.1 and 20 at 1" in picture.alt


def test_nothing_recorded_is_said():
    runs = layer_runs()
    empty = dataclasses.replace(runs, summary=runs.summary[:0])
    for picture in (
        figures.by_width(empty),
        figures.side_by_side(empty, {"none": {"depth": 0}}),
        figures.side_by_side(runs, {"none": {"depth": 3}}),
        figures.largest_outputs(empty),
    ):
        assert "recorded yet" in picture.alt
