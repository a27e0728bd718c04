"""What can be put on trial, what is refused and in which words, and what is recognized."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from activation_study.catalogue import activations
from activation_study.trial.subject import keras_code, relatives, source

FILE = '''
"""Activations of somebody's own."""

import keras


def bent(scores):
    return keras.ops.where(scores > 0, scores, 0.1 * keras.ops.tanh(scores))


def relu(scores):
    return keras.activations.relu(scores)


def mixes(scores):
    return scores - keras.ops.mean(scores, axis=0)


def draws(scores):
    return scores + keras.random.normal((1, 1))


def narrows(scores):
    return scores[:, :1]


def breaks(scores):
    return keras.ops.log(scores)


def lost(scores):
    steep = keras.ops.exp(keras.ops.exp(keras.ops.exp(scores)))
    return keras.ops.where(scores > 0, scores, steep)


class Slope(keras.layers.Layer):
    def build(self, shape):
        self.slope = self.add_weight(shape=(), initializer="zeros")

    def call(self, scores):
        return keras.ops.maximum(scores, self.slope * scores)


NUMBER = 3
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "my_own.py").write_text(FILE)
    (tmp_path / "broken.py").write_text("import nowhere_at_all\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("my_own", "broken"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


def test_a_file_a_module_and_a_layer_are_found(folder: Path) -> None:
    by_file = source.find(f"{folder}/my_own.py:bent")
    assert by_file.name == "bent"
    assert by_file.entry.monotone
    assert not by_file.is_formula
    by_module = source.find("my_own:bent", "other")
    assert by_module.name == "other"
    assert by_module.entry.digest == by_file.entry.digest
    assert source.find("my_own.py:relu").name == "my_relu"
    layer = source.find("my_own.py:Slope")
    assert layer.entry.kind == "learned"
    found = relatives.find(layer.entry)
    assert found
    assert (found.name, found.kind) == ("relu", "start")
    assert "Slope()," in keras_code.lines(layer, 1e-3)
    assert "from my_own import bent" in keras_code.lines(by_file, 1e-3)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("my_own.py:mixes", r"must not mix examples: take means and sums over the last axis"),
        ("my_own.py:draws", "must not draw random numbers"),
        ("my_own.py:narrows", "must keep the shape of its scores"),
        ("my_own.py:breaks", "not finite at score -20.*Write it in a stable form"),
        ("my_own.py:lost", r"a derivative that is not a number at scores from .* to 20.*where"),
        ("my_own.py:NUMBER", "is 3 and cannot be called; accepted: a function"),
        ("my_own.py:bend", "has no 'bend'; it holds: bent.*Did you mean 'bent'?"),
        ("my_own.py", "a file without the function that is meant; accepted: my_own.py:NAME"),
        ("nowhere.py:bent", "is no file; give the path from here"),
        ("no_such_module:bent", "there is no module 'no_such_module' here"),
        ("broken.py:bent", "cannot be imported.*nowhere_at_all.*mend that first"),
        ("broken:bent", "cannot be imported.*nowhere_at_all.*mend that first"),
        ("gelu", r"which is in the catalogue.*gelu\(x\) for example"),
        ("log(x)", "not finite at score -20"),
    ],
)
def test_what_is_no_activation_is_refused_with_a_remedy(folder: Path, what: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"(?s){said}"):
        source.find(what)


def test_a_name_must_be_one(folder: Path) -> None:
    with pytest.raises(ValueError, match="received the name 'a b'; accepted is a Python ident"):
        source.find("tanh(x) + x", "a b")
    assert source.find("2 * x + 1").name.isidentifier()


@pytest.mark.parametrize(
    ("formula", "name", "kind"),
    [
        ("x * sigmoid(x)", "silu", "same"),
        ("2 * sigmoid(2 * x) - 1", "tanh", "same"),
        ("max(x, 0)", "relu", "same"),
        ("log(1 + exp(x))", "softplus", "same"),
        ("x * 0.5 * (1 + erf(x / sqrt(2)))", "gelu", "same"),
        ("relu(x - 1)", "relu", "moved"),
        ("relu(x) - 0.5", "relu", "moved"),
        ("-relu(-x)", "relu", "moved"),
        ("3 * tanh(x / 2) + 1", "tanh", "moved"),
        ("leaky_relu(x, 0.19)", "leaky_relu", "near"),
        ("x * tanh(exp(x))", "mish", "near"),
    ],
)
def test_relatives_are_recognized(formula: str, name: str, kind: str) -> None:
    subject = source.find(formula)
    found = relatives.find(subject.entry)
    assert found
    assert (found.name, found.kind) == (name, kind)
    if kind == "moved":
        outer, inner, shift, offset = found.coefficients
        scores = np.linspace(-9.0, 9.0, 50)[:, None]
        moved = outer * np.asarray(activations.get(name)(inner * scores + shift)) + offset
        np.testing.assert_allclose(moved, np.asarray(subject.entry(scores)), atol=1e-3)


def test_a_constant_has_no_relative_and_danger_is_remarked() -> None:
    assert relatives.find(source.find("0 * x + 1").entry) is None
    assert "Its derivative is not a finite number at 0" in source.find("sqrt(abs(x))").remarks[0]
    assert "not finite for scores above about 89" in source.find("log(1 + exp(x))").remarks[0]
