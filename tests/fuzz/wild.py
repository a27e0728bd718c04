"""Values that nobody means: of the wrong type, not finite, huge, nested, or hostile."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

import soak

EXAMPLES = settings(
    max_examples=soak.repetitions(50, 2_000),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


class Hostile:
    """Raises wherever a check could look at it."""

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def __float__(self) -> float:
        raise RuntimeError("no float")

    def __index__(self) -> int:
        raise RuntimeError("no index")


class Unhashable:
    """Can be called and cannot be a key; its name is no text."""

    __hash__ = None  # type: ignore[assignment]
    __name__ = 5

    def __call__(self, scores: Any) -> Any:
        return scores


def deep(levels: int) -> list[Any]:
    """A list in a list in a list."""
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


def _itself() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
"""Any characters, lone surrogates and NUL among them."""

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-4, 200),
    st.sampled_from([10**400, 2**63, 2**63 - 1, 2**64]),
    st.floats(),
    st.sampled_from([0.1, 1e-3, -0.0, 5e-324, 1.7e308]),
    st.complex_numbers(),
    st.decimals(),
    st.fractions(),
    st.dates(),
    st.binary(max_size=6),
    TEXT,
    st.sampled_from(["x" * 100_000, "", "\x00", "\ud800", "relu\n", "RELU", " relu"]),
)

NUMPY = st.sampled_from(
    [
        *(kind(3) for kind in (np.int8, np.uint64, np.float16, np.float64, np.longdouble)),
        np.complex128(0.1 + 5j),
        np.complex64(0.1),
        np.bool_(True),
        np.str_("relu"),
        np.bytes_(b"relu"),
        np.datetime64("2020"),
        np.timedelta64(3, "s"),
        np.float64("nan"),
        np.array(2),
        np.array(0.5),
        np.array(True),
        np.array([1]),
        np.array([[1.0, 2.0]]),
        np.array([], dtype=int),
        np.array("relu"),
        np.array([None], dtype=object),
        pd.NA,
        pd.NaT,
        pd.Series([1, 2]),
        pd.DataFrame({"a": [1]}),
    ]
)

# Made when they are drawn: Hypothesis shows its strategies, and some of these cannot be shown.
MAKERS = {
    "object": object,
    "hostile": Hostile,
    "unhashable": Unhashable,
    "huge": lambda: -(10**5_000),
    "lambda": lambda: lambda scores: scores,
    "partial": lambda: functools.partial(max, 0),
    "nested": lambda: deep(3),
    "deeply nested": lambda: deep(100_000),
    "itself": _itself,
    "mapping": lambda: {"relu": 1},
    "set": lambda: {"relu"},
    "range": lambda: range(3),
    "slice": lambda: slice(1),
    "not implemented": lambda: NotImplemented,
    "ellipsis": lambda: ...,
    "memory": lambda: memoryview(b"relu"),
}
OBJECTS = st.sampled_from(sorted(MAKERS)).map(lambda name: MAKERS[name]())

VALUES = st.recursive(
    SCALARS | NUMPY | OBJECTS,
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(TEXT, inner),
    max_leaves=4,
)
