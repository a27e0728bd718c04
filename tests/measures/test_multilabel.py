"""Measures of several labels, against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics

from activation_study.measures import multilabel
from activation_study.measures.measure_set import Scored


@pytest.fixture
def labelled() -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of four labels, with ties, and which of them are there."""
    rng = np.random.default_rng(0)
    targets = (rng.random((300, 4)) < [0.5, 0.2, 0.1, 0.7]).astype(np.uint8)
    noisy = 0.5 * targets + 0.5 * rng.random(targets.shape)
    return np.round(noisy, 1), targets


def test_measures_agree_with_scikit_learn(labelled) -> None:
    probabilities, targets = labelled
    found = multilabel.watch(probabilities, targets)
    columns = list(zip(targets.T, probabilities.T, strict=True))
    floor = multilabel.PROBABILITY_FLOOR
    expected = {
        "mean_average_precision": sklearn.metrics.average_precision_score(targets, probabilities),
        "exact_match": sklearn.metrics.accuracy_score(targets, probabilities >= 0.5),
        "label_brier": np.mean([sklearn.metrics.brier_score_loss(*each) for each in columns]),
        "label_nll": np.mean(
            [sklearn.metrics.log_loss(y, np.clip(p, floor, 1 - floor)) for y, p in columns]
        ),
    }
    assert found == pytest.approx(expected, rel=1e-6)


def test_the_test_set_is_measured_label_by_label(labelled) -> None:
    scored = Scored(labelled[0], 2.0 * labelled[0], labelled[1])
    found, tables = multilabel.final(scored, scored, np.random.default_rng(0))
    assert set(found) == set(multilabel.MULTILABEL.at_the_end)
    labels = tables["labels"]
    assert set(labels) == set(multilabel.MULTILABEL.tables["labels"].columns)
    assert np.mean(labels["average_precision"]) == pytest.approx(found["mean_average_precision"])
    assert np.mean(labels["label_brier"]) == pytest.approx(found["label_brier"])
    assert labels["frequency"] == labelled[1].mean(axis=0).tolist()
    assert found["output_sum_mean"] == pytest.approx(2 * labelled[0].sum(axis=1).mean())


def test_a_label_that_is_nowhere_does_not_count(labelled) -> None:
    probabilities, targets = labelled
    absent = targets * np.array([1, 1, 1, 0], np.uint8)
    found = multilabel.watch(probabilities, absent)["mean_average_precision"]
    seen = multilabel.watch(probabilities[:, :3], targets[:, :3])["mean_average_precision"]
    assert found == pytest.approx(seen)
    assert math.isnan(multilabel.watch(probabilities, 0 * targets)["mean_average_precision"])


def test_what_is_not_finite_is_measured_as_nan(labelled) -> None:
    broken = labelled[0].copy()
    broken[3, 1] = np.nan
    scored = Scored(broken, broken, labelled[1])
    found, tables = multilabel.final(scored, scored, np.random.default_rng(0))
    assert all(map(math.isnan, found.values()))
    assert math.isnan(tables["labels"]["average_precision"][1])


def test_a_constant_answer_is_a_guess_and_chance(labelled) -> None:
    targets = (np.random.default_rng(1).random((50_000, 2)) < 0.2).astype(np.uint8)
    measured = multilabel.watch(np.full(targets.shape, 0.2), targets)
    assert measured == pytest.approx(multilabel.guess(0.2, none=0.64), rel=0.02)
    history = {
        "train_loss": np.array([np.nan, 0.5]),
        "validation_loss": np.array([0.7, 0.5]),
        "validation_mean_average_precision": np.array([0.2, 0.2]),
    }
    assert multilabel.outcome(history, targets, np.array([])) == ("chance", {})
    history["validation_mean_average_precision"][-1] = 0.25
    assert multilabel.outcome(history, targets, np.array([])) == ("", {})
