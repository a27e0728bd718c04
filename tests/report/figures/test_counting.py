"""How many labels are called, and how a failed training went, are drawn as recorded."""

import dataclasses

import numpy as np
import pytest

from activation_study.report import figures
from report.made_scenes import made


def lines(axes):
    return {line.get_label(): line.get_ydata() for line in axes.get_lines()}


def test_outputs_and_called_labels_are_means_over_the_scenes():
    picture = figures.counting(made(), heads=("sigmoid", "softmax_none"))
    largest, half, threshold = (lines(axes) for axes in picture.figure.axes)
    np.testing.assert_allclose(largest["sigmoid"], [0.95, 0.85])
    np.testing.assert_allclose(largest["softmax with a class for none"], [0.95, 0.4])
    np.testing.assert_allclose(half["sigmoid"], [1.0, 1.5])
    np.testing.assert_allclose(threshold["sigmoid"], [2.0, 2.5])
    shares = picture.figure.axes[0].get_lines()[0].get_ydata()
    np.testing.assert_allclose(shares, 1 / np.array([1, 3])[-len(shares) :])
    assert "Where 3 are there, the largest output is 0.85 with sigmoid and 0.40" in picture.alt


def test_labels_that_nobody_counted_are_said(runs):
    assert "labels were counted" in figures.counting(runs).alt


def test_a_training_that_failed_is_drawn_epoch_by_epoch():
    picture = figures.by_epoch(made(), ["train_loss"], heads=("softmax_khot", "sigmoid"))
    (axes,) = picture.figure.axes
    shown = lines(axes)
    means = [(10 ** (epoch - 0.01) + 10 ** (epoch + 0.01)) / 2 for epoch in (1, 2)]
    np.testing.assert_allclose(shown["softmax on k labels"], means)
    np.testing.assert_allclose(shown["sigmoid"], 0.5)
    assert axes.get_yscale() == "log"
    assert "train loss with sigmoid from 0.5 to 0.5" in picture.alt


def test_a_measure_that_no_epoch_has_is_refused():
    with pytest.raises(ValueError, match="train_loss"):
        figures.by_epoch(made(), ["train_los"])
    empty = dataclasses.replace(made(), summary=made().summary[:0])
    assert "recorded yet" in figures.by_epoch(empty, ["train_loss"]).alt
