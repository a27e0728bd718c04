"""How pages write names and numbers."""

from __future__ import annotations

import pytest

from activation_study.catalogue import activations, heads
from activation_study.catalogue.spelling import (
    field_written,
    scientific,
    with_hyphen,
    with_minus,
    written,
)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("relu", "ReLU"),
        ("leaky_relu", "leaky ReLU"),
        ("hard_silu", "hard SiLU"),
        ("softmax_mse", "softmax, squared error"),
        ("tanh", "tanh"),
        ("bent@05cbf8ea424e9d9b", "bent"),
        (0.00316, "0.00316"),
        (1e-4, "0.0001"),
        (128, "128"),
    ],
)
def test_names_are_written_as_in_the_literature(name: object, said: str) -> None:
    assert written(name) == said


def test_no_two_names_are_written_alike() -> None:
    for names in (activations.names(), heads.names()):
        assert len(set(map(written, names))) == len(names)


def test_fields_have_a_plural() -> None:
    assert field_written("hidden") == "hidden activation"
    assert field_written("learning_rate", 3) == "learning rates"
    assert field_written("rate_decay", 2) == "decays of the rate"


def test_a_minus_stands_before_a_number_and_a_hyphen_between_words():
    assert with_minus("from -0.5 to -3 on 2026-11-26, tanh(-x)") == (
        "from \N{MINUS SIGN}0.5 to \N{MINUS SIGN}3 on 2026-11-26, tanh(-x)"
    )
    assert float(with_hyphen(with_minus("-0.5"))) == -0.5


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0123, "0.012"), (0.3701, "0.37"), (1.0, "1.0"), (6.04, "6.0"), (33.4, "33"),
        (104.6, "105"), (1.74e-5, "1.7\u00a0\u00d7\u00a010⁻⁵"), (2.5e5, "2.5\u00a0\u00d7\u00a010⁵"),
    ],
)  # fmt: skip
def test_numbers_of_any_size_have_two_digits(value, shown):
    assert scientific(value) == shown
