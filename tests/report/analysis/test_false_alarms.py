"""Comparing an arm with itself finds what the level of a test says, and nothing else."""

import numpy as np
import pytest

from activation_study.report.analysis import false_alarms as counting
from activation_study.report.analysis import statistics
from activation_study.report.analysis.false_alarms import count_false_alarms
from report.claims.claim_frames import cell, toy

SEEDS = range(100, 130)


def arm(hidden, scale, seed):
    values = 0.97 + scale * np.random.default_rng(seed).standard_normal(len(SEEDS))
    return cell(hidden, seeds=SEEDS, test_accuracy=values)


def test_differences_are_found_as_often_as_the_level_says():
    runs = toy(*(arm(name, 0.001, seed) for seed, name in enumerate(("relu", "tanh", "elu"))))
    found = count_false_alarms(runs, "test_accuracy", margin=0.002, splits=1_000)
    assert (found.num_arms, found.num_pairs, found.num_comparisons) == (3, 15, 3_000)
    # Halves of one sample: a binomial error of 0.004 at most, were the draws independent.
    assert found.different == pytest.approx(0.05, abs=0.02)
    assert found.equivalent > 0.9
    assert count_false_alarms(runs, "test_accuracy", margin=0.002, splits=1_000) == found


def test_equivalence_is_not_found_where_the_noise_is_larger_than_the_margin():
    found = count_false_alarms(toy(arm("relu", 0.02, 0)), "test_accuracy", margin=0.002)
    assert found.equivalent < 0.05


def test_arms_with_few_seeds_take_no_part():
    few = cell("tanh", test_accuracy=0.9)
    assert count_false_alarms(toy(arm("relu", 0.001, 0), few), "test_accuracy", 0.002).num_arms == 1
    none = count_false_alarms(toy(few), "test_accuracy", 0.002)
    assert (none.num_arms, none.num_comparisons) == (0, 0)
    assert np.isnan([none.different, none.equivalent]).all()


def test_the_tests_are_those_of_the_verdicts():
    rng = np.random.default_rng(3)
    shuffled = 0.97 + 0.001 * rng.standard_normal((5, 21))
    different, equivalent = counting._outcomes(shuffled, 10, 0.0015)
    for row, p_value, equivalence_p in zip(shuffled, different, equivalent, strict=True):
        mean = statistics.SeedMean.of(row[:10] - row[10:20])
        assert p_value == pytest.approx(mean.p_value(), rel=1e-9)
        ends = mean.p_value(-0.0015, "greater"), mean.p_value(0.0015, "less")
        assert equivalence_p == pytest.approx(max(ends), rel=1e-9)
