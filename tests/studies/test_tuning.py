"""Every arm's learning rate is chosen by one rule, with one budget."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
                "seed": seed,
                "validation_accuracy": accuracy,
                "validation_brier": brier,
            }
            for rate, (of_seeds, brier) in accuracies.items()
            for seed, accuracy in enumerate(of_seeds)
        ]
    )


def rate_of(runs: pd.DataFrame, *, pairs: bool = True) -> float:
    return choose_rate(runs, "validation_accuracy", "brier", pairs=pairs).chosen


BOTH = pytest.mark.parametrize("pairs", [False, True])


@BOTH
def test_best_mean_accuracy_wins(pairs: bool) -> None:
    runs = frame(
        r0_001=([0.90, 0.90, 0.90], 0.01),
        r0_01=([0.95, 0.95, 0.96], 0.09),
        r0_1=([0.99, 0.50, 0.99], 0.10),
    )
    assert rate_of(runs, pairs=pairs) == 0.01


def test_ties_of_pairs_go_to_the_lower_brier_score() -> None:
    # Differences 1, 2, 6 thousandths: mean 3, standard error 1.53; one apart: 1, 1, 1 and 0.
    best = ([0.951, 0.952, 0.956], 0.09)
    assert rate_of(frame(r0_001=([0.95, 0.95, 0.95], 0.05), r0_01=best)) == 0.01
    # -2, 1, 7: mean 2, standard error 2.65. The spread of the best alone, 1.5, would not do.
    assert rate_of(frame(r0_001=([0.953, 0.951, 0.949], 0.05), r0_01=best)) == 0.001
    assert rate_of(frame(r0_001=([0.953, 0.951, 0.949], 0.10), r0_01=best)) == 0.01
    # However noisy both are: always one behind is no tie.
    noisy = frame(r0_001=([0.899, 0.949, 0.999], 0.05), r0_01=([0.9, 0.95, 1.0], 0.09))
    assert (rate_of(noisy), rate_of(noisy, pairs=False)) == (0.01, 0.001)


@pytest.mark.parametrize("images", [(0, 0, 5), (2, 2, -1), (6, -2, 3)])
def test_a_difference_of_one_standard_error_is_a_tie(images: tuple[int, ...]) -> None:
    # Of three whole numbers with ab + ac + bc = 0 the mean is the standard error, up to rounding.
    for of in (5_000, 500, 10_000):
        best = [0.9, 0.91, 0.89]
        other = [value - behind / of for value, behind in zip(best, images, strict=True)]
        assert rate_of(frame(r0_001=(other, 0.05), r0_01=(best, 0.09))) == 0.001


def test_the_first_rounds_tie_lies_within_the_standard_error_of_the_best() -> None:
    # Mean 0.95, standard deviation 0.01, standard error 0.01 / sqrt(3) = 0.00577.
    best = ([0.94, 0.95, 0.96], 0.09)
    for other, rate in ((([0.9443] * 3, 0.05), 0.001), (([0.9441] * 3, 0.05), 0.01)):
        assert rate_of(frame(r0_001=other, r0_01=best), pairs=False) == rate
    assert rate_of(frame(r0_001=([0.9443] * 3, 0.10), r0_01=best), pairs=False) == 0.01
    # The noisy rate's own error would reach the best; the best's, which is 0, does not reach it.
    runs = frame(r0_001=([0.80, 0.95, 1.0], 0.01), r0_01=([0.95, 0.95, 0.95], 0.09))
    assert rate_of(runs, pairs=False) == 0.01


@BOTH
def test_few_seeds(pairs: bool) -> None:
    assert rate_of(frame(r0_001=([0.9], 0.2), r0_01=([0.9], 0.1)), pairs=pairs) == 0.01
    assert rate_of(frame(r0_001=([0.9], 0.1), r0_01=([0.9], 0.2)), pairs=pairs) == 0.001
    # A single one has no standard error.
    assert rate_of(frame(r0_001=([0.90], 0.01), r0_01=([0.901], 0.09)), pairs=pairs) == 0.01


@BOTH
def test_diverged_run_can_only_lose(pairs: bool) -> None:
    nan = math.nan
    runs = frame(r0_001=([0.2, 0.2, 0.2], 0.8), r0_01=([0.99, nan, nan], nan))
    # A mean that passed over what is missing would be 0.99; the mean with zeros is 0.33, with an
    # error that covers 0.2, and what diverged has no Brier score.
    assert rate_of(runs, pairs=pairs) == 0.001
    assert rate_of(frame(r0_001=([0.1], 0.9), r0_01=([nan], nan)), pairs=pairs) == 0.001
    # Where all diverged, some rate is chosen.
    assert rate_of(frame(r0_001=([nan] * 3, nan), r0_01=([nan] * 3, nan)), pairs=pairs) == 0.001


def test_each_criterion_reads_its_own_columns() -> None:
    runs = pd.DataFrame(
        {
            "learning_rate": [0.001, 0.001, 0.01, 0.01, 0.1, 0.1],
            "seed": [0, 1] * 3,
            "validation_accuracy": [0.91, 0.92, 0.90, 0.91, 0.91, 0.92],
            "validation_brier": [0.2, 0.2, 0.3, 0.3, 0.1, 0.1],
            "averaged_validation_accuracy": [0.90, 0.91, 0.93, 0.93, 0.93, 0.93],
            "averaged_validation_nll": [0.30, 0.31, math.nan, 0.20, 0.30, 0.32],
            "averaged_validation_brier": [0.2, 0.2, 0.1, 0.1, 0.15, 0.15],
            "test_accuracy": [1.0, 1.0, 0.0, 0.0, 0.0, 0.0],
        }
    )
    expected = {
        "validation_accuracy": (0.001, 0.1),
        "averaged_validation_accuracy": (0.01, 0.01),
        # The lower is better, and where it is missing it is infinite; 0 and 0.01 behind is a tie.
        "averaged_validation_nll": (0.001, 0.1),
    }
    assert expected == {name: choose_rate(runs, name, "brier") for name in expected}


@settings(deadline=None, max_examples=50)
@given(
    st.integers(1, 4).flatmap(
        lambda seeds: st.lists(
            st.tuples(*[st.integers(4_800, 4_810)] * seeds, st.integers(1, 9)),
            min_size=1,
            max_size=7,
        )
    ),
    st.randoms(use_true_random=False),
)
def test_the_choice_is_that_of_an_independent_rule_and_needs_no_order(
    rows: list, random: object
) -> None:
    runs = pd.DataFrame(
        [
            (rate, seed, images / 5_000, brier / 10)
            for rate, (*accuracies, brier) in zip(RATES, rows, strict=False)
            for seed, images in enumerate(accuracies)
        ],
        columns=["learning_rate", "seed", "validation_accuracy", "validation_brier"],
    )
    # In whole images, and squared: without rounding.
    images = {rate: accuracies for rate, (*accuracies, _) in zip(RATES, rows, strict=False)}
    brier = {rate: row[-1] for rate, row in zip(RATES, rows, strict=False)}
    best = max(images, key=lambda rate: sum(images[rate]))
    tied = []
    for rate, values in images.items():
        differences = [a - b for a, b in zip(images[best], values, strict=True)]
        n, total = len(differences), sum(differences)
        squares = n * sum(d * d for d in differences) - total**2
        # total / n <= sqrt(squares / n / (n - 1) / n)
        if total == 0 or (n > 1 and total**2 * (n - 1) <= squares):
            tied.append(rate)
    expected = min(tied, key=lambda rate: brier[rate])
    for _ in range(2):
        assert choose_rate(runs, "validation_accuracy", "brier") == (best, expected)
        runs = runs.sample(frac=1, random_state=random.randrange(2**32))


def peak_at(best: float) -> Callable[[float], float]:
    """Validation accuracy by rate: highest at one rate, lower the farther from it."""
    return lambda rate: 0.9 - 0.05 * abs(math.log10(rate) - math.log10(best))


def follow(
    tuning: Tuning, records: Records, accuracy: Callable[[float], float], start: Experiment = TANH
) -> tuple[list[float], float, int]:
    """Follows a tuning to its end; returns the rates tried, the rate chosen, and the rounds."""
    for rounds in range(40):
        known = records.summary(tuning.grid(start))
        grid, rates = tuning.follow(start, known, records)
        missing = records.missing(grid)
        if rates:
            assert missing == []
            (chosen,) = rates.values()
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
    assert FULL.follow(TANH, known, records) == (grid, {})


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
    _, rates = FULL.follow(TANH, records.summary(grid), records)
    assert rates == {"validation_accuracy": 1e-3}


def follow_values(
    tuning: Tuning, records: Records, values: Callable[[Experiment], dict[str, float]]
) -> tuple[set[float], dict[str, float]]:
    """Follows a tuning to its end; returns the rates tried and those chosen."""
    for _ in range(40):
        grid, rates = tuning.follow(TANH, records.summary(tuning.grid(TANH)), records)
        if rates:
            return {one.learning_rate for one in grid}, rates
        for one in records.missing(grid):
            measured = {f"validation_{name}": value for name, value in values(one).items()}
            records.add(made_run(one, **measured))
    raise AssertionError("the tuning does not end")


def test_no_criterion_sees_what_another_tries(records: Records) -> None:
    def values(one: Experiment) -> dict[str, float]:
        rate = one.learning_rate
        # The likelihood would be best where the accuracy alone looks.
        nll = 0.0 if rate < 1e-4 else 1 - peak_at(1e-2)(rate)
        return {"accuracy": peak_at(3.16e-5)(rate), "nll": nll}

    criteria = ("validation_accuracy", "validation_nll")
    expected = {"validation_accuracy": 3.16e-5, "validation_nll": 1e-2}
    for names in (criteria, criteria[::-1], criteria[:1], criteria[1:]):
        tried, rates = follow_values(Tuning(RATES, (0, 1, 2), criteria=names), records, values)
        assert rates == {name: expected[name] for name in names}
        extended = {1e-5, 3.16e-5} if "validation_accuracy" in names else set()
        assert tried == {*RATES, *extended}


@pytest.mark.parametrize(("pairs", "extended"), [(True, {3.16e-5}), (False, set())])
def test_an_edge_is_the_criterions_own(records: Records, pairs: bool, extended: set[float]) -> None:
    """The best accuracy lies at the edge, and the Brier score moves the choice away from it."""
    accuracies = {1e-4: (0.90, 0.91, 0.92), 3.16e-4: (0.91, 0.91, 0.905)}

    def values(one: Experiment) -> dict[str, float]:
        rate = one.learning_rate
        accuracy = accuracies.get(rate, (0.1,) * 3)[one.seed]
        return {"accuracy": accuracy, "brier": abs(math.log10(rate / 3.16e-4))}

    found = follow_values(Tuning(RATES, (0, 1, 2), pairs=pairs), records, values)
    assert found == ({*RATES, *extended}, {"validation_accuracy": 3.16e-4})
