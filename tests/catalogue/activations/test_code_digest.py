"""Digests of callables: equal where they compute the same, in whichever process."""

from __future__ import annotations

import functools
import subprocess
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from activation_study.catalogue.activations.code_digest import digest


def define(source: str, **outside: Any) -> Callable[..., Any]:
    """Defines `f` as a plain interpreter does, whose functions have no source to read."""
    space = {"__name__": "__main__", **outside}
    exec(source, space)
    return space["f"]


def module(**held: Any) -> types.ModuleType:
    made = types.ModuleType("users")
    vars(made).update(held)
    return made


def config(**held: Any) -> type:
    return type("Config", (), {"__module__": "__main__", **held})


def helper(slope: float) -> Callable[..., Any]:
    return define(f"def f(z):\n    return {slope} * z\n")


def read_through_the_package(slope: float) -> Callable[..., Any]:
    package = module(inner=module(SLOPE=slope))
    package.h = define("def f(z):\n    return users.inner.SLOPE * z\n", users=package)
    return define("def f(z):\n    return users.h(z)\n", users=package)


PAIR = (lambda z: 0.1 * z, lambda z: 0.2 * z)

DIFFERENT: dict[str, Callable[[float], Any]] = {
    "two lambdas on one line": lambda slope: PAIR[int(slope)],
    "constant": helper,
    "default": lambda slope: define(f"def f(z, slope={slope}):\n    return slope * z\n"),
    "keyword default": lambda slope: define(f"def f(z, *, slope={slope}):\n    return slope * z\n"),
    "global": lambda slope: define("def f(z):\n    return SLOPE * z\n", SLOPE=slope),
    "module's constant": lambda slope: define(
        "def f(z):\n    return users.SLOPE * z\n", users=module(SLOPE=slope)
    ),
    "module in a module": lambda slope: define(
        "def f(z):\n    return users.inner.SLOPE * z\n", users=module(inner=module(SLOPE=slope))
    ),
    "constant of a helper's package": read_through_the_package,
    "constant by getattr": lambda slope: define(
        "def f(z):\n    return getattr(users, 'SLOPE') * z\n", users=module(SLOPE=slope)
    ),
    "class's constant": lambda slope: define(
        "def f(z):\n    return Config.slope * z\n", Config=config(slope=slope)
    ),
    "base class's constant": lambda slope: define(
        "def f(z):\n    return Config.slope * z\n", Config=type("C", (config(slope=slope),), {})
    ),
    "helper": lambda slope: define("def f(z):\n    return g(z)\n", g=helper(slope)),
    "helper's helper": lambda slope: define(
        "def f(z):\n    return g(z)\n",
        g=define("def f(z):\n    return users.h(z)\n", users=module(h=helper(slope))),
    ),
    "helper's parameters in another order": lambda slope: define(
        "def f(z):\n    return g(a=z, b=2 * z)\n",
        g=define(
            f"def f({'b, a' if slope else 'a, b'}):\n    return {'b - a' if slope else 'a - b'}\n"
        ),
    ),
    "nested function": lambda slope: define(
        f"def f(z):\n    def g():\n        return {slope} * z\n    return g()\n"
    ),
    "closure": lambda slope: define(
        f"def g(slope):\n    def f(z):\n        return slope * z\n    return f\nf = g({slope})\n"
    ),
    "long array": lambda slope: define(
        "def f(z):\n    return TABLE[700] * z\n",
        TABLE=np.where(np.arange(2000) == 700, slope, 0.0),
    ),
    "type of array": lambda slope: define(
        "def f(z):\n    return TABLE * z\n", TABLE=np.zeros(2, "f4" if slope else "i4")
    ),
    "tensor": lambda slope: define("def f(z):\n    return TABLE * z\n", TABLE=tf.constant(slope)),
    "whole number and number": lambda slope: define(
        "def f(z):\n    return SLOPE * z\n", SLOPE=1.0 if slope else 1
    ),
    "dictionary": lambda slope: define("def f(z):\n    return D['a'] * z\n", D={"a": slope}),
    "partial": lambda slope: functools.partial(keras.ops.multiply, slope),
    "object": lambda slope: Sloped(slope),
    "bound method": lambda slope: Sloped(slope).__call__,
    "object's helper": lambda slope: define(
        "class C:\n"
        "    def __call__(self, z):\n        return self.g(z)\n"
        f"    def g(self, z):\n        return {slope} * z\n"
        "f = C()\n"
    ),
    "decorated": lambda slope: tf.custom_gradient(
        define(f"def f(z):\n    return {slope} * z, lambda upstream: upstream\n")
    ),
    "compiled": lambda slope: functools.lru_cache(helper(slope)),
    "initializer": lambda slope: define(
        "def f(z):\n    return START([1]) * z\n", START=keras.initializers.Constant(slope)
    ),
    "layer": lambda slope: define(
        "def f(z):\n    return LAYER(z)\n", LAYER=keras.layers.LeakyReLU(slope)
    ),
}


class Sloped:
    def __init__(self, slope: float) -> None:
        self.slope = slope

    def __call__(self, z: Any) -> Any:
        return self.slope * z


@pytest.mark.parametrize("make", DIFFERENT.values(), ids=DIFFERENT)
def test_what_computes_differently_has_another_digest_and_what_does_not_has_not(
    make: Callable[[float], Any],
) -> None:
    first, again, other = (digest("f", make(slope)) for slope in (0.0, 0.0, 1.0))
    assert first == again
    assert first != other


PROGRAM = """
import functools, numpy as np
class Config:
    slope = 0.2
    names = {"b", "a", "c"}
class Sloped:
    def __init__(self): self.slope = Config.slope; self.kinds = {"x", "y", "z"}
    def __call__(self, z): return helper(z) * self.slope if "x" in {"x", "y", "z"} else again(z)
def helper(z):
    import numpy as np
    return np.multiply(z, TABLE[0])
def again(z, n=3):
    return again(z, n - 1) if n else f(z)
TABLE = np.arange(2000.0)
f = Sloped()
from activation_study.catalogue.activations.code_digest import digest
print(digest("f", f))
"""


def test_the_digest_is_the_same_in_each_process_file_and_interpreter(tmp_path: Path) -> None:
    printed = set()
    for number, folder in enumerate(("one", "two")):
        path = tmp_path / folder / f"program_{number}.py"
        path.parent.mkdir()
        path.write_text("\n" * number + PROGRAM)
        for command in ([str(path)], (["-c", PROGRAM], ["-"])[number]):
            done = subprocess.run(
                [sys.executable, *command], input=PROGRAM, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr
            printed.add(done.stdout)
    assert len(printed) == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (threading.Lock(), r"'f' reads SLOPE of type lock, which has no plain state"),
        ((n for n in [1]), "reads SLOPE of type generator"),
        (
            keras.Variable(0.5),
            r"SLOPE of type Variable, which would not.*add_weight.*give the layer",
        ),
        ({"a": [tf.Variable(0.5)]}, "ResourceVariable, which would not be trained"),
    ],
)
def test_what_has_no_digest_is_refused_by_name(value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        digest("f", define("def f(z):\n    return SLOPE * z\n", SLOPE=value))


def test_a_deep_nest_is_refused() -> None:
    nest: list[Any] = []
    for _ in range(100_000):
        nest = [nest]
    with pytest.raises(ValueError, match="nests too deeply"):
        digest("f", define("def f(z):\n    return NEST\n", NEST=nest))


@pytest.mark.parametrize("space", [keras.ops, keras.activations, tf.nn, tf.math, np])
def test_functions_of_libraries_have_digests(space: types.ModuleType) -> None:
    found = {id(value): value for value in vars(space).values() if callable(value)}
    assert len({digest("f", value) for value in found.values()}) == len(found)


def test_a_users_file_that_is_called_like_a_module_of_python_is_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for slope in (0.1, 0.9):
        path = tmp_path / "profile.py"
        path.write_text(f"SLOPE = {slope}\ndef f(z):\n    return SLOPE * z\n")
        own = types.ModuleType("profile")
        own.__file__ = str(path)
        exec(path.read_text(), vars(own))
        monkeypatch.setitem(sys.modules, "profile", own)
        found.append(digest("f", own.f))
    assert found[0] != found[1]
