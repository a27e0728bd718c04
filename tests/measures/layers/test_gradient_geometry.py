"""How the gradients of a layer lie, against loops, by hand, and for random signs."""

from __future__ import annotations

import math

import numpy as np
import pytest

from activation_study.measures.layers.gradient_geometry import geometry

MEASURES = {"sign_example", "sign_batch", "common_mode", "gram_top_share", "gram_condition"}


def agreement(gradients: list[np.ndarray]) -> float:
    """Mean of |mean sign| over the weights that have a gradient, unit by unit."""
    signs = [[math.copysign(1.0, value) for value in each if value != 0.0] for each in gradients]
    return float(np.mean([abs(sum(of_unit)) / len(of_unit) for of_unit in signs if of_unit]))


def by_loops(inputs: np.ndarray, errors: np.ndarray, batch: int) -> dict[str, float]:
    alone = [
        error * example
        for example, unit_errors in list(zip(inputs, errors, strict=True))[:256]
        for error in unit_errors
    ]
    batches = [
        sum(errors[i, unit] * inputs[i] for i in range(start, start + batch))
        for start in range(0, len(inputs) - batch + 1, batch)
        for unit in range(errors.shape[1])
    ]
    direction = np.full(inputs.shape[1], 1.0 / math.sqrt(inputs.shape[1]))
    # The eigenvalues of a Gram matrix are the squared singular values of what it is made of.
    extended = np.hstack([inputs[:, :256], np.ones((len(inputs), 1))])
    eigenvalues = np.linalg.svd(extended, compute_uv=False) ** 2
    return {
        "sign_example": agreement(alone),
        "sign_batch": agreement(batches),
        "common_mode": sum((g @ direction) ** 2 for g in batches) / sum(g @ g for g in batches),
        "gram_top_share": eigenvalues.max() / eigenvalues.sum(),
        "gram_condition": eigenvalues.max() / np.median(eigenvalues),
    }


@pytest.mark.parametrize(("fan_in", "offset"), [(6, 0.0), (7, 1.0), (300, 0.0)])
def test_it_agrees_with_loops(fan_in: int, offset: float) -> None:
    generator = np.random.default_rng(fan_in)
    inputs = np.maximum(generator.normal(offset, size=(400, fan_in)), -0.2 * offset)
    errors = generator.normal(size=(400, 3)) * (generator.random((400, 3)) < 0.5)
    inputs[5] = errors[:, 1] = 0.0
    expected = by_loops(inputs, errors, batch=64)
    assert geometry(inputs, errors, batch=64) == pytest.approx(expected, rel=1e-9)


def test_by_hand() -> None:
    inputs = np.array([[1.0, 3.0], [1.0, -1.0]], dtype=np.float32)
    errors = np.array([[1.0, 0.0], [2.0, 0.0]], dtype=np.float32)
    # Gradients of the first unit: (1, 3) and (2, -2), in sum (3, 1); the second one has none.
    found = geometry(inputs, errors, batch=2)
    assert found["sign_example"] == pytest.approx((1.0 + 0.0) / 2)
    assert found["sign_batch"] == 1.0
    assert found["common_mode"] == pytest.approx(4**2 / 2 / (3**2 + 1**2))
    # Second moments: [[1, 1, 1], [1, 5, 1], [1, 1, 1]]; of its eigenvalues one is 0.
    largest = (7 + math.sqrt(17)) / 2
    assert found["gram_top_share"] == pytest.approx(largest / 7)
    assert found["gram_condition"] == pytest.approx(largest / ((7 - math.sqrt(17)) / 2))


def test_random_signs_and_positive_inputs() -> None:
    generator = np.random.default_rng(0)
    inputs, errors = generator.normal(size=(1_000, 128)), generator.normal(size=(1_000, 128))
    found = geometry(inputs, errors)
    null = math.sqrt(2 / (math.pi * 128))
    assert found["sign_example"] == pytest.approx(null, rel=0.1)
    assert found["sign_batch"] == pytest.approx(null, rel=0.03)
    assert found["common_mode"] == pytest.approx(1 / 128, rel=0.1)
    one_sided = geometry(np.maximum(inputs, 0.0), errors)
    assert one_sided["sign_example"] == 1.0
    # The mean's share of the second moments: 2 / pi, and the constant's all of its own.
    assert one_sided["gram_top_share"] > 0.3 > 0.1 > found["gram_top_share"]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_or_not_there_is_nan(bad: float) -> None:
    inputs, errors = np.ones((4, 3), dtype=np.float32), np.ones((4, 2), dtype=np.float32)
    broken = inputs.copy()
    broken[0, 0] = bad
    assert {n for n, value in geometry(broken, errors, 2).items() if math.isnan(value)} == MEASURES
    of_gradients = {"sign_example", "sign_batch", "common_mode"}
    for nothing in (errors * 0.0, np.full_like(errors, bad)):
        found = geometry(inputs, nothing, 2)
        assert {name for name, value in found.items() if math.isnan(value)} == of_gradients
    # Fewer examples than a minibatch has.
    found = geometry(inputs, errors, 5)
    assert {name for name, value in found.items() if math.isnan(value)} == of_gradients - {
        "sign_example"
    }


def test_large_values_do_not_overflow_and_a_dead_layer_has_no_condition() -> None:
    inputs = np.full((4, 3), 3e38, dtype=np.float32)
    assert geometry(inputs, inputs, 2)["common_mode"] == pytest.approx(1.0)
    dead = geometry(np.zeros((4, 3)), np.ones((4, 2)), 2)
    assert dead["gram_top_share"] == 1.0
    assert dead["gram_condition"] == math.inf
    assert math.isnan(dead["sign_batch"])
