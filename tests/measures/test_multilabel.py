"""Measures of several labels, against scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics

from activation_study.measures import multilabel
from activation_study.measures.measure_set import Scored
from activation_study.measures.multilabel import MULTILABEL


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
        "micro_f1": sklearn.metrics.f1_score(targets, probabilities >= 0.5, average="micro"),
        "label_calibration_error": found["label_calibration_error"],
    }
    assert found == pytest.approx(expected, rel=1e-6)


def test_the_test_set_is_measured(labelled) -> None:
    probabilities, targets = labelled
    second, own = probabilities[:, ::-1], probabilities > 0.6
    scored = Scored(probabilities, 2.0 * probabilities, targets, second=second, decided=own)
    found, tables = multilabel.final(scored, scored, np.random.default_rng(0))
    assert tuple(found) == MULTILABEL.at_the_end
    assert {name: set(table) for name, table in tables.items()} == {
        name: set(spec.columns) for name, spec in MULTILABEL.tables.items()
    }
    assert all(map(math.isfinite, found.values()))
    watched = multilabel.watch(probabilities, targets)
    second = multilabel.watch(second, targets)
    expected = {
        "mean_average_precision": watched["mean_average_precision"],
        "micro_average_precision": sklearn.metrics.average_precision_score(
            targets, probabilities, average="micro"
        ),
        "auc": sklearn.metrics.roc_auc_score(targets, probabilities),
        "half_exact_match": watched["exact_match"],
        "half_micro_f1": watched["micro_f1"],
        "own_hamming": sklearn.metrics.hamming_loss(targets, own),
        "second_mean_average_precision": second["mean_average_precision"],
        "second_exact_match": second["exact_match"],
        "output_sum_mean": 2 * probabilities.sum(axis=1).mean(),
    }
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert found["label_null_low"] < found["label_null_high"] < found["label_calibration_error"]
    labels = tables["labels"]
    assert np.mean(labels["average_precision"]) == pytest.approx(found["mean_average_precision"])
    assert np.mean(labels["label_brier"]) == pytest.approx(found["label_brier"])
    assert np.mean(labels["half_f1"]) == pytest.approx(found["half_macro_f1"])
    assert np.mean(labels["label_f1"]) == pytest.approx(found["label_macro_f1"])
    assert labels["frequency"] == targets.mean(axis=0).tolist()


def test_what_a_head_does_not_say_is_nan(labelled) -> None:
    scored = Scored(*labelled[:1] * 2, labelled[1])
    found, tables = multilabel.final(scored, scored, np.random.default_rng(0))
    missing = {name for name, value in found.items() if math.isnan(value)}
    assert missing == {
        name for name in MULTILABEL.at_the_end if name.startswith(("own_", "second_"))
    }
    assert set(tables["counts"]["rule"]) == {"half", "global", "label"}


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
    assert tables == {"labels": {}, "counts": {}, "sets": {}}


def test_a_constant_answer_is_a_guess_and_chance(labelled) -> None:
    targets = (np.random.default_rng(1).random((50_000, 2)) < 0.2).astype(np.uint8)
    constant = Scored(np.full(targets.shape, 0.2), np.zeros(targets.shape), targets)
    found, _ = multilabel.final(constant, constant, np.random.default_rng(0))
    measured = multilabel.watch(constant.predictions, targets) | found
    measured["own_exact_match"] = 0.64
    guess = multilabel.guess(0.2, none=0.64)
    assert {name: measured[name] for name in guess} == pytest.approx(guess, rel=0.02)
    assert multilabel.guess(np.array([0.1, 0.3]), none=0.63)["label_brier"] == pytest.approx(0.15)
    history = {
        "train_loss": np.array([np.nan, 0.5]),
        "validation_loss": np.array([0.7, 0.5]),
        "validation_mean_average_precision": np.array([0.2, 0.2]),
    }
    assert multilabel.outcome(history, targets, np.array([])) == ("chance", {})
    history["validation_mean_average_precision"][-1] = 0.25
    assert multilabel.outcome(history, targets, np.array([])) == ("", {})
