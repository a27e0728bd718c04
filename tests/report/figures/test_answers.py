"""Single answers are drawn as they are, and gradients as Keras's training has them."""

import numpy as np
import pytest

from activation_study.catalogue import heads
from activation_study.catalogue.heads.gradients import loss_gradients
from activation_study.report import figures
from catalogue.heads.keras_losses import of_head


@pytest.mark.parametrize("name", ["softmax", "sigmoid", "softmax_bce", "sigmoid_mse"])
def test_gradients_are_those_of_a_compiled_model(name):
    scores = 3 * np.random.default_rng(1).standard_normal((6, 10))
    targets = np.eye(10)[:6].astype(np.float32)
    found = loss_gradients(heads.get(name), "one label", scores, targets)
    _, expected = of_head(heads.get(name), "one label", scores.astype(np.float32), targets)
    np.testing.assert_allclose(found, 6 * expected, rtol=1e-5, atol=1e-8)


def test_a_sure_mistake_sends_back_what_the_loss_says():
    picture = figures.mistakes(["softmax", "softmax_mse"])
    axes = picture.figure.axes[0]
    first, second = (line.get_ydata() for line in axes.get_lines()[:2])
    # Softmax of c and nine times -c: the right class gets p, and its gradient is p - 1.
    sure = np.exp(-2 * np.linspace(0, 20, 81))
    right = sure / (1 + 9 * sure)
    np.testing.assert_allclose(first, np.maximum(1 - right, 1 / (1 + 9 * sure)), rtol=1e-4)
    assert second[-1] < 1e-6 < first[-1]
    assert picture.title == (
        "Where the network is sure and wrong, 1 of 2 send back next to nothing."
    )


def test_a_gradient_that_is_cut_off_ends_in_a_cross():
    axes = figures.mistakes(["softmax", "softmax_bce"]).figure.axes[0]
    kept, cut, cross = axes.get_lines()
    assert len(kept.get_xdata()) == 81 > len(cut.get_xdata())
    assert cross.get_marker() == "x"
    assert cross.get_xdata() == cut.get_xdata()[-1]
    # Keras clips at 1e-7, which nine in ten outputs fall below.
    assert 7.5 < cross.get_xdata() < 9.5


def test_a_strip_shows_every_output_and_what_is_called():
    targets = np.zeros((2, 10))
    targets[1, [3, 7]] = 1
    outputs = {"sigmoid": 0.9 * targets, "softmax": targets / 2.1}
    picture = figures.strip(np.zeros((2, 784)), targets, outputs)
    heights = [[bar.get_height() for bar in axes.patches] for axes in picture.figure.axes]
    np.testing.assert_allclose(heights[4], 0.9 * targets[1])
    assert "3 7: sigmoid calls 3 7" in picture.alt
    assert "3 7: softmax calls none" in picture.alt
    with pytest.raises(ValueError, match="of the shape of the targets"):
        figures.strip(np.zeros((2, 784)), targets, {"sigmoid": targets[:1]})
