"""Statistics against SciPy, statsmodels and values worked out by hand."""

import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import ttost_paired

from activation_study.report.analysis import statistics
from activation_study.report.analysis.statistics import SeedMean

values = st.lists(st.floats(-1e3, 1e3).map(lambda x: round(x, 3)), min_size=2, max_size=20)


@pytest.fixture
def differences():
    return np.random.default_rng(0).normal(0.001, 0.001, 12)


@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@pytest.mark.parametrize("null", [0.0, 0.0015])
def test_tests_and_intervals_are_those_of_scipy(differences, null, alternative):
    mean = SeedMean.of(differences)
    oracle = scipy.stats.ttest_1samp(differences, null, alternative=alternative)
    assert mean.p_value(null, alternative) == pytest.approx(oracle.pvalue, rel=1e-9)
    both = scipy.stats.ttest_1samp(differences, 0)
    for level in (0.90, 0.95):
        assert mean.interval(level) == pytest.approx(tuple(both.confidence_interval(level)))
    assert (mean.value, mean.num_values) == (pytest.approx(differences.mean()), 12)


@pytest.mark.parametrize("margin", [0.0005, 0.002, 0.01])
def test_the_90_percent_interval_is_the_test_of_equivalence(differences, margin):
    low, high = SeedMean.of(differences).interval(0.90)
    p_value = ttost_paired(differences, np.zeros(12), -margin, margin)[0]
    assert (-margin < low and high < margin) == (p_value < 0.05)


def test_equal_values_are_certain_and_lost_ones_tell_nothing():
    none, one = SeedMean.of([0.0] * 5), SeedMean.of([1.0] * 3)
    assert (none.p_value(), none.interval()) == (1.0, (0.0, 0.0))
    assert (one.p_value(), one.interval()) == (0.0, (1.0, 1.0))
    assert (one.p_value(0.5, "greater"), one.p_value(0.5, "less")) == (0.0, 1.0)
    lost = SeedMean.of([1.0, math.nan, 1.0])
    assert lost.p_value() == 1.0
    assert np.isnan([lost.value, *lost.interval()]).all()


@given(values)
@settings(max_examples=30, deadline=None)
def test_swapping_the_arms_flips_the_signs(drawn):
    forth, back = SeedMean.of(drawn), SeedMean.of([-each for each in drawn])
    assert forth.value == -back.value
    assert forth.p_value() == pytest.approx(back.p_value())
    low, high = back.interval()
    assert forth.interval() == pytest.approx((-high, -low))


def test_holm_by_hand():
    np.testing.assert_allclose(statistics.holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06])
    assert statistics.holm([]).size == 0


@given(st.lists(st.integers(0, 1000).map(lambda n: n / 1000), min_size=1, max_size=20))
@settings(max_examples=30, deadline=None)
def test_holm_is_statsmodels_and_monotone(p_values):
    adjusted = statistics.holm(p_values)
    np.testing.assert_allclose(adjusted, multipletests(p_values, method="holm")[1], atol=1e-12)
    assert (adjusted >= np.asarray(p_values)).all()
    assert (np.diff(adjusted[np.argsort(p_values)]) >= 0).all()


def test_refusals_say_what_was_received():
    with pytest.raises(ValueError, match=r"received shape \(1,\); accepted .* 2 or more"):
        SeedMean.of([1.0])
    with pytest.raises(ValueError, match="from 0 to 1"):
        statistics.holm([0.5, 1.5])


def test_intervals_of_nothing_are_numbers_still() -> None:
    found = statistics.intervals_by(pd.Series([math.nan]), pd.Series(["relu"]))
    assert found.empty
    assert [kind.kind for kind in found[["mean", "low", "high"]].dtypes] == ["f"] * 3
