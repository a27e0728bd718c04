"""Every arm's learning rate is chosen by one rule, with one budget."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activation_study.catalogue import tasks
from activation_study.catalogue.tasks import TuningRule
from activation_study.engine.records.records import Records
from activation_study.experiment import Experiment
from activation_study.studies.protocol import RATES
from activation_study.studies.tuning import (
    HIGHEST_RATE,
    LOWEST_RATE,
    Tuning,
    choose_rate,
)
from engine.made_runs import made_run

DIGITS = tasks.get("digits").tuning
BASE = Experiment(dataset="mnist-5k", epochs=1, depth=1)
TANH = BASE.replace(hidden="tanh", head="sigmoid")


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "cache", tmp_path / "data")


def frame(**accuracies: tuple[list[float], float]) -> pd.DataFrame:
    """Runs by rate, written as in r0_01: accuracies over the seeds, and their Brier score."""
    return pd.DataFrame(
        [
            {
                "learning_rate": float(rate[1:].replace("_", ".")),
                "validation_accuracy": accuracy,
                "validation_brier": brier,
            }
            for rate, (of_seeds, brier) in accuracies.items()
            for accuracy in of_seeds
        ]
    )


def test_best_mean_accuracy_wins() -> None:
    runs = frame(
        r0_001=([0.90, 0.90, 0.90], 0.01),
        r0_01=([0.95, 0.95, 0.96], 0.09),
        r0_1=([0.99, 0.50, 0.99], 0.01),
    )
    assert choose_rate(runs, DIGITS) == 0.01


def test_tie_within_the_standard_error_goes_to_the_lower_brier_score() -> None:
    # Mean 0.95, standard deviation 0.01, standard error 0.01 / sqrt(3) = 0.00577.
    best = ([0.94, 0.95, 0.96], 0.09)
    assert choose_rate(frame(r0_001=([0.9443] * 3, 0.05), r0_01=best), DIGITS) == 0.001
    assert choose_rate(frame(r0_001=([0.9441] * 3, 0.05), r0_01=best), DIGITS) == 0.01
    assert choose_rate(frame(r0_001=([0.9443] * 3, 0.10), r0_01=best), DIGITS) == 0.01


def test_the_error_that_counts_is_the_best_rates_own() -> None:
    # The noisy rate's own error would reach the best; the best's, which is 0, does not reach it.
    runs = frame(r0_001=([0.80, 0.95, 1.0], 0.01), r0_01=([0.95, 0.95, 0.95], 0.09))
    assert choose_rate(runs, DIGITS) == 0.01


def test_equal_accuracy_goes_to_the_lower_brier_score() -> None:
    assert choose_rate(frame(r0_001=([0.9], 0.2), r0_01=([0.9], 0.1)), DIGITS) == 0.01
    assert choose_rate(frame(r0_001=([0.9], 0.1), r0_01=([0.9], 0.2)), DIGITS) == 0.001


def test_single_seed_has_no_standard_error() -> None:
    assert choose_rate(frame(r0_001=([0.90], 0.01), r0_01=([0.901], 0.09)), DIGITS) == 0.01


def test_diverged_run_can_only_lose() -> None:
    nan = math.nan
    runs = frame(r0_001=([0.2, 0.2, 0.2], 0.8), r0_01=([0.99, nan, nan], nan))
    # A mean that passed over what is missing would be 0.99; the mean with zeros is 0.33, with an
    # error that covers 0.2, and what diverged has no Brier score.
    assert choose_rate(runs, DIGITS) == 0.001
    assert choose_rate(frame(r0_001=([0.1], 0.9), r0_01=([nan], nan)), DIGITS) == 0.001


def test_some_rate_is_chosen_where_all_diverged() -> None:
    runs = frame(r0_001=([math.nan] * 3, math.nan), r0_01=([math.nan] * 3, math.nan))
    assert choose_rate(runs, DIGITS) == 0.001


def test_only_accuracy_and_brier_score_of_validation_count() -> None:
    runs = frame(r0_001=([0.9], 0.1), r0_01=([0.8], 0.1))
    assert (
        choose_rate(runs.assign(train_loss=[9.0, 0.0], test_accuracy=[0.0, 1.0]), DIGITS) == 0.001
    )


ERROR = TuningRule(metric="rmse", tie_breaker="bias")


@pytest.mark.parametrize(
    ("errors", "biases", "chosen"),
    [
        ([0.30, 0.31, 0.20, 0.21], [0.1] * 4, 0.01),
        # Standard error of the best 0.1: the other, 0.05 away, ties.
        ([0.30, 0.30, 0.15, 0.35], [0.1, 0.1, 0.2, 0.2], 0.001),
        ([0.30, 0.30, 0.20, math.nan], [0.1] * 4, 0.001),
        ([math.nan, 0.3, 0.20, math.nan], [0.2, 0.2, 0.1, 0.1], 0.01),
    ],
)
def test_a_rule_by_which_the_lower_is_better(
    errors: list[float], biases: list[float], chosen: float
) -> None:
    rates = [0.001, 0.001, 0.01, 0.01]
    runs = {"learning_rate": rates, "validation_rmse": errors, "validation_bias": biases}
    assert choose_rate(pd.DataFrame(runs), ERROR) == chosen


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 100), st.integers(0, 100)), min_size=1),
    st.randoms(use_true_random=False),
)
def test_choice_is_a_rate_within_reach_and_needs_no_order(rows: list, random: object) -> None:
    runs = pd.DataFrame(
        [(RATES[i], a / 100, b / 100) for i, a, b in rows],
        columns=["learning_rate", "validation_accuracy", "validation_brier"],
    )
    chosen = choose_rate(runs, DIGITS)
    means = runs.groupby("learning_rate")["validation_accuracy"].mean()
    of_best = runs.loc[runs["learning_rate"] == means.idxmax(), "validation_accuracy"]
    error = np.std(of_best, ddof=1) / np.sqrt(len(of_best)) if len(of_best) > 1 else 0.0
    assert means[chosen] >= means.max() - error - 1e-12
    order = list(range(len(runs)))
    random.shuffle(order)
    assert choose_rate(runs.iloc[order], DIGITS) == chosen


def peak_at(best: float) -> Callable[[float], float]:
    """Validation accuracy by rate: highest at one rate, lower the farther from it."""
    return lambda rate: 0.9 - 0.05 * abs(math.log10(rate) - math.log10(best))


def follow(
    tuning: Tuning, records: Records, accuracy: Callable[[float], float], start: Experiment = TANH
) -> tuple[list[float], float, int]:
    """Follows a tuning to its end; returns the rates tried, the rate chosen, and the rounds."""
    for rounds in range(40):
        known = records.summary(tuning.grid(start))
        grid, chosen = tuning.follow(start, known, records)
        missing = records.missing(grid)
        if chosen is not None:
            assert missing == []
            return sorted({experiment.learning_rate for experiment in grid}), chosen, rounds
        assert missing
        for experiment in missing:
            records.add(
                made_run(experiment, validation_accuracy=accuracy(experiment.learning_rate))
            )
    raise AssertionError("the tuning does not end")


FULL = Tuning(rates=RATES, seeds=(0, 1, 2))


def test_choice_inside_the_grid_ends_the_tuning(records: Records) -> None:
    rates, chosen, rounds = follow(FULL, records, peak_at(1e-2))
    assert (rates, chosen, rounds) == (list(RATES), 0.01, 1)


def test_upper_edge_is_extended_until_the_best_lies_inside(records: Records) -> None:
    rates, chosen, _ = follow(FULL, records, peak_at(0.316))
    assert rates == [*RATES, 0.316, 1.0]
    assert chosen == 0.316


def test_lower_edge_is_extended_until_the_best_lies_inside(records: Records) -> None:
    rates, chosen, _ = follow(FULL, records, peak_at(3.16e-5))
    assert rates == [1e-5, 3.16e-5, *RATES]
    assert chosen == 3.16e-5


def test_upper_end_of_the_range(records: Records) -> None:
    rates, chosen, _ = follow(FULL, records, peak_at(1e4))
    assert rates == [*RATES, 0.316, 1.0, 3.16, 10.0]
    assert chosen == HIGHEST_RATE == 10.0


def test_lower_end_of_the_range(records: Records) -> None:
    rates, chosen, _ = follow(FULL, records, peak_at(1e-12))
    assert rates == [1e-6, 3.16e-6, 1e-5, 3.16e-5, *RATES]
    assert chosen == LOWEST_RATE == 1e-6


def test_rates_have_three_digits(records: Records) -> None:
    upwards, _, _ = follow(FULL, records, peak_at(1e4))
    downwards, _, _ = follow(FULL, records, peak_at(1e-12), BASE.replace(hidden="elu"))
    for rate in {*upwards, *downwards}:
        assert rate == float(f"{rate:.3g}")
        half_decades = 2 * math.log10(rate)
        assert half_decades == pytest.approx(round(half_decades), abs=2e-3)


def test_no_extension_where_none_is_wanted(records: Records) -> None:
    tuning = Tuning(rates=(1e-3, 1e-2), seeds=(0, 1), extends=False)
    rates, chosen, rounds = follow(tuning, records, peak_at(1.0))
    assert (rates, chosen, rounds) == ([1e-3, 1e-2], 1e-2, 1)


def test_nothing_is_chosen_while_a_run_is_missing(records: Records) -> None:
    grid = FULL.grid(TANH)
    for experiment in grid[:-1]:
        records.add(made_run(experiment))
    known = records.summary(grid)
    assert FULL.follow(TANH, known, records) == (grid, None)


@pytest.mark.parametrize("start", [TANH, BASE.replace(hidden="maxout"), BASE.replace(depth=4)])
def test_every_arm_gets_the_same_budget(start: Experiment) -> None:
    grid = FULL.grid(start)
    assert Counter(experiment.learning_rate for experiment in grid) == dict.fromkeys(RATES, 3)
    assert {one.seed for one in grid} == {0, 1, 2}
    assert {one.evaluation for one in grid} == {"validation"}
    assert len({one.key for one in grid}) == 21
    # Nothing else differs between the runs, or between them and what is tuned.
    assert {one.replace(learning_rate=1e-3, seed=0, evaluation="test") for one in grid} == {start}


def test_published_tuning_runs_count_too(records: Records) -> None:
    grid = FULL.grid(TANH)
    published = [
        made_run(one, validation_accuracy=peak_at(1e-3)(one.learning_rate)) for one in grid
    ]
    records.published.publish("core", published)
    assert records.missing(grid) == []
    _, chosen = FULL.follow(TANH, records.summary(grid), records)
    assert chosen == 1e-3
