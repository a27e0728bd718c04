"""Labels one by one: what is drawn of each is what was recorded, and what follows from theory."""

import dataclasses

import numpy as np
import pytest

from activation_study.report import figures
from report.labelled_runs import FREQUENCIES, labelled_runs


def line(axes, name):
    (found,) = (one for one in axes.get_lines() if one.get_label() == name)
    return found


def test_labels_are_drawn_from_the_rare_to_the_frequent():
    picture = figures.by_frequency(labelled_runs(), ("sigmoid_weighted", "sigmoid"))
    half, own, overstated = picture.figure.axes
    names = ["sigmoid, weighted loss", "sigmoid"]
    assert [text.get_text() for text in picture.figure.legends[0].get_texts()] == names
    # The run at another rate takes no part.
    np.testing.assert_allclose(line(half, "sigmoid").get_ydata(), [21, 51, 81])
    np.testing.assert_allclose(line(own, "sigmoid").get_ydata(), [70, 80, 90])
    weighted = line(overstated, "sigmoid, weighted loss")
    np.testing.assert_allclose(weighted.get_xdata(), 100 * np.sort(FREQUENCIES))
    np.testing.assert_allclose(weighted.get_ydata(), 2.2)
    assert "rarest label (1 % of the scenes) is 21 to 31 %" in picture.title
    assert "own, 70 to 70 %" in picture.title
    assert "F1 (%) at a half: sigmoid, weighted loss 91 to 31; sigmoid 81 to 21." in picture.alt


def test_a_weight_moves_a_half_to_the_frequency():
    picture = figures.thresholds(labelled_runs())
    (axes,) = picture.figure.axes
    np.testing.assert_allclose(line(axes, "a half, weighted").get_ydata(), np.sort(FREQUENCIES))
    odds = line(axes, "a half, root-weighted").get_ydata() ** -1 - 1
    np.testing.assert_allclose(odds**2, np.sort(FREQUENCIES) ** -1.0 - 1)
    # A run without a threshold for the rarest label is left out there.
    np.testing.assert_allclose(line(axes, "best on validation data").get_ydata(), [0.3, 0.4, 0.5])
    drawn = line(axes, "half of the F1 that it reaches").get_ydata()
    np.testing.assert_allclose(drawn, [0.35, 0.4, 0.45])
    assert (
        "is 0.30; with the weight a half stands for 0.01, with its root for 0.09" in picture.title
    )


def test_an_unknown_head_is_refused_and_nothing_recorded_is_said():
    runs = labelled_runs()
    for draw in (figures.by_frequency, figures.thresholds):
        with pytest.raises(ValueError, match="softmax_none"):
            draw(runs, "softmax_none")
        empty = dataclasses.replace(runs, summary=runs.summary[:0])
        assert "recorded yet" in draw(empty).alt
