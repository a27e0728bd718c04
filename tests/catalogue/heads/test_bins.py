"""Numbers as distributions over bins, and back."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import truncnorm

from activation_study.catalogue import heads

BALANCES = np.arange(-99, 100)
# In tens, by 32-bit sums of tenths as the task makes them.
TARGETS = (BALANCES // 10 + np.float32(0.1) * (BALANCES % 10)).astype(np.float32)[:, np.newaxis]
EDGES = np.arange(43) / 2 - 10.5
CENTRES = EDGES[:-1] + 0.25


def wanted(name, targets=TARGETS):
    return heads.get(name).wanted(targets, 1)


def test_a_number_is_in_the_bin_that_begins_at_or_below_it():
    expected = (BALANCES + 105) // 5
    np.testing.assert_array_equal(wanted("softmax_bins"), expected)
    assert heads.get("softmax_bins").num_outputs(1) == 42


def test_two_hot_has_the_number_for_its_mean_and_two_neighbours():
    rows = wanted("softmax_two_hot")
    np.testing.assert_allclose(rows @ CENTRES, BALANCES / 10, atol=1e-5)
    assert ((rows > 1e-6).sum(axis=1) <= 2).all()
    assert (np.diff(np.nonzero(rows > 1e-6)[1][:2]) == 1).all()


def test_hl_gauss_is_a_truncated_gaussian_whose_mean_is_near_the_number():
    rows, numbers = wanted("softmax_hl_gauss"), BALANCES / 10
    for place in (0, 40, 99, 198):
        ends = (np.array([-10.5, 10.5]) - numbers[place]) / 0.375
        of_scipy = truncnorm(*ends, loc=numbers[place], scale=0.375)
        np.testing.assert_allclose(rows[place], np.diff(of_scipy.cdf(EDGES)), atol=1e-6)
    errors = abs(rows @ CENTRES - numbers)
    # The cut at the ends draws it inwards.
    assert errors.max() < 0.051
    assert errors[abs(BALANCES) <= 90].max() < 0.005


@pytest.mark.parametrize("name", ["softmax_bins", "softmax_two_hot", "softmax_hl_gauss"])
def test_a_network_that_says_its_targets_is_read_as_the_numbers(name):
    head = heads.get(name)
    targets = head.wanted(TARGETS, 1)
    rows = np.eye(42)[targets] if targets.ndim == 1 else targets
    found = head.predictions(np.log(rows + 1e-30), "numbers")
    tolerance = 0.2501 if name == "softmax_bins" else 0.051
    np.testing.assert_allclose(found, TARGETS, atol=tolerance)


@pytest.mark.parametrize("name", ["softmax_bins", "softmax_two_hot", "softmax_hl_gauss"])
def test_what_is_beyond_the_bins_counts_as_their_end(name):
    rows = wanted(name, np.array([[-1e6], [1e6]], np.float32))
    rows = np.eye(42)[rows] if rows.ndim == 1 else rows
    np.testing.assert_allclose(rows.sum(axis=1), 1, rtol=1e-6)
    assert rows.argmax(axis=1).tolist() == [0, 41]
    assert not heads.get(name).fits("numbers", 4)
