"""Networks that are born dead: closed forms, all patterns of signs, and networks one by one."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from activation_study.report.claims.judging import judge
from activation_study.report.demonstrations import born_dead
from activation_study.report.demonstrations.born_dead import bounds, built, drawn, leaky_relu


def agree(share: float, other: float, number: int) -> bool:
    """Whether a share of a number of networks differs from another by three standard errors."""
    return abs(share - other) <= 3 * math.sqrt(other * (1 - other) / number) + 1e-12


@pytest.mark.parametrize("depth", [1, 2, 5, 32])
def test_one_unit_a_layer_lives_while_its_weights_have_the_right_signs(depth: int) -> None:
    # The first unit fires for one of the two inputs whatever its weight is.
    exact = 1 - 0.5 ** (depth - 1)
    lower, upper = bounds(1, depth)
    assert lower == pytest.approx(exact)
    assert upper == pytest.approx(1 - 0.5**depth)
    assert agree(drawn(1, depth), exact, born_dead.NUM_DRAWN)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_two_layers_die_as_often_as_the_signs_of_their_weights_say(width: int) -> None:
    # A unit of the second layer is 0 at an input if its score, a sum over those units of the first
    # that fire there, is negative: a coin for each of the two sums that has a term.
    total = 0.0
    for signs in itertools.product((False, True), repeat=width):
        coins = any(signs) + (not all(signs))
        total += 0.5 ** (coins * width) / 2**width
    assert bounds(width, 2)[0] == pytest.approx(total)
    assert agree(drawn(width, 2), total, born_dead.NUM_DRAWN)


@pytest.mark.parametrize(
    ("width", "layers", "lower", "upper"),
    [(2, 10, 87.0, 92.5), (3, 10, 51.3, 69.9), (4, 20, 52.0, 70.7), (10, 50, 0.2, 4.7)],
)
def test_the_bounds_are_those_that_were_worked_out_elsewhere(width, layers, lower, upper) -> None:
    # Lu and others count the outputs as a layer.
    assert tuple(100 * np.array(bounds(width, layers - 1))) == pytest.approx(
        (lower, upper), abs=0.05
    )


@pytest.mark.parametrize(("width", "depth"), [(2, 4), (3, 6), (4, 12)])
def test_networks_one_by_one_die_as_often_as_drawn_and_between_the_bounds(width, depth) -> None:
    rng, dead, number = np.random.default_rng(7), 0, 2_000
    inputs = np.linspace(-3, 3, 7)[:, None]
    for _ in range(number):
        outputs = inputs
        for _ in range(depth):
            # Other weights than those that are drawn in the book: the law does not matter much.
            outputs = np.maximum(outputs @ rng.standard_normal((outputs.shape[1], width)), 0)
        dead += np.ptp(outputs @ rng.standard_normal((width, 1))) == 0
    share = dead / number
    lower, upper = bounds(width, depth)
    assert lower < drawn(width, depth) < upper
    assert abs(share - drawn(width, depth)) < 4 * math.sqrt(share * (1 - share) / number)


def test_a_wide_network_keeps_a_chance_that_double_precision_would_lose() -> None:
    assert bounds(128, 8)[1] == pytest.approx(8 * 2.0**-128)
    assert 0 <= bounds(128, 8)[0] < 1e-12


def failed() -> set[str]:
    return {check.name for check in judge("born-dead").checks if not check.holds}


def test_each_check_fails_where_what_it_checks_is_harmed(monkeypatch) -> None:
    assert failed() == set()
    with monkeypatch.context() as harm:
        harm.setattr(born_dead, "bounds", lambda width, depth: (0.9, 0.95))
        assert failed() == {"standard_errors_outside_the_bounds"}
    with monkeypatch.context() as harm:
        harm.setattr(born_dead, "drawn", lambda width, depth, _=leaky_relu: drawn(width, depth, _))
        assert failed() == {"standard_errors_outside_the_bounds", "share_dead_of_2_units"}
    with monkeypatch.context() as harm:
        harm.setattr(born_dead, "drawn", lambda width, depth, _=None: 1.0)
        assert failed() == {
            "standard_errors_outside_the_bounds", "share_dead_of_10_units",
            "share_dead_of_leaky_relu",
        }  # fmt: skip


def test_keras_builds_networks_that_die_as_often_as_drawn() -> None:
    assert built(1, 1, number=20) == 0
    for width, depth in ((1, 2), (2, 5)):
        assert agree(built(width, depth, number=150), drawn(width, depth), 150)


def test_a_network_that_is_born_dead_learns_its_last_bias_and_nothing_else() -> None:
    import keras

    model = keras.Sequential(
        [keras.Input((1,)), *[keras.layers.Dense(2, "relu") for _ in range(3)],
         keras.layers.Dense(1)]
    )  # fmt: skip
    model.layers[1].kernel.assign(-np.ones((2, 2)))
    before = model.get_weights()
    # At this rate one step on all examples goes to the minimum of a bias.
    model.compile(keras.optimizers.SGD(0.5), "mean_squared_error", run_eagerly=True)
    inputs = np.linspace(-1, 1, 64)[:, None]
    model.fit(inputs, inputs + 3.0, batch_size=64, epochs=2, verbose=0)
    *after, bias = model.get_weights()
    for old, new in zip(before, after, strict=False):
        np.testing.assert_array_equal(old, new)
    # The mean of the targets.
    assert bias == pytest.approx([3.0], abs=1e-3)


def test_the_shares_of_keras_stand_within_their_intervals() -> None:
    found = born_dead.shares((1, 2), (2, 3), cells=((2, 3),)).set_index(["width", "depth"])
    assert found["built"].notna().sum() == 1
    row = found.loc[(2, 3)]
    assert row["low"] < row["built"] < row["high"]
    assert row["high"] - row["low"] == pytest.approx(
        2 * 1.96 * math.sqrt(row["built"] * (1 - row["built"]) / born_dead.NUM_BUILT), rel=0.05
    )
