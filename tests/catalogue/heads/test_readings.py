"""Heads: how scores become predictions, against SciPy and over extreme scores."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from activation_study.catalogue import heads
from catalogue.heads.head_oracles import CASES

softmax = scipy.special.softmax


def normalized(outputs):
    return outputs / outputs.sum(axis=1, keepdims=True)


def second_of_two(outputs):
    return np.hstack([1 - outputs, outputs])


def expectation(z):
    return softmax(z, axis=1) @ np.arange(-10.25, 10.5, 0.5)[:, np.newaxis]


ONE_LABEL = {
    **dict.fromkeys(
        ("softmax", "softmax_mse", "softmax_bce", "softmax_shared", "linear_hinge"),
        lambda z: softmax(z, axis=1),
    ),
    **dict.fromkeys(
        ("softmax_smoothed_05", "softmax_smoothed_10", "softmax_smoothed_20"),
        lambda z: softmax(z, axis=1),
    ),
    **dict.fromkeys(
        ("sigmoid", "sigmoid_prior", "sigmoid_normalized", "sigmoid_mse", "sigmoid_sum"),
        lambda z: normalized(scipy.special.expit(z)),
    ),
    "linear_hinge_margin": lambda z: softmax(z, axis=1),
    "double_softmax": lambda z: softmax(softmax(z, axis=1), axis=1),
    "double_sigmoid": lambda z: normalized(scipy.special.expit(scipy.special.expit(z))),
    "linear_mse": lambda z: normalized(z * (z > 0)),
    "linear_cce": lambda z: normalized(z * (z > 0)),
    "relu_sum": lambda z: normalized(z * (z > 0)),
    "relu_eps_sum": lambda z: normalized(z * (z > 0) + 0.001),
    "softplus_sum": lambda z: normalized(np.log1p(np.exp(z))),
    "abs_sum": lambda z: normalized(abs(z)),
    "square_sum": lambda z: normalized(z**2),
    "softmax_none": lambda z: softmax(z[:, :-1], axis=1),
    "sigmoid_one": lambda z: second_of_two(scipy.special.expit(z)),
    "softmax_one_unit": lambda z: np.tile([0.0, 1.0], (len(z), 1)),
}
LABELS = {
    **dict.fromkeys(
        ("sigmoid", "sigmoid_prior", "sigmoid_mse", "sigmoid_focal", "linear_hinge"),
        scipy.special.expit,
    ),
    **dict.fromkeys(("sigmoid_weighted", "sigmoid_weighted_sqrt"), scipy.special.expit),
    **dict.fromkeys(
        ("softmax", "softmax_khot", "softmax_khot_true", "softmax_shared"),
        lambda z: softmax(z, axis=1),
    ),
    "linear_mse": lambda z: np.clip(z, 0, 1),
    "softmax_none": lambda z: softmax(z, axis=1)[:, :-1],
    "softmax_count": lambda z: softmax(z[:, :-4], axis=1),
    "powerset": lambda z: softmax(z, axis=1) @ SETS,
}
NUMBERS = {
    "softmax": lambda z: softmax(z, axis=1),
    "softmax_mse": lambda z: softmax(z, axis=1),
    "sigmoid": scipy.special.expit,
    "sigmoid_mse": scipy.special.expit,
    "linear_mse": lambda z: z,
    "linear_mae": lambda z: z,
    "tanh_mse": np.tanh,
    "relu_mse": lambda z: z * (z > 0),
    "softplus_mse": lambda z: np.log1p(np.exp(z)),
    "tanh_scaled": lambda z: 11 * np.tanh(z),
    "sigmoid_scaled": lambda z: 22 * scipy.special.expit(z) - 11,
    **dict.fromkeys(("softmax_bins", "softmax_two_hot", "softmax_hl_gauss"), expectation),
    "softmax_one_unit": lambda z: np.ones_like(z),
}
READINGS = {"one label": ONE_LABEL, "labels": LABELS, "numbers": NUMBERS}
# The sets of at most three of four labels, the smaller ones first.
SETS = np.array(sorted(np.ndindex(2, 2, 2, 2), key=lambda row: (sum(row), *(-x for x in row))))[:15]


def width(head):
    return next(filter(None, map(head.num_outputs, (4, 2, 1))))


@pytest.mark.parametrize("kind", READINGS)
def test_predictions_are_those_of_scipy(kind):
    assert set(READINGS[kind]) == {name for name, each in CASES if each == kind}
    for name, expected in READINGS[kind].items():
        head = heads.get(name)
        z = np.random.default_rng(0).normal(scale=4.0, size=(50, width(head)))
        if name in ("linear_mse", "linear_cce", "relu_sum"):
            z[:, 0] = abs(z[:, 0])
        found = head.read(z, kind).predictions
        np.testing.assert_allclose(found, expected(z), rtol=1e-11, atol=1e-15, err_msg=name)


def test_softmax_can_be_read_by_sigmoids_and_sigmoids_by_a_softmax():
    z = np.random.default_rng(0).normal(scale=4.0, size=(50, 7))
    for kind, readings in (("one label", ONE_LABEL), ("labels", LABELS)):
        for name, other in (("softmax", "sigmoid"), ("sigmoid", "softmax")):
            second = heads.get(name).read(z, kind).second
            np.testing.assert_allclose(second, readings[other](z), rtol=1e-12)
    one_unit = heads.get("softmax_one_unit").read(z[:, :1], "one label")
    assert (one_unit.predictions == [0, 1]).all()
    np.testing.assert_allclose(one_unit.second, ONE_LABEL["sigmoid_one"](z[:, :1]), rtol=1e-12)
    assert heads.get("softmax").read(z, "numbers").second is None


def test_linear_outputs_are_uniform_without_a_positive_one():
    scores = np.array([[3.0, -2.0, 1.0, 0.0], [-1.0, -5.0, 0.0, -0.1]])
    np.testing.assert_array_equal(
        heads.get("linear_mse").predictions(scores, "one label"), [[0.75, 0, 0.25, 0], [0.25] * 4]
    )


@pytest.mark.parametrize("name", ["sigmoid", "softplus_sum"])
def test_outputs_that_all_underflow_keep_their_ratios(name):
    # Far to the left both functions are exp(z): normalised they are the softmax.
    scores = np.array([[-2000.0, -2001.0, -2003.0]])
    np.testing.assert_allclose(
        heads.get(name).predictions(scores, "one label"), softmax(scores, axis=1), rtol=1e-12
    )


def extreme_scores(widths):
    return hnp.arrays(
        np.float64,
        st.tuples(st.integers(1, 6), widths),
        elements=st.floats(-1e30, 1e30) | st.floats(-1e3, 1e3),
    )


NOT_IN_ORDER = {"abs_sum", "square_sum"}
OF_ANY_WIDTH = [name for name in ONE_LABEL if heads.get(name).num_outputs(4) == 4]


@settings(deadline=None)
@given(scores=extreme_scores(st.integers(1, 6)))
def test_rows_are_distributions_in_the_order_of_any_scores(scores):
    order = np.argsort(scores, axis=1)
    for name in OF_ANY_WIDTH:
        head = heads.get(name)
        probabilities, outputs = head.predictions(scores, "one label"), head.outputs(scores)
        assert probabilities.shape == outputs.shape == scores.shape
        assert probabilities.dtype == outputs.dtype == np.float64
        assert (probabilities >= 0).all(), name
        np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-12, err_msg=name)
        is_ordered = (np.diff(np.take_along_axis(probabilities, order, axis=1)) >= -1e-15).all()
        assert is_ordered or name in NOT_IN_ORDER, name


@settings(deadline=None)
@given(scores=extreme_scores(st.just(15)))
def test_probabilities_of_labels_are_from_0_to_1_for_any_scores(scores):
    for name in LABELS:
        head = heads.get(name)
        read = head.read(scores, "labels")
        assert ((read.predictions >= 0) & (read.predictions <= 1)).all(), name
        if read.decided is not None:
            assert read.decided.shape == read.predictions.shape
            assert read.decided.dtype == bool


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


def test_a_head_refuses_targets_that_it_cannot_be_read_as():
    with pytest.raises(ValueError, match="'double_softmax' cannot be read as numbers; accepted: o"):
        heads.get("double_softmax").predictions(np.zeros((1, 2)), "numbers")
    assert heads.get("sigmoid_one").fits("one label", 2)
    assert not heads.get("sigmoid_one").fits("one label", 10)
    assert not heads.get("sigmoid_one").fits("labels", 2)
