"""Scores of unknown images, against scikit-learn and hand-made cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special
from sklearn.metrics import roc_auc_score, roc_curve

from activation_study.catalogue.datasets.unknowns import MADE
from activation_study.measures.beyond.unknowns import (
    KNOWN,
    PROBABILITIES,
    SCORES,
    UNKNOWN,
    UNKNOWNS,
    accepted_at_95,
    auroc,
    scores,
    unknown_table,
)


def draws(rng: np.random.Generator, num_ties: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores of known and unknown images; of few values, so that many are tied, if asked for."""
    known, unknown = rng.normal(1.0, size=901), rng.normal(size=400)
    return (
        (np.round(known * num_ties), np.round(unknown * num_ties)) if num_ties else (known, unknown)
    )


@pytest.mark.parametrize("num_ties", [0, 1, 5])
def test_the_areas_are_those_of_scikit_learn(rng, num_ties):
    known, unknown = draws(rng, num_ties)
    is_known = np.repeat([1, 0], [901, 400])
    together = np.concatenate([known, unknown])
    assert auroc(known, unknown) == pytest.approx(roc_auc_score(is_known, together), abs=1e-12)
    accepted, hits, _ = roc_curve(is_known, together, drop_intermediate=False)
    assert accepted_at_95(known, unknown) == accepted[np.flatnonzero(hits >= 0.95)[0]]


def test_areas_by_hand():
    assert auroc(np.array([3.0, 2.0]), np.array([1.0, 0.0])) == 1.0
    assert auroc(np.array([1.0, 0.0]), np.array([3.0])) == 0.0
    assert auroc(np.array([1.0, 1.0]), np.array([1.0])) == 0.5
    # Of six pairs three are won, two tied.
    assert auroc(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0])) == 4.0 / 6.0
    # Of twenty, one may be missed.
    twenty = np.arange(20.0)
    assert accepted_at_95(twenty, np.array([0.0, 0.9, 1.0, 30.0])) == 0.5
    for area in (auroc, accepted_at_95):
        assert math.isnan(area(twenty, np.array([1.0, math.nan])))


def test_scores_of_single_images(rng):
    z = rng.normal(scale=3.0, size=(50, 4))
    found = scores(z, 4)
    assert tuple(found) == SCORES[:-1]
    softmax, sigmoid = scipy.special.softmax(z, axis=1), scipy.special.expit(z)
    ordered = np.sort(z, axis=1)
    expected = {
        "softmax": softmax.max(axis=1),
        "sigmoid": sigmoid.max(axis=1),
        "sigmoid_sum": sigmoid.sum(axis=1),
        "energy": scipy.special.logsumexp(z, axis=1),
        "joint_energy": np.log1p(np.exp(z)).sum(axis=1),
        "entropy": -scipy.special.entr(softmax).sum(axis=1),
        "margin": ordered[:, 3] - ordered[:, 2],
    }
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, atol=1e-12, err_msg=name)


def test_an_output_for_none_is_no_class(rng):
    z = rng.normal(scale=3.0, size=(50, 5))
    found, of_classes = scores(z, 4), scores(z[:, :4], 4)
    assert tuple(found) == SCORES
    for name, values in of_classes.items():
        np.testing.assert_array_equal(found[name], values)
    probability = scipy.special.softmax(z, axis=1)[:, 4]
    np.testing.assert_allclose(found["none"], 1.0 - probability, atol=1e-12)


def test_large_scores_do_not_overflow():
    found = scores(np.array([[1e5, -1e5, 0.0], [-1e5, -1e5, -1e5]], np.float32), 2)
    for values in found.values():
        assert np.isfinite(values).all()
    np.testing.assert_allclose(found["energy"], [1e5, -1e5 + math.log(2.0)])
    np.testing.assert_allclose(found["none"], [1.0, 2.0 / 3.0])
    one_output = scores(np.array([[2.0], [-1.0]]), 2)
    np.testing.assert_allclose(one_output["sigmoid"], scipy.special.expit([2.0, -1.0]))
    assert np.isnan(one_output["margin"]).all()


def test_the_table(rng):
    known = np.where(np.eye(10)[rng.integers(10, size=200)] > 0, 3.0, -3.0)
    both, neither = np.full((40, 10), -3.0), np.full((30, 10), -3.0)
    both[:, [2, 7]] = 1.0
    table = unknown_table(known, {"overlaid": both, "blank": neither}, 10)
    assert set(table) == set(UNKNOWN.columns)
    rows = dict(
        zip(
            zip(table["unknown"], table["score"], strict=True),
            zip(*list(table.values())[2:], strict=True),
            strict=True,
        )
    )
    assert list(rows) == [
        (kind, score) for kind in (KNOWN, "overlaid", "blank") for score in SCORES[:-1]
    ]
    assert rows[KNOWN, "sigmoid"] == (0.5, 1.0, 1.0, 0.0)
    assert rows["overlaid", "sigmoid"] == (1.0, 0.0, 1.0, 1.0)
    assert rows["blank", "sigmoid"] == (1.0, 0.0, 0.0, 0.0)
    # Two equal scores share the softmax: exp(1) / (2 exp(1) + 8 exp(-3)) = 0.467.
    assert rows["overlaid", "softmax"][2] == 0.0
    assert rows["overlaid", "energy"][:2] == (1.0, 0.0)
    for (_, score), row in rows.items():
        assert math.isnan(row[2]) == (score not in PROBABILITIES)
        assert math.isnan(row[3]) == (score != "sigmoid")


def test_of_scores_that_are_not_finite_nothing_is_known():
    broken = np.full((20, 3), math.inf)
    table = unknown_table(broken, {"blank": np.zeros((1, 3))}, 3)
    by_row = list(zip(*table.values(), strict=True))
    assert all(math.isnan(value) for row in by_row if row[0] == KNOWN for value in row[2:])
    assert all(math.isnan(value) for row in by_row for value in row[2:4])


def test_all_that_is_shown_has_a_name():
    assert ("kmnist", "left_out", *MADE) == UNKNOWNS
