"""Figures of what decides: what is drawn is what the made-up runs say."""

import dataclasses

import numpy as np
import pytest

from activation_study.report import figures
from activation_study.report.analysis.hidden_layers import contests
from report.factorial_runs import BOTH, FUNCTION, RATE, SEED, factorial_runs

NAMES = ("relu", "gelu")


@pytest.fixture
def runs():
    made = factorial_runs()
    is_he = made.summary["initializer"] == "he_normal"
    return dataclasses.replace(made, summary=made.summary[is_he].copy())


def test_bars_are_as_long_as_the_shares():
    picture = figures.variance_shares({"Adam": factorial_runs()})
    (axes,) = picture.figure.axes
    whole = RATE**2 + FUNCTION**2 + BOTH**2 + SEED**2
    widths = [100 * part**2 / whole for part in (RATE, BOTH, FUNCTION, 0, SEED)]
    # Per part the bar of the accuracy comes first.
    drawn = [bar.get_width() for bar in axes.patches[:5]]
    np.testing.assert_allclose(drawn, widths, atol=1e-9)
    assert f"the learning rate has {widths[0]:.0f} % of the variance" in picture.title


def test_places_and_chances_are_those_of_the_seeds(runs):
    picture = figures.seed_ranks(runs, NAMES)
    assert "1 of 2 come first on some seed" in picture.title
    assert "GELU 1 to 1 and ReLU 2 to 2" in picture.alt
    picture = figures.chance_matrix(runs, NAMES)
    assert "GELU over ReLU 100 %" in picture.alt
    assert "0 of 1 pairs" in picture.title
    said = [text.get_text() for text in picture.figure.axes[0].texts]
    assert said == ["100", "0"]


def test_tiles_say_who_is_ahead(runs):
    settings = {
        "own rate": contests.Setting(runs, {}),
        "default rate": contests.Setting(runs, {}, "default"),
    }
    picture = figures.settings_matrix(settings, [("gelu", "relu")])
    # 2 x (0.04 + 0.02) and 2 x (0.04 - 0.02), in images of 10,000.
    assert [text.get_text() for text in picture.figure.axes[0].texts] == ["+1,200", "+400"]
    assert "0 of 1 comparisons" in picture.title
    assert "own rate +1,200 (ahead)" in picture.alt


def test_a_budget_is_drawn_as_error(runs):
    picture = figures.budgets(runs, NAMES)
    assert "2 runs spent on functions end at a test error of 26.00 %" in picture.title
    assert "each function at each rate: 4 runs, 6.00 %" in picture.alt


def test_nothing_recorded_is_said(runs):
    empty = dataclasses.replace(runs, summary=runs.summary[:0])
    for picture in (
        figures.variance_shares({"Adam": empty}),
        figures.seed_ranks(empty, NAMES),
        figures.chance_matrix(empty, NAMES),
        figures.budgets(empty, NAMES),
        figures.settings_matrix({"own rate": contests.Setting(empty, {})}, [("gelu", "relu")]),
    ):
        assert "recorded yet" in picture.alt
