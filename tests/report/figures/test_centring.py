"""The figure and the tables of signs show the made-up means."""

import math

import numpy as np
import pytest

from activation_study.catalogue.spelling import with_minus
from activation_study.report import figures, tables
from report.centred_runs import FUNCTIONS, centred_record


def test_signs_are_drawn_against_the_height_of_the_curve():
    picture = figures.signs(centred_record())
    first, second = picture.figure.axes
    assert [axes.get_title(loc="left") for axes in (first, second)] == ["plain descent", "momentum"]
    marks = [line.get_xydata()[0] for line in first.get_lines() if line.get_marker() != "None"]
    expected = sorted((100 * sign, 100 * high + 1) for high, sign, _ in FUNCTIONS.values())
    drawn = sorted(map(tuple, marks))
    np.testing.assert_allclose(np.array(drawn)[:, 0], np.array(expected)[:, 0])
    assert (50.0, 91.0) in [pytest.approx(mark) for mark in drawn]
    assert picture.title.startswith("Rank correlation of agreement in sign with learning: ")
    assert "with momentum" in picture.title
    assert "ReLU, plain descent: agreement 50 %, 91.00 %" in picture.alt


def test_names_stand_apart():
    for draw in (figures.signs(centred_record()), figures.signs(centred_record()).narrow()):
        for axes in draw.figure.axes:
            places = sorted(text.get_position()[1] for text in axes.texts)
            assert len(places) == len(FUNCTIONS)
            low, high = axes.get_ylim()
            assert min(np.diff(places)) >= 0.99 * (high - low) * 12 / 160


def test_chance_is_that_of_random_signs(rng):
    signs = rng.choice([-1, 1], size=(20_000, 128))
    found = 100 * np.abs(signs.mean(axis=1)).mean()
    dashed = [line for line in figures.signs(centred_record()).figure.axes[0].get_lines()
              if line.get_linestyle() == "--"]  # fmt: skip
    assert dashed[0].get_xdata()[0] == pytest.approx(found, rel=0.02)
    assert dashed[0].get_xdata()[0] == pytest.approx(100 * math.sqrt(2 / (math.pi * 128)))


def test_tables_have_a_row_for_each_function_and_for_each_step():
    frame = tables.signs_table(centred_record()).frame.set_index("function")
    assert frame.index[0] == "tanh"
    assert frame.loc["ReLU", "mean over spread"] == "0.80"
    assert frame.loc["ReLU", "signs agree, minibatch"] == "50 %"
    assert frame.loc["ReLU", "curve, plain descent"] == "91.00 % (rate 0.1)"
    steps = tables.steps_table(centred_record()).frame.set_index("to")
    assert steps.loc["ELU", "plain descent"].startswith(with_minus("-1.00"))
    assert steps.loc["ELU", "momentum"].startswith(with_minus("-6.00"))


def test_what_is_not_recorded_is_said():
    assert "recorded yet" in figures.signs({}).alt
    assert "recorded yet" in tables.signs_table({}).note
    assert "recorded yet" in tables.steps_table({}).note
