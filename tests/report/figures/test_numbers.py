"""Predictions by the truth: what is drawn is what was recorded, and failed runs stand apart."""

import dataclasses

import numpy as np
import pytest

from activation_study.catalogue.spelling import with_hyphen
from activation_study.report import figures
from report.number_runs import TRUTHS, number_runs


def lines(axes):
    return [line.get_ydata() for line in axes.get_lines()]


def test_predictions_are_drawn_tenth_by_tenth_and_failed_runs_apart():
    picture = figures.predictions(number_runs(), ("linear_mse", "relu_mse", "softmax_one_unit"))
    linear, relu, one_unit = picture.figure.axes
    diagonal, means = lines(linear)
    np.testing.assert_allclose(diagonal, [-8, 8])
    # The mean over seeds 0 and 1, which add their number; the run at another rate takes no part.
    np.testing.assert_allclose(means, np.array(TRUTHS) + 0.5)
    (band,) = linear.collections
    heights = band.get_paths()[0].vertices[:, 1]
    assert (heights.min(), heights.max()) == (-8.5, 10.5)
    _, dead, alive = lines(relu)
    np.testing.assert_allclose(dead, 0.0)
    np.testing.assert_allclose(alive, 0.5 * np.array(TRUTHS))
    # Of two runs without an answer there is no mean.
    _, *failed = lines(one_unit)
    np.testing.assert_allclose(failed, 0.0)
    assert len(failed) == 2
    assert "ReLU, squared error -4.0 to 4.0, 1 of 2 runs failed" in with_hyphen(picture.alt)
    assert "softmax on one unit 2 of 2 runs failed" in with_hyphen(picture.alt)
    assert with_hyphen(picture.title).startswith("Where the truth is -8.0 in the mean, linear")
    assert picture.title.endswith("softmax on one unit is farthest with 0.0.")


def test_beyond_what_was_seen_the_two_sides_are_not_joined():
    picture = figures.predictions(number_runs(), ("linear_mse",), seen=5)
    _, below, above = lines(picture.figure.axes[0])
    # Tenths within what was seen are left out.
    np.testing.assert_allclose([below, above], [[-7.5, -5.5], [6.5, 8.5]])
    assert "Shaded: from -5 to 5, as in training." in with_hyphen(picture.caption)


def test_an_unknown_head_is_refused_and_nothing_recorded_is_said():
    runs = number_runs()
    with pytest.raises(ValueError, match="tanh_mse"):
        figures.predictions(runs, ("tanh_mse",))
    assert "recorded yet" in figures.predictions(runs.where(key=[])).alt
    later = runs.summary.assign(is_tuned=False)
    assert "recorded yet" in figures.predictions(dataclasses.replace(runs, summary=later)).alt
