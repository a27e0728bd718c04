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

numbers = st.floats(-1e3, 1e3).map(lambda x: round(x, 3))
pairs = st.lists(st.tuples(numbers, numbers), min_size=2, max_size=20)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def samples(rng):
    shared = rng.normal(0.98, 0.002, 12)
    return shared + rng.normal(0.001, 0.001, 12), shared


def test_paired_difference_agrees_with_scipy(samples):
    a, b = samples
    result = statistics.paired_difference(a, b, resamples=2000, seed=1)
    assert result.mean == pytest.approx((a - b).mean())
    assert result.p_value == pytest.approx(scipy.stats.ttest_rel(a, b).pvalue)
    oracle = scipy.stats.bootstrap(
        (a - b,), np.mean, n_resamples=2000, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    assert (result.low, result.high) == pytest.approx(tuple(oracle))
    assert result.num_pairs == 12


def test_probability_of_superiority_counts_ties_half():
    result = statistics.paired_difference([1, 2, 3, 4], [0, 2, 4, 3], resamples=100)
    assert result.probability_of_superiority == (2 + 0.5) / 4


def test_equal_differences_are_certain():
    same = statistics.paired_difference([0.5] * 5, [0.5] * 5)
    assert (same.mean, same.low, same.high, same.p_value) == (0, 0, 0, 1)
    shifted = statistics.paired_difference([2.0, 3.0, 4.0], [1.0, 2.0, 3.0])
    assert (shifted.low, shifted.high, shifted.p_value) == (1, 1, 0)


def test_interval_covers_the_mean_about_as_often_as_it_says(rng):
    covered = [
        interval.low <= 0 <= interval.high
        for interval in (
            statistics.mean_interval(rng.normal(size=30), resamples=400) for _ in range(200)
        )
    ]
    assert 0.88 <= np.mean(covered) <= 0.99


@pytest.mark.parametrize("margin", [0.0005, 0.002, 0.01])
def test_equivalence_agrees_with_statsmodels(samples, margin):
    a, b = samples
    oracle = ttost_paired(a, b, -margin, margin)[0]
    assert statistics.equivalence_test(a, b, margin) == pytest.approx(oracle)


def test_equivalence_without_variance_compares_with_the_margin():
    values = [1.0, 2.0, 3.0]
    assert statistics.equivalence_test(values, values, 0.1) == 0
    assert statistics.equivalence_test([2.0, 3.0, 4.0], values, 0.5) == 1
    assert statistics.equivalence_test([2.0, 3.0, 4.0], values, 1.5) == 0


def test_non_inferiority_looks_at_one_side_only(samples):
    a, b = samples
    oracle = scipy.stats.ttest_1samp(a - b, -0.002, alternative="greater").pvalue
    assert statistics.non_inferiority_test(a, b, 0.002) == pytest.approx(oracle)
    assert statistics.non_inferiority_test(a + 1, b, 0.002) < 1e-6
    assert statistics.non_inferiority_test(a - 1, b, 0.002) > 0.99


def test_holm_by_hand():
    np.testing.assert_allclose(statistics.holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06])
    assert statistics.holm([]).size == 0


@given(pairs)
@settings(max_examples=30, deadline=None)
def test_swapping_the_arms_flips_the_signs(values):
    a, b = map(list, zip(*values, strict=True))
    forth = statistics.paired_difference(a, b, resamples=100)
    back = statistics.paired_difference(b, a, resamples=100)
    assert forth.mean == -back.mean
    assert forth.p_value == pytest.approx(back.p_value)
    assert forth.probability_of_superiority == pytest.approx(1 - back.probability_of_superiority)
    assert forth.low <= forth.high
    assert statistics.equivalence_test(a, b, 1.0) == pytest.approx(
        statistics.equivalence_test(b, a, 1.0)
    )


@given(st.lists(st.integers(0, 1000).map(lambda n: n / 1000), min_size=1, max_size=20))
@settings(max_examples=30, deadline=None)
def test_holm_is_statsmodels_and_monotone(p_values):
    adjusted = statistics.holm(p_values)
    np.testing.assert_allclose(adjusted, multipletests(p_values, method="holm")[1], atol=1e-12)
    assert (adjusted >= np.asarray(p_values)).all()
    assert (np.diff(adjusted[np.argsort(p_values)]) >= 0).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: statistics.paired_difference([1.0, 2.0], [1.0, 2.0, 3.0]), "received 2 and 3"),
        (lambda: statistics.paired_difference([1.0], [2.0]), "2 values or more"),
        (lambda: statistics.mean_interval([1.0, np.inf]), "1 values that are not finite"),
        (lambda: statistics.equivalence_test([1, 2], [1, 2], 0), "positive"),
        (lambda: statistics.non_inferiority_test([1, 2], [1, 2], -1), "positive"),
        (lambda: statistics.holm([0.5, 1.5]), "from 0 to 1"),
    ],
)
def test_refusals_say_what_was_received(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_intervals_of_nothing_are_numbers_still() -> None:
    found = statistics.intervals_by(pd.Series([math.nan]), pd.Series(["relu"]))
    assert found.empty
    assert [kind.kind for kind in found[["mean", "low", "high"]].dtypes] == ["f"] * 3
