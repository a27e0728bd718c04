"""A user's own activation: its source is part of the key, and it travels to other processes."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import itertools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import cloudpickle
import keras
import numpy as np
import pytest

from activation_study.catalogue import activations
from activation_study.experiment import Experiment

DOUBLED = "def mine(scores):\n    return 2.0 * scores\n"
TRIPLED = "def mine(scores):\n    return 3.0 * scores\n"

Define = Callable[..., Callable]


@pytest.fixture
def define(tmp_path: Path) -> Define:
    """Defines a function as a user does: in a file."""
    numbers = itertools.count()

    def define(source: str, name: str = "mine") -> Callable:
        return getattr(load(tmp_path / f"users_{next(numbers)}.py", source), name)

    return define


def load(path: Path, source: str) -> ModuleType:
    path.write_text(source)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activation_study.catalogue.activations.registry._registered", {})


def test_key_depends_on_the_source(define: Define) -> None:
    doubled, again, tripled = (Experiment(hidden=define(s)) for s in (DOUBLED, DOUBLED, TRIPLED))
    assert doubled.activation.name == tripled.activation.name == "mine"
    assert doubled.key == again.key
    assert doubled.key != tripled.key
    assert doubled.replace(seed=1).key not in {doubled.key, tripled.key}
    assert not doubled.is_repeatable_by_name


def test_key_does_not_depend_on_indentation(define: Define) -> None:
    indented = "if True:\n" + "".join(f"    {line}\n" for line in DOUBLED.splitlines())
    assert Experiment(hidden=define(indented)).key == Experiment(hidden=define(DOUBLED)).key


def test_key_depends_on_the_name(define: Define) -> None:
    other = define(DOUBLED.replace("mine", "other"), "other")
    assert Experiment(hidden=other).key != Experiment(hidden=define(DOUBLED)).key


def test_description_is_plain_text(define: Define) -> None:
    hidden = Experiment(hidden=define(DOUBLED)).describe()["hidden"]
    name, _, digest = hidden.partition("@")
    assert name == "mine"
    assert len(digest) == 16
    assert set(digest) <= set("0123456789abcdef")


def test_closure_is_refused(define: Define) -> None:
    factory = define(
        "def factory(slope):\n    def mine(z):\n        return slope * z\n    return mine\n",
        "factory",
    )
    with pytest.raises(ValueError, match=r"closes over slope.*as constants"):
        Experiment(hidden=factory(2.0))


def test_values_given_by_defaults_are_in_the_key_or_refused(define: Define) -> None:
    factory = define(
        "def factory(slope):\n    def mine(z, slope=slope):\n        return slope * z\n"
        "    return mine\n",
        "factory",
    )
    keys = set()
    for slope in (2.0, 3.0):
        try:
            keys.add(Experiment(hidden=factory(slope)).key)
        except ValueError as error:
            keys.add(f"refused {slope}: {error}")
    assert len(keys) == 2


def test_global_values_are_in_the_key_or_refused(define: Define) -> None:
    source = "SLOPE = {}\n\ndef mine(scores):\n    return SLOPE * scores\n"
    keys = set()
    for slope in (2.0, 3.0):
        try:
            keys.add(Experiment(hidden=define(source.format(slope))).key)
        except ValueError as error:
            keys.add(f"refused {slope}: {error}")
    assert len(keys) == 2


class Doubling:
    def __call__(self, scores: object) -> object:
        return 2.0 * scores


@pytest.mark.parametrize(
    "hidden",
    [
        abs,
        lambda scores: scores,
        functools.partial(np.multiply, 2.0),
        Doubling(),
        np.square,
        len,
        print,
        int,
        str,
        dict,
    ],
    ids=["abs", "lambda", "partial", "instance", "ufunc", "len", "print", "int", "str", "dict"],
)
def test_callable_without_a_source_of_its_own_is_refused(hidden: Callable) -> None:
    with pytest.raises(
        ValueError,
        match=r"received .* Define it with def|cannot be read.*def|write it with keras\.ops",
    ):
        Experiment(hidden=hidden)


def test_remedy_of_a_callable_without_source_works(define: Define) -> None:
    with pytest.raises(ValueError, match="cannot be read") as caught:
        Experiment(hidden=abs)
    assert "def" in str(caught.value)
    wrapped = define("def size(scores):\n    return abs(scores)\n", "size")
    assert Experiment(hidden=wrapped).activation.name == "size"


def test_functions_of_keras_are_their_names() -> None:
    for name in ("relu", "tanh", "silu", "gelu"):
        experiment = Experiment(hidden=getattr(keras.activations, name))
        assert experiment == Experiment(hidden=name)
        assert experiment.key == Experiment(hidden=name).key
        assert experiment.is_repeatable_by_name


def test_registered_name_is_an_experiment(define: Define) -> None:
    activations.register("mine", define(DOUBLED))
    doubled = Experiment(hidden="mine")
    activations.register("mine", define(TRIPLED))
    tripled = Experiment(hidden="mine")
    assert doubled.key != tripled.key
    scores = np.array([[1.0, -1.0]], dtype="float32")
    # The registry has moved on; the experiment has not.
    np.testing.assert_array_equal(doubled.activation(scores), 2 * scores)
    np.testing.assert_array_equal(tripled.activation(scores), 3 * scores)
    assert not doubled.is_repeatable_by_name


def test_registered_activation_travels_to_a_fresh_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "users_module.py").write_text(DOUBLED)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("users_module")
    # As in a notebook, whose functions no other process can import.
    cloudpickle.register_pickle_by_value(module)
    activations.register("my_doubling", module.mine)
    experiment = Experiment(hidden="my_doubling", seed=3)
    packed = tmp_path / "experiment.pickle"
    packed.write_bytes(cloudpickle.dumps(experiment))
    (tmp_path / "users_module.py").unlink()
    program = (
        "import pickle, sys\n"
        "experiment = pickle.load(open(sys.argv[1], 'rb'))\n"
        "print(experiment.key, experiment.activation.name)\n"
        "print(experiment.activation.function(4.0))\n"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program, str(packed)], capture_output=True, text=True, cwd=tmp_path
    )
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout.split() == [experiment.key, "my_doubling", "8.0"]
