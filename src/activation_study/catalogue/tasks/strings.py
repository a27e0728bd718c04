"""Which number does the picture show? One to three halved digits, read as a number."""

from __future__ import annotations

from functools import partial

import numpy as np

from activation_study.catalogue.tasks.canvas import CELLS, HALF, halved, in_cells
from activation_study.catalogue.tasks.classes import one_of
from activation_study.catalogue.tasks.task import Examples, Task


def compose(
    images: np.ndarray, labels: np.ndarray, generator: np.random.Generator, *, length: int
) -> Examples:
    """Make as many strings as there are images; the cells behind the last digit are empty."""
    chosen = generator.integers(len(images), size=(len(images), length))
    digits = np.zeros((len(images), CELLS, HALF, HALF), np.uint8)
    digits[:, :length] = halved(images)[chosen]
    numbers = labels[chosen] @ 10 ** np.arange(length)[::-1]
    return Examples(in_cells(digits), numbers.astype(np.uint8 if length < 3 else np.int32))


def _strings(length: int, digits: str) -> Task:
    return one_of(
        10**length,
        f"strings_{length}",
        f"Which number does the picture show? It has {digits}, halved, in reading order.",
        partial(compose, length=length),
    )


TASKS = (_strings(1, "one digit"), _strings(2, "two digits"), _strings(3, "three digits"))
