"""What a run with one right class is asked, against plain counting."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.special

from activation_study.measures.calibration_null import calibration_null
from activation_study.measures.classification import CLASSIFICATION, beyond, final, outcome, watch
from activation_study.measures.measure_set import Scored


def scored(seed: int, num_examples: int = 500, num_classes: int = 4) -> Scored:
    generator = np.random.default_rng(seed)
    scores = generator.normal(scale=3.0, size=(num_examples, num_classes))
    probabilities = scipy.special.softmax(scores, axis=1)
    labels = generator.multinomial(1, probabilities).argmax(axis=1)
    return Scored(probabilities, probabilities, labels)


def test_the_declared_columns_are_measured() -> None:
    one, other = scored(0), scored(1)
    assert tuple(watch(one.predictions, one.targets)) == CLASSIFICATION.every_epoch
    measured, tables = final(one, other, np.random.default_rng(2))
    assert set(measured) == set(CLASSIFICATION.at_the_end)
    tables |= beyond(one, other.outputs, {}, {("noise", 0.1): other}, np.random.default_rng(2))
    assert {name: set(table) for name, table in tables.items()} == {
        name: set(spec.columns) for name, spec in CLASSIFICATION.tables.items()
    }
    history = {name: np.array([math.nan, 1.0, 1.0]) for name in ("train_loss", "validation_loss")}
    history |= {"validation_loss": np.ones(3), "validation_accuracy": np.array([0.1, 0.6, 0.9])}
    named, course = outcome(history, other.targets, np.full(30, 0.95))
    assert (named, set(course)) == ("", set(CLASSIFICATION.course))
    assert set(CLASSIFICATION.averaged_course) <= set(course)
    wanted = {"area_after_first_epoch": 0.75, "epoch_off_plateau": 1.0, "steps_to_90": 20.0}
    assert {name: course[name] for name in wanted} == pytest.approx(wanted)


def test_the_probability_of_the_target() -> None:
    test = scored(1)
    measured, tables = final(scored(0), test, np.random.default_rng(2))
    rows = zip(test.predictions, test.targets, strict=True)
    of_target = [(row[label], row.argmax() == label) for row, label in rows]
    assert measured["target_probability_high"] == sum(p > 0.9 for p, _ in of_target) / 500
    for column, is_right in (("right", True), ("wrong", False)):
        ordered = sorted(p for p, right in of_target if right == is_right)
        found = tables["target_probability"][column]
        assert (found[0], found[10]) == (ordered[0], ordered[-1])
        places = np.linspace(0, len(ordered) - 1, 11)
        np.testing.assert_allclose(found, np.interp(places, range(len(ordered)), ordered))


def test_the_calibration_error_beside_its_null() -> None:
    # One confidence for all: errors take few values, and ties are many.
    probabilities = np.tile([0.8, 0.2], (50, 1))
    test = Scored(probabilities, probabilities, (np.arange(50) < 12).astype(int))
    measured, _ = final(scored(0), test, np.random.default_rng(2))
    null = calibration_null(probabilities, np.random.default_rng(2)).expected_calibration_error
    as_large = sum(round(50 * error) >= 2 for error in null.samples)
    assert measured["ece_p_value"] == (1 + as_large) / 201
    excess = measured["ece"] - measured["ece_null_mean"]
    assert measured["excess_calibration_error"] == excess


def test_of_many_classes_what_grows_with_them_is_left_out() -> None:
    one, other = scored(0, num_classes=25), scored(1, num_classes=25)
    assert math.isnan(watch(one.predictions, one.targets)["temperature"])
    measured, tables = final(one, other, np.random.default_rng(2))
    assert tuple(measured) == tuple(final(scored(0), scored(1), np.random.default_rng(2))[0])
    assert {name for name, value in measured.items() if math.isnan(value)} == {
        *("temperature", "nll_after_temperature", "ece_after_temperature"),
        *("classwise_calibration_error", "classwise_null_low", "classwise_null_high"),
    }
    assert tables["confusion"] == {}
    assert len(tables["target_probability"]["decile"]) == 11
    # The labels that are drawn are those that decide about the class-wise error, too.
    null = calibration_null(other.predictions, np.random.default_rng(2))
    assert measured["ece_null_high"] == null.expected_calibration_error.high


def test_what_is_not_finite_or_never_wrong_is_nan() -> None:
    labels = np.arange(40) % 4
    broken = Scored(np.full((40, 4), math.nan), np.zeros((40, 4)), labels)
    measured, tables = final(broken, broken, np.random.default_rng(0))
    found = {name for name, value in measured.items() if math.isnan(value)}
    assert found == set(CLASSIFICATION.at_the_end) - {"output_sum_mean", "output_sum_sd"}
    assert all(math.isnan(value) for value in watch(broken.predictions, labels).values())
    assert np.isnan(tables["target_probability"]["right"]).all()
    perfect = Scored(np.eye(4)[labels], np.eye(4)[labels], labels)
    _, tables = final(perfect, perfect, np.random.default_rng(0))
    assert tables["target_probability"]["right"] == [1.0] * 11
    assert np.isnan(tables["target_probability"]["wrong"]).all()
