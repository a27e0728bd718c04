"""What the page on deep networks says, worked out by hand from a few made-up runs."""

import pandas as pd
import pytest

from activation_study import facts
from activation_study.facts.hidden_layers.vanishing import ANSWERS
from activation_study.measures.classification import CLASSIFICATION
from report.claims.made_verdicts import answered, claim, contrast, verdict
from report.deep_runs import born_runs, trained_runs
from report.made_runs import made_runs


def said(**verdicts):
    born = facts.vanishing(born_runs(), verdicts)
    return born | facts.deep_networks(trained_runs(), trained_runs(), verdicts)


def test_gradients_are_said_with_two_digits():
    found = said()
    assert found["born_relu_keras_8"] == "7.8\u00a0\u00d7\u00a010⁻³"
    assert (found["born_relu_own_8"], found["layer_relu_keras"]) == ("1.0", "2.0")
    assert found["born_sigmoid_keras_8"] == "less than 1.0\u00a0\u00d7\u00a010⁻¹⁹"
    assert (found["kept_own"], found["lost_own"]) == ("ReLU", "sigmoid")
    assert (found["kept_keras"], found["lost_keras"]) == ("none", "ReLU and sigmoid")


def test_arms_are_said_with_their_stuck_runs():
    found = said()
    assert found["adam_sigmoid_keras_8"] == "70.00 %"
    assert found["adam_sigmoid_layer_8_last"] == "40.00 %"
    assert (found["adam_sigmoid_keras_8_stuck"], found["adam_sigmoid_keras_8_off"]) == (
        "none of two", "2.5",
    )  # fmt: skip
    assert (found["sgd_sigmoid_keras_16_stuck"], found["sgd_sigmoid_keras_16_off"]) == (
        "two of two", "never",
    )  # fmt: skip
    assert found["adam_sigmoid_layer_8_stuck"] == "one of two"
    assert found["adam_sigmoid_centred_16"] == "92.00 %"


def test_training_losses_are_those_of_the_last_weights_at_the_tuned_rate():
    rows = [
        ("gelu", 200, 0.01, 0.98, {}), ("gelu", 201, 0.02, 0.97, {}), ("gelu", 202, 0.06, 0.99, {}),
        ("relu", 200, 0.5, 0.9, {"learning_rate": 1e-4}),
        ("gelu", 200, 7.0, 0.1, {"is_tuned": False}), ("gelu", 10, 8.0, 0.2, {"is_tuning": True}),
    ]  # fmt: skip
    usual = {"task": "digits", "is_tuned": True, "is_tuning": False, "diverged": False}
    made = made_runs(
        pd.DataFrame(
            usual
            | {"learning_rate": 1e-3, "key": str(number), "hidden": hidden, "seed": seed}
            | {"train_loss": loss, "test_accuracy": right}
            | changed
            for number, (hidden, seed, loss, right, changed) in enumerate(rows)
        ),
        CLASSIFICATION,
    )
    found = facts.training_losses(made)
    assert (found["fit_gelu"], found["fit_gelu_median"]) == ("0.03", "0.02")
    assert (found["fit_gelu_right"], found["fit_relu_right"]) == ("98.00 %", "90.00 %")
    assert (found["fit_gelu_rate"], found["fit_relu_rate"]) == ("0.001", "0.0001")


@pytest.mark.parametrize("name", ANSWERS)
def test_the_words_follow_the_verdicts(name):
    for direction in ("as claimed", "contrary", "not shown"):
        assert (
            said(**{name: answered(direction, "matters")})[f"{name}_said"]
            == (ANSWERS[name][direction])
        )
    small = said(**{name: answered("contrary", "too small to matter")})
    assert small[f"{name}_said"] == ANSWERS[name]["too small"]


def test_what_has_no_answer_says_so():
    found = said(gelu=verdict(claim("later", contrast(metric="test_accuracy"))))
    assert found["gelu_said"] == found["gelu"] == "(no answer yet)"
