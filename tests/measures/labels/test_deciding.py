"""Which labels are called, against scikit-learn and plain counting."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sklearn.metrics

from activation_study.measures.labels import deciding
from activation_study.measures.labels.deciding import Decisions
from activation_study.measures.measure_set import Scored

RNG = np.random.default_rng(0)


def scored(num_examples: int, decided: bool = True) -> Scored:
    """Examples of four labels, some of them without any or with all."""
    targets = (RNG.random((num_examples, 4)) < [0.5, 0.2, 0.1, 0.4]).astype(np.uint8)
    targets[:10] = 0
    targets[10:20] = 1
    probabilities = np.round(0.5 * targets + 0.6 * RNG.random(targets.shape), 1).clip(0.0, 1.0)
    own = RNG.random(targets.shape) < 0.3
    return Scored(probabilities, probabilities, targets, decided=own if decided else None)


VALIDATION, TEST = scored(200), scored(300)
WANTED = TEST.targets.astype(bool)


def test_thresholds_are_the_best_of_the_validation_part() -> None:
    decisions = Decisions.of(VALIDATION, TEST)
    p, y = VALIDATION.predictions, VALIDATION.targets
    tried = {t: sklearn.metrics.f1_score(y, p >= t, average="micro") for t in np.unique(p)}
    assert tried[decisions.threshold] == pytest.approx(max(tried.values()))
    for k, threshold in enumerate(decisions.thresholds):
        f1 = {t: sklearn.metrics.f1_score(y[:, k], p[:, k] >= t) for t in np.unique(p[:, k])}
        assert f1[threshold] == pytest.approx(max(f1.values()))
    called, predictions = decisions.called, TEST.predictions
    assert list(called) == list(deciding.RULES)
    assert (called["half"] == (predictions >= 0.5)).all()
    assert (called["global"] == (predictions >= decisions.threshold)).all()
    assert (called["label"] == (predictions >= decisions.thresholds)).all()
    assert called["own"] is TEST.decided
    assert list(Decisions.of(VALIDATION, scored(30, decided=False)).called) == [
        *("half", "global", "label", "oracle")
    ]


def test_the_oracle_calls_the_highest_as_many_as_there_are() -> None:
    called = Decisions.of(VALIDATION, TEST).called["oracle"]
    assert (called.sum(axis=1) == WANTED.sum(axis=1)).all()
    for row, p in zip(called, TEST.predictions, strict=True):
        assert not row.any() or row.all() or p[row].min() >= p[~row].max()
    tied = deciding.first(np.array([[0.5, 0.7, 0.5, 0.5]]), np.array([2]))
    assert tied.tolist() == [[True, True, False, False]]


@pytest.mark.parametrize("rule", deciding.RULES)
def test_the_quality_of_a_decision_agrees_with_scikit_learn(rule: str) -> None:
    called = Decisions.of(VALIDATION, TEST).called[rule]
    surplus = [int(a.sum()) - int(b.sum()) for a, b in zip(called, WANTED, strict=True)]
    pairs = [(a.any(), b.any()) for a, b in zip(called, WANTED, strict=True)]
    assert deciding.quality(called, WANTED) == pytest.approx(
        {
            "exact_match": sklearn.metrics.accuracy_score(WANTED, called),
            "hamming": sklearn.metrics.hamming_loss(WANTED, called),
            "micro_f1": sklearn.metrics.f1_score(WANTED, called, average="micro"),
            "macro_f1": sklearn.metrics.f1_score(WANTED, called, average="macro"),
            "empty_alarm": np.mean([a for a, b in pairs if not b]),
            "silent": np.mean([not a for a, b in pairs if b]),
            "count_bias": np.mean(surplus),
            "count_mae": np.mean(np.abs(surplus)),
        }
    )
    precision, recall, f1, _ = sklearn.metrics.precision_recall_fscore_support(WANTED, called)
    found = deciding.of_labels(called, WANTED)
    for name, expected in {"precision": precision, "recall": recall, "f1": f1}.items():
        np.testing.assert_allclose(found[name], expected)


def test_what_cannot_be_divided_is_nan() -> None:
    none = np.zeros((5, 3), bool)
    measured = deciding.quality(none, none)
    assert {name for name, value in measured.items() if math.isnan(value)} == {
        *("micro_f1", "macro_f1", "silent")
    }
    assert measured["exact_match"] == 1.0
    assert all(np.isnan(values).all() for values in deciding.of_labels(none, none).values())
    # A label that is nowhere has no part in the mean.
    one = none | [True, False, False]
    assert deciding.quality(one, one)["macro_f1"] == 1.0
    assert all(map(math.isnan, deciding.quality(None, none).values()))


def test_the_tables_count_examples() -> None:
    called = Decisions.of(VALIDATION, TEST).called
    table = deciding.counts(called, TEST.predictions, WANTED)
    rows = list(zip(*table.values(), strict=True))
    assert tuple(table) == tuple(deciding.COUNTS)
    for rule in ("half", "global", "label", "own"):
        seen = list(zip(WANTED.sum(axis=1), called[rule].sum(axis=1), strict=True))
        assert sum(row[0] == rule for row in rows) == len(set(seen))
        for true, predicted, number, mean_maximum in (row[1:] for row in rows if row[0] == rule):
            members = [p.max() for p, s in zip(TEST.predictions, seen, strict=True)
                       if s == (true, predicted)]  # fmt: skip
            assert (number, mean_maximum) == (len(members), pytest.approx(np.mean(members)))
    assert not any(row[0] == "oracle" for row in rows)
    sets = deciding.sets({"half": called["half"]}, WANTED)
    assert tuple(sets) == tuple(deciding.SETS)
    assert sets["true_count"] == [0, 1, 2, 3, 4]
    assert sum(sets["count"]) == 300
    share = np.dot(sets["count"], sets["half_exact_match"]) / 300
    assert share == pytest.approx(deciding.quality(called["half"], WANTED)["exact_match"])
    assert np.isnan(sets["own_exact_match"]).all()
