"""Deep networks: what is drawn is what was recorded."""

import numpy as np
import pytest

from activation_study.catalogue.spelling import with_minus
from activation_study.report import figures
from report.deep_runs import born_runs, trained_runs


def lines(axes, length):
    return [line for line in axes.get_lines() if len(line.get_xdata()) == length]


def test_gradients_are_drawn_over_the_depth_with_their_names_beside_them():
    picture = figures.birth_gradients(born_runs(), ("glorot_uniform", "gain"))
    glorot, gain = picture.figure.axes
    assert [axes.get_title("left") for axes in (glorot, gain)] == [
        "Keras's default (Glorot)", "each function's own gain"
    ]  # fmt: skip
    relu, sigmoid = lines(gain, 3)
    np.testing.assert_allclose(relu.get_xdata(), [0, 2, 3])
    np.testing.assert_allclose(relu.get_ydata(), 0, atol=1e-9)
    np.testing.assert_allclose(sigmoid.get_ydata(), [0, -3, -7])
    assert {text.get_text() for text in gain.texts} == {"ReLU", "sigmoid"}
    assert "0 of 2 functions with Keras's default (Glorot) and 1 with each" in picture.title
    assert with_minus("ReLU 0.0 -0.9 -2.1 and sigmoid 0.0 -9.0 -19.0") in picture.alt
    assert "recorded as 0 stands at 10⁻¹⁹" in picture.caption
    with pytest.raises(ValueError, match="he_normal"):
        figures.birth_gradients(born_runs(), ("he_normal",))


def test_a_profile_says_which_functions_layers_differ():
    picture = figures.birth_profile(born_runs(), "gain", 8, ("sigmoid", "relu"))
    forward, back = picture.figure.axes
    sigmoid, relu = lines(back, 8)
    np.testing.assert_allclose(sigmoid.get_ydata(), np.arange(-7.0, 1.0))
    np.testing.assert_allclose(relu.get_ydata(), 0, atol=1e-9)
    np.testing.assert_allclose(lines(forward, 8)[0].get_ydata(), -np.arange(1.0, 9.0))
    assert picture.title == (
        "From the last of 8 layers to the first the gradient changes by a factor of 10⁻⁷ for "
        "sigmoid, and stays within a factor of 10² for ReLU."
    )
    alike = figures.birth_profile(born_runs(), "gain", 8, ("relu",))
    assert alike.title.endswith("the gradient stays within a factor of 10² for ReLU.")


def test_deep_networks_stand_by_depth_with_those_that_are_stuck():
    picture = figures.deep_networks(trained_runs(), ["sigmoid"])
    eight, sixteen = picture.figure.axes
    names = [text.get_text() for text in eight.get_yticklabels()]
    assert names == ["sigmoid, centred weights", "sigmoid", "sigmoid, layer normalization"]
    assert {text.get_text() for text in eight.texts} == {"1 of 2 stuck"}
    assert {text.get_text() for text in sixteen.texts} == {"2 of 2 stuck", "not tried"}
    assert "8 layers: sigmoid, centred weights 6.0 %, sigmoid 30.0 %" in picture.alt
    assert picture.title.startswith("3 of 10 of these networks are stuck")
    with pytest.raises(ValueError, match="gelu"):
        figures.deep_networks(trained_runs(), ["gelu"])


def test_curves_tell_slow_from_stuck():
    picture = figures.leaving_chance(trained_runs())
    assert [axes.get_title("left") for axes in picture.figure.axes] == [
        "8 hidden layers", "16 hidden layers"
    ]  # fmt: skip
    # Layer normalization, in 8 layers alone, has its place in the legend all the same.
    (legend,) = picture.figure.legends
    assert len(legend.get_texts()) == 3
    assert "2 of 2 in 8 layers and 0 of 2 in 16 layers" in picture.title
    assert "sigmoid, centred weights, 16 hidden layers: 0, 18, 37, 55, 74, 92" in picture.alt
