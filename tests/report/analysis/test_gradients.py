"""Signal and gradient at birth, and what deep networks reach, worked out by hand."""

import dataclasses
import math

import numpy as np
import pytest

from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.hidden_layers import gradients
from report.deep_runs import born_runs, trained_runs


def test_the_first_layer_is_the_geometric_mean_over_the_judged_seeds_at_birth():
    powers = gradients.first_layers(gradients.at_birth(born_runs()))
    # 0.5 and 2 have the geometric mean 1; each of 7 layers above the first halves it.
    assert powers["relu", "glorot_uniform", 1] == pytest.approx(0)
    assert powers["relu", "glorot_uniform", 8] == pytest.approx(-7 * math.log10(2))
    assert powers["sigmoid", "gain", 4] == pytest.approx(-3)
    # A gradient that is recorded as 0 is the least that could be recorded.
    assert powers["sigmoid", "glorot_uniform", 8] == pytest.approx(-19)


def test_a_layer_divides_by_what_it_was_made_to_divide_by():
    factors = gradients.a_layer_divides(gradients.at_birth(born_runs()))
    assert factors["relu", "glorot_uniform"] == pytest.approx(2)
    assert factors["relu", "gain"] == pytest.approx(1)
    assert factors["sigmoid", "gain"] == pytest.approx(10)
    # Of 8 layers nothing is known but that it is little: the factor is that from 1 to 4.
    assert factors["sigmoid", "glorot_uniform"] == pytest.approx(1000)


def test_functions_are_sorted_by_what_becomes_of_their_gradient():
    rows = gradients.at_birth(born_runs())
    assert gradients.by_fate(rows, "gain") == {"kept": ["relu"], "lost": ["sigmoid"], "grown": []}
    # 2^7 is more than a factor of a hundred.
    assert gradients.by_fate(rows, "glorot_uniform")["lost"] == ["relu", "sigmoid"]


def test_all_layers_of_a_network_are_read_and_later_epochs_are_not():
    rows = gradients.at_birth(born_runs())
    assert len(rows) == 4 * 2 * (1 + 4 + 8)
    np.testing.assert_allclose(rows["spread"], -rows["layer"])
    deep = rows.query("hidden == 'sigmoid' and initializer == 'gain' and depth == 8")
    means = deep.groupby("layer")["gradient"].mean()
    np.testing.assert_allclose(means, np.arange(-7.0, 1.0))


def test_an_arm_is_named_by_what_it_changes():
    assert gradients.arm_name("relu", "glorot_uniform", "none") == "relu"
    assert gradients.arm_name("relu", "he_normal", "none") == "relu, He's weights"
    assert gradients.arm_name("tanh", "glorot_uniform", "batch") == "tanh, batch normalization"


def test_stuck_runs_are_counted_and_count():
    arms = gradients.by_arm(trained_runs())
    one = arms.loc["relu", "glorot_uniform", "none", 16]
    assert one["test_accuracy"] == pytest.approx(0.5)
    assert (one["num_stuck"], one["num_runs"]) == (1, 2)
    # Epochs 2 and 3; what never left chance counts as one more than it trained.
    assert arms.loc["sigmoid", "glorot_uniform", "none", 8]["first_off"] == 2.5
    assert arms.loc["sigmoid", "glorot_uniform", "none", 16]["first_off"] == 6


def test_nothing_recorded_is_said():
    for made, read in ((born_runs(), gradients.at_birth), (trained_runs(), gradients.trained)):
        empty = dataclasses.replace(made, summary=made.summary[:0])
        with pytest.raises(IncompleteRecordError, match="recorded yet"):
            read(empty)
