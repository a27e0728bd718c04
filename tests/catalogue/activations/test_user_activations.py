"""Activations that users bring: looked up by function, registered by name, measured numerically."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from typing import Any

import keras
import numpy as np
import pytest

from activation_study.catalogue import activations
from activation_study.catalogue.activations.measuring import measure


def bent_identity(scores: Any) -> Any:
    return (keras.ops.sqrt(keras.ops.square(scores) + 1.0) - 1.0) / 2.0 + scores


def centred(scores: Any) -> Any:
    return scores - keras.ops.mean(scores, axis=-1, keepdims=True)


def halved(scores: Any) -> Any:
    return scores[:, : scores.shape[1] // 2]


def unstable(scores: Any) -> Any:
    return keras.ops.log(scores)


@pytest.fixture(autouse=True)
def _forget_registrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activation_study.catalogue.activations.registry._registered", {})


def test_a_function_gets_an_entry_with_measured_properties() -> None:
    entry = activations.get(bent_identity)
    assert (entry.name, entry.kind) == ("bent_identity", "elementwise")
    assert entry.range == (-math.inf, math.inf)
    assert (entry.monotone, entry.bounded, entry.zero_centred) == (True, False, False)
    assert entry.saturates == "none"
    assert entry.lipschitz == pytest.approx(1.5, abs=1e-3)
    assert entry.slope_at_zero == pytest.approx(1.0)
    np.testing.assert_allclose(entry.slope(np.array([0.75])), [1.3], rtol=1e-6)
    assert activations.get(bent_identity) == entry
    assert "bent_identity" not in activations.names()


def test_a_function_of_keras_ops_works_as_a_layer() -> None:
    entry = activations.get(keras.ops.arctan)
    assert (entry.name, entry.zero_centred, entry.saturates) == ("arctan", True, "both")
    assert entry.range == pytest.approx((-math.pi / 2, math.pi / 2), abs=1e-3)
    layer = entry.make_layer("hidden_1")
    scores = np.array([[-1.0, 0.5]], dtype=np.float32)
    np.testing.assert_allclose(layer(scores), np.arctan(scores), rtol=1e-6)


def test_a_function_that_mixes_units_is_layerwise_with_the_diagonal_as_slope() -> None:
    entry = activations.get(centred)
    assert entry.kind == "layerwise"
    np.testing.assert_allclose(entry.slope(np.ones((3, 4))), np.full((3, 4), 0.75))
    # The channels of a convolution are units at each of its positions.
    np.testing.assert_allclose(entry.slope(np.ones((2, 3, 3, 4))), np.full((2, 3, 3, 4), 0.75))


def test_register_adds_a_name_and_keeps_what_is_stated() -> None:
    entry = activations.register("my_bent", bent_identity, formula="b(z)", lipschitz=1.5)
    # As text, for not a number, which a property is that depends on the width, equals nothing.
    assert repr(activations.get("my_bent")) == repr(entry)
    assert repr(activations.get(bent_identity)) == repr(entry)
    assert activations.names()[-1] == "my_bent"
    assert (entry.formula, entry.lipschitz) == ("b(z)", 1.5)
    again = activations.register("my_bent", centred)
    assert repr(activations.get("my_bent")) == repr(again)
    assert again.formula == r"\mathrm{my\_bent}(z)"


def test_register_refuses_taken_names_bad_names_and_unknown_properties() -> None:
    with pytest.raises(ValueError, match=r"'relu' belongs to a built-in.*'my_relu'"):
        activations.register("relu", bent_identity)
    with pytest.raises(ValueError, match="Python identifier; received 'my relu'"):
        activations.register("my relu", bent_identity)
    with pytest.raises(ValueError, match=r"'lipshitz'.*Did you mean 'lipschitz'"):
        activations.register("my_relu", bent_identity, lipshitz=1.0)


@pytest.mark.parametrize(("typed", "nearest"), [("rellu", "relu"), ("Sigmoid", "sigmoid")])
def test_an_unknown_name_is_answered_with_the_nearest(typed: str, nearest: str) -> None:
    with pytest.raises(ValueError, match=rf"received '{typed}'.*Did you mean '{nearest}'"):
        activations.get(typed)


@pytest.mark.parametrize("identifier", [None, 3])
def test_what_is_no_name_and_no_function_is_refused(identifier: Any) -> None:
    with pytest.raises(ValueError, match=rf"received {identifier}; accepted: "):
        activations.get(identifier)


def test_nameless_and_misleading_functions_are_refused_with_the_remedy() -> None:
    def relu(scores: Any) -> Any:
        return scores

    with pytest.raises(ValueError, match=r"register\(name, function\)"):
        activations.get(lambda scores: scores)
    with pytest.raises(ValueError, match="the name of another entry"):
        activations.get(relu)


def test_functions_that_change_the_shape_or_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match=r"keep the shape.*\(4, 6\) and got \(4, 3\)"):
        activations.get(halved)
    with pytest.raises(ValueError, match="'unstable' gives a value that is not finite at score"):
        activations.get(unstable)


def test_aliases_entries_and_functions_of_keras_resolve_to_the_one_entry() -> None:
    silu = activations.get("silu")
    for identifier in ("swish", keras.activations.silu, keras.activations.swish, silu):
        assert activations.get(identifier) is silu
    assert activations.get("hard_swish") is activations.get("hard_silu")


@pytest.mark.parametrize(
    "name", ["relu", "sigmoid", "step", "hard_shrink", "exponential", "log_sigmoid", "softsign"]
)
def test_measuring_a_known_function_finds_its_stated_properties(name: str) -> None:
    entry = activations.get(name)
    measured = measure(name, entry)
    for key in ("kind", "zero_centred", "monotone", "bounded", "saturates", "trainable"):
        assert measured[key] == getattr(entry, key), key
    assert measured["continuous"] == entry.continuous
    assert measured["range"] == pytest.approx(entry.range, abs=2e-3)
    assert measured["lipschitz"] == pytest.approx(entry.lipschitz, abs=1e-3)
    assert measured["slope_at_zero"] == pytest.approx(entry.slope_at_zero, abs=1e-5)


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"kind": "elementwisee"}, "received 'elementwisee'; accepted: elementwise, layerwise"),
        ({"saturates": 1}, "received 1; accepted: none, left, right, both"),
        ({"range": 3}, r"received 3; accepted: two numbers, \(low, high\)"),
        ({"range": (0, math.nan)}, "accepted: two numbers"),
        ({"lipschitz": "big"}, "received 'big'; accepted: a number"),
        ({"monotone": 1}, "received 1; accepted: True or False"),
        ({"initializer": "he"}, "received 'he'; accepted: a name that keras.initializers.get"),
    ],
)
def test_stated_properties_of_another_kind_are_refused(stated: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        activations.register("mine", bent_identity, **stated)
    assert "mine" not in activations.names()


def test_a_name_that_is_no_text_is_refused() -> None:
    with pytest.raises(ValueError, match="must be a Python identifier; received 3"):
        activations.register(3, bent_identity)  # type: ignore[arg-type]


def test_tensorflow_is_imported_without_its_chatter_and_with_its_warnings() -> None:
    script = (
        "import os, sys\n"
        "from activation_study.catalogue import quiet_tensorflow as quiet\n"
        "quiet.load()\n"
        "assert 'tensorflow' in sys.modules\n"
        "with quiet._without_chatter():\n"
        "    os.write(2, b'I0000 00:00:1.2 3 cpu.cc:4] chatter\\nW0000 x.cc:1] heed me\\n')\n"
        "os.write(2, b'afterwards\\n')\n"
    )
    environment = {
        name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"
    }
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "W0000 x.cc:1] heed me\nafterwards\n"


def test_a_function_of_numpy_is_refused_with_that_of_keras() -> None:
    with pytest.raises(
        ValueError, match=r"NumPy's tanh, which returns arrays: write it with keras\.ops"
    ):
        activations.get(np.tanh)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda z: z - keras.ops.mean(z, axis=0), r"the same example alone; .* axis=-1"),
        (lambda z: z + keras.random.normal(z.shape), "must not draw random numbers"),
        (lambda z: z * np.random.default_rng().normal(), "must not draw random numbers"),
        (lambda z: z if keras.ops.sum(z) > 0 else -z, r"keras\.ops\.where in place of if"),
        (lambda z: z * VARIABLE, r"'mine' reads VARIABLE .*keras\.layers\.Layer"),
    ],
)
def test_what_cannot_be_trained_is_refused_and_not_registered(function: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        activations.register("mine", function)
    assert "mine" not in activations.names()


VARIABLE = keras.Variable(0.5)


def test_growth_that_swings_has_no_bound() -> None:
    measured = measure("mine", lambda z: z * keras.ops.sin(z))
    assert measured["range"] == (-math.inf, math.inf)
    assert (measured["bounded"], measured["monotone"]) == (False, False)
    assert measured["lipschitz"] == math.inf


@pytest.mark.parametrize("function", [lambda z: z * z, lambda z: keras.ops.log(1.0 + z * z)])
def test_slow_and_fast_growth_have_no_bound(function: Any) -> None:
    low, high = measure("mine", function)["range"]
    assert (low, high) == (pytest.approx(0.0, abs=1e-5), math.inf)


def test_slopes_that_grow_have_no_largest_one() -> None:
    assert measure("mine", lambda z: z * z)["lipschitz"] == math.inf
    assert math.isnan(measure("mine", lambda z: keras.ops.sqrt(keras.ops.abs(z)))["lipschitz"])


def test_what_depends_on_the_width_is_unknown() -> None:
    def normalized(z: Any) -> Any:
        positive = keras.ops.relu(z)
        return positive / (keras.ops.mean(positive, axis=-1, keepdims=True) + 1e-3)

    entry = activations.get(normalized)
    assert np.isnan([*entry.range, entry.lipschitz, entry.slope_at_zero]).all()
    assert (entry.bounded, entry.monotone, entry.saturates) == (None, None, None)
    assert (entry.kind, entry.zero_centred, entry.trainable) == ("layerwise", False, True)
    assert activations.register("mine", normalized, lipschitz=2.0).lipschitz == 2.0


@pytest.mark.parametrize(
    "function",
    [
        keras.ops.round,
        keras.ops.stop_gradient,
        lambda z: keras.ops.cast(keras.ops.cast(z, "int32"), "float32"),
        lambda z: keras.ops.round(z - keras.ops.mean(z, axis=-1, keepdims=True)),
    ],
)
def test_no_gradient_counts_as_zero(function: Any) -> None:
    entry = activations.register("mine", function)
    assert not entry.trainable
    np.testing.assert_array_equal(entry.slope(np.ones((3, 4))), np.zeros((3, 4)))
