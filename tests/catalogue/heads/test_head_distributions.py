"""Heads: how outputs become a distribution, against SciPy and over extreme scores."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from activation_study.catalogue import heads


def test_distributions_agree_with_scipy():
    z = np.random.default_rng(0).normal(scale=4.0, size=(50, 7))
    softmax, sigmoid = scipy.special.softmax(z, axis=1), scipy.special.expit(z)
    normalized = sigmoid / sigmoid.sum(axis=1, keepdims=True)
    expected = {
        "softmax": softmax,
        "softmax_mse": softmax,
        "double_softmax": scipy.special.softmax(softmax, axis=1),
        "sigmoid": normalized,
        "sigmoid_prior": normalized,
        "sigmoid_normalized": normalized,
        "sigmoid_mse": normalized,
    }
    for name, distribution in expected.items():
        np.testing.assert_allclose(
            heads.get(name).predictions(z, "one label"), distribution, rtol=1e-12
        )
    assert {*expected, "linear_mse"} == set(heads.names())


def test_linear_outputs_are_clipped_and_normalised_and_uniform_without_a_positive_one():
    scores = np.array([[3.0, -2.0, 1.0, 0.0], [-1.0, -5.0, 0.0, -0.1]])
    np.testing.assert_array_equal(
        heads.get("linear_mse").predictions(scores, "one label"), [[0.75, 0, 0.25, 0], [0.25] * 4]
    )


def test_sigmoids_that_all_underflow_keep_their_ratios():
    # Far to the left sigmoid(z) is exp(z): normalised it is the softmax.
    scores = np.array([[-2000.0, -2001.0, -2003.0]])
    np.testing.assert_allclose(
        heads.get("sigmoid").predictions(scores, "one label"),
        scipy.special.softmax(scores, axis=1),
        rtol=1e-12,
    )


extreme_scores = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=6),
    elements=st.floats(-1e30, 1e30) | st.floats(-1e3, 1e3),
)


@settings(deadline=None)
@given(scores=extreme_scores)
def test_rows_are_distributions_in_the_order_of_any_scores(scores):
    order = np.argsort(scores, axis=1)
    for name in heads.names():
        head = heads.get(name)
        probabilities, outputs = head.predictions(scores, "one label"), head.outputs(scores)
        assert probabilities.shape == outputs.shape == scores.shape
        assert probabilities.dtype == outputs.dtype == np.float64
        assert (probabilities >= 0).all(), name
        np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-12, err_msg=name)
        assert (np.diff(np.take_along_axis(probabilities, order, axis=1)) >= -1e-15).all(), name


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (np.zeros(3), r"received an array of shape \(3,\); accepted: \(examples, classes\)"),
        (np.zeros((3, 0)), r"received an array of shape \(3, 0\)"),
        (np.array([[0.0, np.nan]]), "not finite; accepted: finite scores"),
        (np.array([[0.0, np.inf]]), "not finite; accepted: finite scores"),
    ],
)
def test_scores_that_are_no_matrix_of_finite_numbers_are_refused(scores, message):
    head = heads.get("softmax")
    for compute in (head.outputs, lambda given: head.predictions(given, "one label")):
        with pytest.raises(ValueError, match=message):
            compute(scores)


def test_labels_are_read_each_on_its_own_and_numbers_as_they_are():
    z = np.random.default_rng(0).normal(scale=4.0, size=(50, 7))
    readings = {
        ("sigmoid", "labels"): scipy.special.expit(z),
        ("sigmoid_prior", "labels"): scipy.special.expit(z),
        ("sigmoid_mse", "labels"): scipy.special.expit(z),
        ("softmax", "labels"): scipy.special.softmax(z, axis=1),
        ("linear_mse", "numbers"): z,
    }
    for (name, targets), expected in readings.items():
        found = heads.get(name).predictions(z, targets)
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    offered = {(name, kind) for name in heads.names() for kind in heads.get(name).readings}
    assert offered == {*readings, *((name, "one label") for name in heads.names())}


def test_a_head_refuses_targets_that_it_cannot_be_read_as():
    with pytest.raises(ValueError, match="'softmax' cannot be read as numbers; accepted: one lab"):
        heads.get("softmax").predictions(np.zeros((1, 2)), "numbers")
