"""The demonstrations against SciPy, Keras, finite differences and cases worked out by hand."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special

from activation_study.report import demonstrations
from activation_study.report.claims.judging import judge, load_claims
from activation_study.report.claims.rules import DemonstrationRule
from activation_study.report.demonstrations import functions, networks, softmax

RULES = {
    claim.id: claim.rule for claim in load_claims() if isinstance(claim.rule, DemonstrationRule)
}
ROWS = arrays(float, (4, 10), elements=st.floats(-700, 700))


# ---------------------------------------------------------------- the rules
REFUTED = {"keras-trains-another-pair", "khot-gradient-returned", "sigmoid-bottleneck"}
"""Sayings that arithmetic refutes."""


def test_every_registered_check_is_measured_and_holds_unless_the_saying_is_refuted():
    verdicts = {claim_id: judge(claim_id) for claim_id in RULES}
    failed = {name for name, found in verdicts.items() if found.label != "holds"}
    assert failed == REFUTED
    for name in REFUTED:
        # The control holds, whatever the others show.
        assert any(check.holds for check in verdicts[name].checks)


def test_there_is_a_rule_for_every_demonstration():
    assert {rule.demonstration for rule in RULES.values()} == set(demonstrations.names())


def test_a_demonstration_gives_the_same_values_again():
    assert demonstrations.run("softmax-translation") == demonstrations.run("softmax-translation")


def test_demonstrations_do_not_import_tensorflow():
    code = (
        "import sys; from activation_study.report import demonstrations as d; "
        "[d.run(name) for name in d.names()]; sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---------------------------------------------------------------- slopes
@given(st.floats(-5, 5), st.floats(0.1, 5))
def test_a_complex_step_follows_the_rules_of_differentiation(x, y):
    below = x * x + y
    expected = (
        (-1 + (3 - x) / 2) * np.exp(x / 2) / below
        - (3 - x) * np.exp(x / 2) * 2 * x / below**2
        - 2 * x / below
    )
    received = functions.slope(
        lambda z: (3.0 - z) * np.exp(z / 2) / (z * z + y) - np.log(z * z + y), np.array(x)
    )
    np.testing.assert_allclose(received, expected, rtol=1e-9, atol=1e-9)


def test_softmax_has_the_jacobian_of_the_textbook(rng):
    scores = rng.normal(size=(1, 4))
    probabilities = special.softmax(scores)[0]
    expected = np.diag(probabilities) - np.outer(probabilities, probabilities)
    columns = [functions.slope(softmax.softmax, scores, axis)[0] for axis in np.eye(4)]
    np.testing.assert_allclose(np.stack(columns, axis=1), expected, atol=1e-15)


# ---------------------------------------------------------------- functions
@given(ROWS)
def test_sigmoid_is_that_of_scipy(scores):
    expected = special.expit(scores)
    np.testing.assert_allclose(functions.sigmoid(scores), expected, rtol=1e-14)


def test_softmax_keeps_the_precision_of_its_scores():
    scores = np.array([1.0, 2.0], dtype=np.float32)
    assert softmax.softmax(scores, 0.5).dtype == np.float32


def test_naive_softmax_breaks_where_it_should_and_only_there():
    rows = np.array([[1.0, 2.0, 3.0], [1000.0, 0.0, 0.0]])
    outputs = softmax.naive_softmax(rows)
    np.testing.assert_allclose(outputs[0], special.softmax(rows[0]), rtol=1e-14)
    assert np.isnan(outputs[1, 0])


def test_one_hot_argmax_takes_the_first_of_a_tie():
    outputs = softmax.one_hot_argmax(np.array([[0.0, 2.0, 2.0], [3.0, 1.0, 2.0]]))
    np.testing.assert_array_equal(outputs, [[0, 1, 0], [1, 0, 0]])


def test_distance_to_argmax_is_the_lower_scores_share():
    gaps = np.array([-2.0, -0.5, 0.5, 2.0])
    expected = special.expit(-np.abs(gaps) / 0.5)
    received = softmax.distance_to_argmax(gaps, 0.5)
    np.testing.assert_allclose(received, expected, rtol=1e-13)


# ---------------------------------------------------------------- networks
def test_collapse_by_hand():
    # 3 (2 x + 1) - 1 = 6 x + 2
    layers = [(np.array([[2.0]]), np.array([1.0])), (np.array([[3.0]]), np.array([-1.0]))]
    weights, biases = networks.collapse(layers)
    assert (weights.item(), biases.item()) == (6.0, 2.0)
    outputs = networks.forward(np.array([[5.0]]), layers)
    assert outputs.item() == 32.0


def test_forward_with_relu_by_hand():
    # 3 max(2 (-5) + 1, 0) - 1 = -1: no activation after the last layer
    layers = [(np.array([[2.0]]), np.array([1.0])), (np.array([[3.0]]), np.array([-1.0]))]
    relu = networks.relu
    assert networks.forward(np.array([[-5.0]]), layers, relu).item() == -1.0


@pytest.mark.parametrize(
    ("function", "pieces"),
    [
        (lambda x: 3 * x + 1, 1),
        (np.abs, 2),
        (lambda x: np.abs(np.abs(x) - 0.5), 4),
        (lambda x: np.maximum(x, 0) + np.maximum(x - 0.25, 0), 3),
    ],
)
def test_num_pieces_of_known_functions(function, pieces):
    assert networks.num_pieces(function, -1.0, 1.0, 64) == pieces


def test_hidden_gradient_is_that_of_finite_differences(rng):
    inputs, targets = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
    first, second = rng.normal(size=(3, 5)), rng.normal(size=(5, 2))

    def loss(weights):
        return np.mean((np.tanh(inputs @ weights) @ second - targets) ** 2)

    gradient = networks.hidden_gradient(
        inputs, targets, (first, second), np.tanh, lambda z: 1 - np.tanh(z) ** 2
    )
    for place in np.ndindex(first.shape):
        change = np.zeros_like(first)
        change[place] = 1e-6
        expected = (loss(first + change) - loss(first - change)) / 2e-6
        assert gradient[place] == pytest.approx(expected, abs=1e-8)


def test_accuracies_are_those_of_keras():
    import keras

    labels, outputs = np.tile(np.eye(10), (100, 1)), np.zeros((1_000, 10))
    binary, categorical = keras.metrics.BinaryAccuracy(), keras.metrics.CategoricalAccuracy()
    binary.update_state(labels, outputs)
    categorical.update_state(labels, outputs)
    measured = demonstrations.run("accuracy-metric-misleads")
    assert measured["distance_of_binary_accuracy_from_0.9"] == pytest.approx(
        abs(float(binary.result()) - 0.9), abs=1e-6
    )
    assert measured["categorical_accuracy_of_the_same_outputs"] == pytest.approx(
        float(categorical.result()), abs=1e-7
    )
