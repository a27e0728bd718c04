"""Figures of hidden softmax layers show the made-up means, and claim no more than those."""

import dataclasses

import numpy as np
import pytest

from activation_study.report import figures
from report.made_runs import with_tables
from report.softmax_runs import softmax_runs


def lines(picture):
    """Marked lines by label, as points."""
    axes = picture.figure.axes[0]
    return {
        each.get_label(): each.get_xydata() for each in axes.get_lines() if len(each.get_xdata())
    }


def test_errors_are_drawn_over_depth_and_what_is_stuck_is_counted():
    picture = figures.mended_softmax(softmax_runs(), "depth")
    drawn = lines(picture)
    np.testing.assert_allclose(drawn["softmax"], [(0, 39), (1, 90)])
    np.testing.assert_allclose(drawn["ReLU"], [(0, 3)])
    assert [each.get_text() for each in picture.figure.axes[0].texts] == ["2 of 2 stuck"]
    assert "Stuck" in picture.caption
    assert picture.title == "Whatever the depth, softmax as it is ends with the most errors."
    assert "softmax times the width: 9.00 % at 2" in picture.alt


def test_the_other_size_is_the_usual_one():
    drawn = lines(figures.mended_softmax(softmax_runs(), "width"))
    np.testing.assert_allclose(drawn["softmax"], [(0, 29), (1, 39)])


def test_a_title_follows_the_runs():
    runs = softmax_runs()
    better = runs.summary["averaged_test_accuracy"].where(runs.summary["hidden"] != "softmax", 0.99)
    other = dataclasses.replace(runs, summary=runs.summary.assign(averaged_test_accuracy=better))
    assert figures.mended_softmax(other, "width").title.startswith("Test error by units")
    alike = with_tables(runs, layers=runs.layers.assign(spread=0.1))
    assert figures.spread_by_layer(alike).title.startswith("How far the outputs")


def test_spread_is_drawn_layer_by_layer_of_the_deepest_network():
    picture = figures.spread_by_layer(softmax_runs())
    drawn = lines(picture)
    np.testing.assert_allclose(drawn["softmax"][:, 1], [1e-2, 1e-4, 1e-6, 1e-8])
    np.testing.assert_allclose(drawn["ReLU"][:, 1], [0.2, 0.1])
    assert picture.figure.axes[0].get_yscale() == "log"
    assert "divides what differs between images by some 100." in picture.title


@pytest.mark.parametrize(
    "draw", [figures.spread_by_layer, lambda runs: figures.mended_softmax(runs, "width")]
)
def test_what_is_not_recorded_is_said(draw):
    runs = softmax_runs()
    none = dataclasses.replace(runs, summary=runs.summary[:0])
    assert "recorded yet" in draw(none).alt
