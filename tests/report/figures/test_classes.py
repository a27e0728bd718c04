"""Which part of a line and of a plane each class gets, worked out from weights set by hand."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from activation_study.report import figures
from activation_study.report.demonstrations.few_units import FewUnits
from activation_study.report.figures.output_layers.classes import COLOURS, SURE, UNSURE


def on_a_line(head):
    """Three classes on a line: score -10x - 5 for 0, 0 for 1, 10x - 5 for 2."""
    units = np.linspace(-1, 1, 241)[:, None]
    labels = np.digitize(units[:, 0], [-0.5, 0.5])
    weights, biases = np.array([[-10.0, 0.0, 10.0]]), np.array([-5.0, -0.01, -5.0])
    return FewUnits(head, units, labels, weights, biases)


def test_an_interval_in_the_middle_is_sure_of_softmax_and_unsure_of_sigmoids():
    picture = figures.regions([on_a_line("softmax"), on_a_line("sigmoid")])
    for axes, middle in zip(picture.figure.axes, (SURE, UNSURE), strict=True):
        row = np.asarray(axes.images[0].get_array())[0]
        for place, label, density in ((5, 0, SURE), (120, 1, middle), (-5, 2, SURE)):
            np.testing.assert_allclose(row[place], [*to_rgb(COLOURS[label]), density], atol=1e-6)
    assert picture.title == (
        "Images right: 100 % on one unit with softmax, 100 % on one unit with sigmoid."
    )
    assert picture.alt.count("3 classes named") == 2


def test_images_far_out_are_left_out_of_a_plane():
    units = np.array([[x, y] for x in (-1.0, 1.0) for y in (-1.0, 1.0)] * 50 + [[1e6, 0.0]])
    labels = (units[:, 0] > 0).astype(int)
    network = FewUnits("softmax", units, labels, np.array([[-5.0, 5.0], [0, 0]]), np.zeros(2))
    (axes,) = figures.regions([network]).figure.axes
    assert axes.get_xlim()[1] < 2
    left, right = np.asarray(axes.images[0].get_array())[100, [10, -10]]
    np.testing.assert_allclose(left, [*to_rgb(COLOURS[0]), SURE])
    np.testing.assert_allclose(right, [*to_rgb(COLOURS[1]), SURE])
    assert [text.get_text() for text in axes.texts] == ["0", "1"]


def test_what_cannot_be_drawn_on_a_page_is_refused():
    network = FewUnits("softmax", np.zeros((2, 3)), np.zeros(2), np.zeros((3, 4)), np.zeros(4))
    with pytest.raises(ValueError, match="3 units and 4 classes"):
        figures.regions([network])
