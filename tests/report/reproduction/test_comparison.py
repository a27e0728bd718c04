"""Comparing two runs: what differs, by how many tolerances, and what no rounding can change."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from activation_study import settings
from activation_study.engine.records import schema
from activation_study.engine.records.published import to_tables
from activation_study.engine.run import Run
from activation_study.experiment import Experiment
from activation_study.measures.metrics import metric_of
from activation_study.report.reproduction.comparison import (
    Difference,
    Tables,
    compare,
    distance,
    inequalities,
    quantities,
)
from activation_study.report.reproduction.tolerances import (
    HIGH_RATE,
    WIDEST,
    measured,
    rounded_up,
    scale,
    tolerance,
)
from engine.made_runs import made_run
from report.reproduction.audited_runs import RELU, STEP, altered

YOUNGER = {
    f"{table}.{column}" for table in schema.TABLES for column in schema.FOUNDING.younger(table)
}
"""How far rounding moves these was not measured: they are equal, or named as not comparable."""

PROBE = Experiment(dataset="mnist-5k", width=8, depth=1, epochs=2)


def tables(run: Run) -> Tables:
    return to_tables([run])


def largest_difference(recorded: Tables, retrained: Tables, at_edge: bool = False) -> Difference:
    return compare(recorded, retrained, at_edge=at_edge)[0]


def outcome(divergence: str) -> Tables:
    return tables(made_run(PROBE, diverged=divergence != "", divergence=divergence))


def test_tolerances_are_three_times_what_the_benchmark_measured() -> None:
    root = settings.repository()
    assert root is not None
    largest = json.loads((root / "benchmarks" / "rounding_spread.json").read_text())["largest"]
    assert largest["usual"].keys() == largest["high"].keys() == measured().keys()
    for name, usual in largest["usual"].items():
        for rate, found in ((1e-3, usual), (HIGH_RATE, max(usual, largest["high"][name]))):
            allowed = tolerance(name, rate)
            # None where three times what was measured would let a visible change through.
            widest = allowed or WIDEST[scale(name)] / 1.11
            assert (
                widest >= 2.999 * found
                if allowed
                else 3.0 * found >= widest or (name == "runs.test_ece_null_p")
            )


def test_no_tolerance_lets_a_visible_change_through() -> None:
    for name, allowed in measured().items():
        metric = metric_of(name.partition(".")[2].partition(" ")[0])
        widest = {"logarithm": math.log(2), "signed logarithm": math.log(2), "count": 1.0}
        for each in allowed:
            assert each is None or each < widest.get(metric.scale, 0.1), name


def test_every_quantity_of_a_run_has_a_tolerance() -> None:
    for evaluation in ("test", "validation"):
        run = made_run(PROBE.replace(evaluation=evaluation))
        found = quantities(tables(run)).keys()
        assert measured().keys() <= found
        assert {name.partition(" ")[0] for name in found - measured().keys()} <= YOUNGER


def test_every_recorded_column_but_keys_and_provenance_is_compared() -> None:
    compared = {name.removesuffix(" at start") for name in measured()}
    for table in ("history", "early", "layers"):
        outside = {"key", *schema.SORT_KEYS[table]}
        wanted = {f"{table}.{column}" for column in schema.TABLES[table] if column not in outside}
        assert wanted <= compared | YOUNGER
    summary = {f"runs.{c}" for c, kind in schema.SUMMARY.items() if kind == schema.REAL}
    assert summary <= compared | YOUNGER
    assert {name.partition(".")[0] for name in compared} <= set(schema.TABLES)


@pytest.mark.parametrize(
    ("value", "expected"), [(0.0321, 0.033), (0.03, 0.03), (29.97, 30.0), (1.0, 1.0), (2e-5, 2e-5)]
)
def test_rounding_up_keeps_two_digits(value: float, expected: float) -> None:
    assert rounded_up(value) == expected


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("runs.test_accuracy", [0.98], [0.97], [0.01]),
        ("runs.test_nll", [0.2], [0.1], [math.log(2)]),
        ("history.train_loss", [math.nan, 1.0], [math.nan, 1.0], [0.0, 0.0]),
        ("history.train_loss", [math.nan], [1.0], [math.inf]),
        ("runs.test_accuracy", [math.inf], [1.0], [math.inf]),
        ("runs.test_accuracy", [math.inf], [math.inf], [0.0]),
        ("layers.gradient_norm", [0.0], [0.0], [0.0]),
        ("confusion.share", [0.1], [0.1, 0.2], [math.inf]),
        ("layers.mean at start", [-1e-3], [1e-3], [2e-3]),
    ],
)
def test_distance_lies_on_the_quantity_s_scale(
    name: str, old: list[float], new: list[float], expected: list[float]
) -> None:
    found = distance(name, np.array(old), np.array(new))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_equal_runs_have_no_difference_whatever_is_missing_in_them() -> None:
    for run in (made_run(PROBE), made_run(PROBE.replace(evaluation="validation"))):
        assert inequalities(tables(run), tables(run)) == []
        assert largest_difference(tables(run), tables(run)).tolerances == 0.0


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("runs.test_nll", None),
        ("runs.test_nll", math.nan),
        ("runs.epochs_to_97", 1.5),
        ("units.dead", "010"),
        ("units.layer", 2),
        ("confusion.count", 8),
    ],
)
def test_any_other_value_is_an_inequality(place: str, value: Any) -> None:
    run = made_run(PROBE)
    (found,) = inequalities(tables(run), tables(altered(run, place, value)))
    assert found.name == place


def test_a_missing_row_is_an_inequality() -> None:
    run = made_run(PROBE)
    shorter = tables(run)
    shorter["units"] = shorter["units"].slice(1)
    found = inequalities(tables(run), shorter)
    assert (found[0].recorded, found[0].retrained) == ("2 rows", "1 rows")


def test_dead_units_are_compared_as_shares_of_their_layer() -> None:
    # Units 3 and 5 of 8: one is never dead, the other always; both are always without gradient.
    found = quantities(tables(made_run(PROBE)))
    assert found["units.dead"].tolist() == [1 / 8]
    assert found["units.gradient_dead"].tolist() == [2 / 8]


def test_confusions_are_shares_of_the_true_class() -> None:
    found = quantities(tables(made_run(PROBE)))
    np.testing.assert_allclose(found["confusion.share"], [7 / 8, 1 / 8, 2 / 11, 9 / 11])


def test_a_run_of_many_classes_has_no_confusions_to_compare() -> None:
    run = tables(made_run(PROBE))
    run["confusion"] = run["confusion"].slice(0, 0)
    assert largest_difference(run, run).tolerances == 0.0
    assert quantities(run)["confusion.share"].size == 0


def test_97_percent_never_reached_is_one_epoch_more_than_were_trained() -> None:
    never = made_run(PROBE, epochs_to_97=math.inf)
    assert quantities(tables(never))["runs.epochs_to_97"] == [3.0]


def test_an_outcome_may_change_only_where_seeds_disagree_about_it() -> None:
    sound, chance = outcome(""), outcome("chance")
    found = largest_difference(sound, chance)
    assert (found.name, found.tolerances) == ("runs.divergence", math.inf)
    assert (found.recorded, found.retrained) == ("did not diverge", "chance")
    assert largest_difference(sound, chance, at_edge=True).tolerances == 0.0


def test_of_a_diverged_run_only_the_start_and_the_outcome_count() -> None:
    run = made_run(PROBE, diverged=True, divergence="not finite")
    late = altered(run, "history.validation_nll", 99.0)
    assert largest_difference(tables(run), tables(late)).tolerances == 0.0
    first = run.tables["history"] | {"validation_nll": [0.1, 0.2, 0.3]}
    early = Run(run.key, run.experiment, run.summary, run.tables | {"history": first}, {})
    found = largest_difference(tables(run), tables(early))
    assert found.name == "history.validation_nll at start"
    assert found.tolerances > 1


def test_at_high_rates_the_result_is_named_not_comparable() -> None:
    low, high = (made_run(PROBE.replace(learning_rate=rate)) for rate in (1e-3, 0.1))
    found = []
    for run in (low, high):
        changed = altered(run, "runs.test_accuracy", run.summary["test_accuracy"] + 0.01)
        found.append(compare(tables(run), tables(changed), at_edge=False))
    assert [largest.tolerances > 1 for largest, _ in found] == [True, False]
    assert ["runs.test_accuracy" in names for _, names in found] == [False, True]


@pytest.mark.slow
def test_real_runs_of_two_functions_differ_from_the_start(trained: dict[Experiment, Run]) -> None:
    found = largest_difference(tables(trained[RELU]), tables(trained[STEP]))
    assert found.tolerances > 10
