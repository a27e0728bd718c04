"""Which pair trains is told by gradients; `test_keras_fit` has the weights that come of it."""

import pytest

from activation_study.catalogue.heads.gradients import trained_pair

CATEGORICAL, BINARY = "categorical_crossentropy", "binary_crossentropy"


@pytest.mark.parametrize(
    ("activation", "loss", "from_logits", "trains", "named"),
    [
        ("softmax", CATEGORICAL, False, "softmax", "softmax"),
        ("sigmoid", CATEGORICAL, False, "softmax", "sigmoid_normalized"),
        ("linear", CATEGORICAL, False, "linear_cce", "linear_cce"),
        ("linear", CATEGORICAL, True, "softmax", "softmax"),
        ("softmax", CATEGORICAL, True, "softmax", "double_softmax"),
        ("sigmoid", BINARY, False, "sigmoid", "sigmoid"),
        ("softmax", BINARY, False, "sigmoid", "softmax_bce"),
        ("sigmoid", BINARY, True, "sigmoid", "double_sigmoid"),
        ("softmax", "mean_squared_error", False, "softmax_mse", "softmax_mse"),
    ],
)
def test_keras_takes_the_scores_behind_its_own_activations(
    activation, loss, from_logits, trains, named
):
    found = trained_pair(activation, loss, from_logits=from_logits)
    assert (found.trains, found.named) == (trains, named)
    assert found.is_as_named == (trains == named)
    # Keras minds scores that it is told of and finds for itself.
    assert found.warns == (from_logits and activation != "linear")


def test_a_pair_without_a_head_has_no_name():
    assert trained_pair("linear", BINARY).trains is None
    assert trained_pair("sigmoid", CATEGORICAL, from_logits=True).named is None
