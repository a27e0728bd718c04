"""Pictures of functions: what is drawn is what SciPy and hand-written formulas say."""

import matplotlib.colors
import numpy as np
import pytest
from scipy import special

from activation_study.catalogue import activations
from activation_study.report.drawing import looks
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
    assert [axis.get_title(loc="left") for axis in axes] == ["ReLU", "step", "SiLU"]
    for axis in axes:
        derivative, function = axis.lines
        # Told apart without colour.
        assert function.get_linestyle() != derivative.get_linestyle()
    scores, values = axes[0].lines[1].get_data()
    np.testing.assert_allclose(values, np.maximum(scores, 0))
    assert np.isnan(axes[1].lines[1].get_ydata()).sum() == 1


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
    scores, values = picture.figure.axes[0].lines[1].get_data()
    assert picture.figure.axes[0].get_title(loc="left") == "doubled"
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
        styles = {str(line.get_linestyle()) for line in axis.lines}
        assert len(styles) == len(axis.lines)


def test_temperature_says_in_words_what_it_draws():
    alt = functions.temperature().alt
    low, high = (special.softmax(np.array([2.0, 1.5, 0.5, -1.0]) / t)[0] for t in (10, 0.05))
    assert f"the largest goes from {low:.2f} to {high:.2f}" in alt
    assert f"from {special.expit(-1.0):.2g} to {special.expit(-1 / 0.03):.2g}" in alt


def test_the_cap_of_relu6_is_seen():
    picture = functions.catalogue(["relu6"])
    assert picture.figure.axes[0].get_xlim()[1] > 6
    assert picture.figure.axes[0].lines[1].get_ydata()[-1] == 6


def test_catalogue_has_every_built_in_function_once():
    picture = functions.catalogue()
    drawn = [axes.get_title(loc="left") for axes in picture.figure.axes]
    drawn += [axes.get_title(loc="left") for axes in picture.more[1]().figure.axes]
    assert sorted(drawn) == sorted(map(looks.spelled, activations.built_in_names()))


def test_looks_are_seen_on_both_grounds_and_told_apart():
    every = [*looks.ACTIVATIONS.values(), *looks.HEADS.values(), *looks.SERIES]

    def luminance(colour):
        parts = np.array(matplotlib.colors.to_rgb(colour))
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    for look in every:
        # The lighter ground over the colour, and the colour over the darker one (WCAG 2).
        assert 1.05 / (luminance(look.colour) + 0.05) >= 3
        assert (luminance(look.colour) + 0.05) / (luminance("#14181e") + 0.05) >= 3
    families = {colour for colour, _ in looks.FAMILIES.values()} - {looks.QUIET}
    assert not families & {look.colour for look in looks.HEADS.values()}
    shown = [looks.ACTIVATIONS[name] for name in looks.USED]
    assert len(set(shown)) == len(shown)
