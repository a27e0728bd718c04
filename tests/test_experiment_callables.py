"""A user's own activation: what it computes is in the key, and it travels to other processes."""

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


class Doubling:
    def __call__(self, scores: object) -> object:
        return 2.0 * scores


@pytest.mark.parametrize(
    "hidden",
    [lambda scores: scores, functools.partial(np.multiply, 2.0), np.square, len, print, int, str],
)
def test_what_is_no_function_of_tensors_or_has_no_name_is_refused(hidden: Callable) -> None:
    with pytest.raises(ValueError, match=r"Define it with def|write it with keras\.ops"):
        Experiment(hidden=hidden)


def test_a_partial_and_an_object_have_names() -> None:
    assert Experiment(hidden=Doubling()).activation.name == "doubling"
    leaky = functools.partial(keras.ops.leaky_relu, negative_slope=0.3)
    with pytest.raises(ValueError, match="the name of another entry"):
        Experiment(hidden=leaky)
    activations.register("leaky", leaky)
    assert Experiment(hidden="leaky").describe()["hidden"].startswith("leaky@")
    assert Experiment(hidden=abs).activation.name == "abs"


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


SLOPE = 2.0


def sloped(scores: object) -> object:
    return SLOPE * scores


def test_a_value_that_changes_changes_the_key_of_new_experiments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    activations.register("mine", sloped)
    before = [Experiment(hidden=sloped), Experiment(hidden="mine")]
    monkeypatch.setitem(globals(), "SLOPE", 3.0)
    after = [Experiment(hidden=sloped), Experiment(hidden="mine")]
    assert len({experiment.key for experiment in before + after}) == 2
    assert [each.activation.lipschitz for each in before + after] == [2.0, 2.0, 3.0, 3.0]
    with pytest.raises(ValueError, match="reads other values than when its experiment was made"):
        before[0].parts.check_unchanged()
