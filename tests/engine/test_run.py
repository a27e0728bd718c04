"""What came of one experiment: rounding by the stated rule, and what makes two runs equal."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Context, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from activation_study.engine.run import SUMMARY_DIGITS, TABLE_DIGITS, round_floats
from activation_study.experiment import Experiment
from engine.made_runs import made_run

FINITE = st.floats(allow_nan=False, allow_infinity=False)
DIGITS = st.integers(1, 12)


@given(FINITE, DIGITS)
def test_rounds_to_significant_digits(value: float, digits: int) -> None:
    # Decimal is exact: no rounding but the one that is asked for, and the last one to a float.
    exact = Context(prec=digits, rounding=ROUND_HALF_EVEN).create_decimal(Decimal(value))
    assert round_floats(value, digits) == float(exact)


@given(FINITE, DIGITS)
def test_rounding_again_changes_nothing(value: float, digits: int) -> None:
    once = round_floats(value, digits)
    assert round_floats(once, digits) == once


def test_rounds_inside_lists_and_dicts_and_leaves_the_rest() -> None:
    value = {"a": [1.23456, (2.34567, "1.23456")], "b": 1234567, "c": None, "d": True, "e": 0.0}
    expected = {"a": [1.23, [2.35, "1.23456"]], "b": 1234567, "c": None, "d": True, "e": 0.0}
    assert round_floats(value, 3) == expected


@pytest.mark.parametrize("value", [np.float32(1.23456), np.array([1.23456]), np.float64(1.23456)])
def test_numpy_becomes_plain_python(value: object) -> None:
    rounded = round_floats(value, 3)
    (number,) = rounded if isinstance(rounded, list) else [rounded]
    assert type(number) is float
    assert number == 1.23


def test_what_is_not_finite_stays() -> None:
    nan, infinity, minus = round_floats([math.nan, math.inf, -math.inf], 3)
    assert math.isnan(nan)
    assert (infinity, minus) == (math.inf, -math.inf)


def test_stated_digits() -> None:
    assert (SUMMARY_DIGITS, TABLE_DIGITS) == (9, 5)


def test_provenance_does_not_make_a_run_another() -> None:
    run = made_run(Experiment(dataset="mnist-5k"))
    assert replace(run, provenance={"cpu": "another"}) == run
    assert replace(run, summary=run.summary | {"train_loss": 7.0}) != run
