"""How well labels are ranked, against scikit-learn and, for thresholds, trying all of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics

from activation_study.measures.labels.ranking import Sweep, sweeps, within_examples

RNG = np.random.default_rng(0)
TARGETS = (RNG.random((400, 5)) < [0.5, 0.2, 0.1, 0.7, 0.02]).astype(np.uint8)
SCORES = 0.3 * TARGETS + RNG.random(TARGETS.shape)
CASES = {
    "distinct": (SCORES, TARGETS),
    "tied": (np.round(SCORES, 1), TARGETS),
    "clipped": (np.clip(2.0 * SCORES - 0.8, 0.0, 1.0), TARGETS),
    "constant": (np.full(TARGETS.shape, 0.3), TARGETS),
    "perfect": (TARGETS.astype(float), TARGETS),
    "with empty and full rows": (
        np.round(SCORES, 1),
        np.where(np.arange(400)[:, None] % 3 < 2, np.arange(400)[:, None] % 3, TARGETS),
    ),
}


@pytest.fixture(params=CASES)
def case(request) -> tuple[np.ndarray, np.ndarray]:
    return CASES[request.param]


def test_a_sweep_agrees_with_scikit_learn(case) -> None:
    scores, targets = case
    of_labels = sweeps(scores, targets)
    for found, score, target in zip(of_labels, scores.T, targets.T, strict=True):
        assert found.average_precision() == pytest.approx(
            sklearn.metrics.average_precision_score(target, score)
        )
        assert found.auc() == pytest.approx(sklearn.metrics.roc_auc_score(target, score))
    micro = Sweep.of(scores.ravel(), targets.ravel()).average_precision()
    expected = sklearn.metrics.average_precision_score(targets, scores, average="micro")
    assert micro == pytest.approx(expected)


def test_the_best_threshold_is_the_best_of_all(case) -> None:
    scores, targets = case[0][:30], case[1][:30]
    there = targets.any(axis=0)
    for score, target in zip(scores.T[there], targets.T[there], strict=True):
        tried = {t: sklearn.metrics.f1_score(target, score >= t) for t in np.unique(score)}
        best = max(tried.values())
        found = Sweep.of(score, target).best_threshold()
        assert tried[found] == pytest.approx(best)
        assert all(t <= found for t, value in tried.items() if value > best - 1e-12)


def test_what_is_nowhere_or_everywhere() -> None:
    scores = np.array([0.1, 0.9, 0.4])
    nowhere, everywhere = (Sweep.of(scores, np.full(3, there)) for there in (0, 1))
    assert math.isnan(nowhere.average_precision())
    assert math.isnan(nowhere.auc())
    assert math.isnan(everywhere.auc())
    assert everywhere.average_precision() == 1.0
    assert (nowhere.best_threshold(), everywhere.best_threshold()) == (math.inf, 0.1)


def test_ranks_within_examples_agree_with_scikit_learn(case) -> None:
    scores, targets = case
    found = within_examples(scores, targets)
    for name, expected in {
        "ranking_precision": sklearn.metrics.label_ranking_average_precision_score,
        "coverage": sklearn.metrics.coverage_error,
    }.items():
        assert found[name] == pytest.approx(expected(targets, scores)), name
    wrong = [
        np.mean(target[score == score.max()] == 0)
        for score, target in zip(scores, targets, strict=True)
        if target.any()
    ]
    assert found["one_error"] == pytest.approx(np.mean(wrong))


def test_examples_without_any_label() -> None:
    found = within_examples(SCORES, 0 * TARGETS)
    assert (found["ranking_precision"], found["coverage"]) == (1.0, 0.0)
    assert math.isnan(found["one_error"])
