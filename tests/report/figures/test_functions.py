"""Pictures of functions: what is drawn is what SciPy and hand-written formulas say."""

import io

import matplotlib.image
import numpy as np
import pytest
from scipy import special

from activation_study.catalogue import activations
from activation_study.report.figures import functions

SCORES = np.linspace(-4, 4, 33)


@pytest.mark.parametrize(
    ("name", "values", "slopes"),
    [
        ("tanh", np.tanh(SCORES), 1 - np.tanh(SCORES) ** 2),
        ("leaky_relu", np.where(SCORES > 0, SCORES, 0.2 * SCORES), np.where(SCORES > 0, 1, 0.2)),
        # Two units, the other score 0: the first is the sigmoid.
        ("softmax", special.expit(SCORES), special.expit(SCORES) * special.expit(-SCORES)),
        # Its second piece is 0.
        ("maxout", np.maximum(SCORES, 0), np.where(SCORES >= 0, 1, 0)),
    ],
)
def test_curve(name, values, slopes):
    curve = functions.curve(activations.get(name), SCORES)
    np.testing.assert_allclose(curve, (values, slopes), atol=1e-6)


def test_a_jump_is_not_joined_and_a_slope_is():
    scores = np.array([0.0, 0.1, 0.2, 0.3])
    broken, values = functions.broken_at_jumps(scores, np.array([0.0, 0.1, 1.1, 1.2]))
    np.testing.assert_array_equal(values, [0.0, 0.1, np.nan, 1.1, 1.2])
    np.testing.assert_array_equal(broken, [0.0, 0.1, np.nan, 0.2, 0.3])
    smooth = functions.broken_at_jumps(scores, 4 * scores)
    np.testing.assert_array_equal(smooth, (scores, 4 * scores))


def test_catalogue_draws_function_and_derivative_of_every_name():
    picture = functions.catalogue(["relu", "step", "silu"])
    axes = [axis for axis in picture.figure.axes if axis.axison]
    assert [axis.get_title() for axis in axes] == ["relu", "step", "silu"]
    for axis in axes:
        function, derivative = axis.lines
        assert function.get_label() != derivative.get_label()
        # Told apart without colour.
        assert function.get_linestyle() != derivative.get_linestyle()
        assert function.get_marker() != derivative.get_marker()
    scores, values = axes[0].lines[0].get_data()
    np.testing.assert_allclose(values, np.maximum(scores, 0))
    assert np.isnan(axes[1].lines[0].get_ydata()).sum() == 1


def test_catalogue_says_in_words_what_it_draws():
    alt = functions.catalogue(["relu", "step", "silu"]).alt
    assert alt.startswith("3 small plots")
    assert "Bounded: 1 (step)." in alt
    assert "Not monotone: 1 (silu)." in alt
    assert "With a jump: 1 (step)." in alt


def test_catalogue_takes_a_function_of_ones_own():
    def doubled(scores):
        return 2.0 * scores

    picture = functions.catalogue([doubled])
    scores, values = picture.figure.axes[0].lines[0].get_data()
    assert picture.figure.axes[0].get_title() == "doubled"
    np.testing.assert_allclose(values, 2 * scores)


def test_temperature_draws_softmax():
    picture = functions.temperature()
    sweep, near_tie = picture.figure.axes
    for number, line in enumerate(sweep.lines):
        temperatures, outputs = line.get_data()
        scores = np.array([2.0, 1.5, 0.5, -1.0]) / np.asarray(temperatures)[:, None]
        np.testing.assert_allclose(outputs, special.softmax(scores, axis=1)[:, number], atol=1e-12)
    for line, temperature in zip(near_tie.lines, (1.0, 0.3, 0.1, 0.03), strict=True):
        gaps, distances = line.get_data()
        np.testing.assert_allclose(
            distances, special.expit(-np.abs(gaps) / temperature), atol=1e-12
        )
    for axis in (sweep, near_tie):
        styles = {(str(line.get_linestyle()), line.get_marker()) for line in axis.lines}
        assert len(styles) == len(axis.lines)


def test_temperature_says_in_words_what_it_draws():
    alt = functions.temperature().alt
    low, high = (special.softmax(np.array([2.0, 1.5, 0.5, -1.0]) / t)[0] for t in (10, 0.05))
    assert f"the largest goes from {low:.2f} to {high:.2f}" in alt
    assert f"from {special.expit(-1.0):.2g} to {special.expit(-1 / 0.03):.2g}" in alt


def test_the_ground_is_opaque_white():
    pixels = matplotlib.image.imread(io.BytesIO(functions.temperature().png()))
    np.testing.assert_array_equal(pixels[0, 0], [1, 1, 1, 1])
