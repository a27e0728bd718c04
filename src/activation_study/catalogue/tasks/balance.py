"""What remains of a gain and a loss, each of two digits? A real-valued target."""

from __future__ import annotations

from functools import partial

import numpy as np

from activation_study.catalogue.tasks.canvas import CELLS, halved, in_cells
from activation_study.catalogue.tasks.task import Compose, Examples, Task, TuningRule
from activation_study.measures.numbers.regression import REGRESSION

PLACES = np.array([10, 1, -10, -1])
"""Worth of the digits in reading order: tens and ones of the gain, then of the loss."""


def compose(
    images: np.ndarray,
    labels: np.ndarray,
    generator: np.random.Generator,
    *,
    lowest: int = 0,
    highest: int = 99,
) -> Examples:
    """Make as many balances as there are images: gain above, loss below.

    They are 0 to 99 either way, drawn anew where they are below `lowest` or above `highest`;
    targets are a tenth of that.
    """
    chosen = np.zeros((len(images), CELLS), np.int64)
    balance = np.zeros(len(images), np.int64)
    again = np.arange(len(images))
    while again.size:
        chosen[again] = generator.integers(len(images), size=(again.size, CELLS))
        balance[again] = labels[chosen[again]] @ PLACES
        again = np.flatnonzero((np.abs(balance) < lowest) | (np.abs(balance) > highest))
    targets = (balance / 10).astype(np.float32)[:, None]
    return Examples(in_cells(halved(images)[chosen]), targets)


def guess(lowest: int, highest: int) -> dict[str, float]:
    """Return what the answer 0 scores, were every digit equally frequent, on these balances.

    Of two numbers from 0 to 99, 100 - v pairs differ by v either way.
    """
    sizes = np.arange(lowest, highest + 1)
    pairs = (100 - sizes) * np.where(sizes > 0, 2, 1)
    return {
        "rmse": float(np.average(sizes**2, weights=pairs)) ** 0.5 / 10,
        "mae": float(np.average(sizes, weights=pairs)) / 10,
        "r2": 0.0,
    }


def _balance(
    name: str,
    description: str,
    tested: tuple[int, int],
    compose: Compose,
    compose_test: Compose | None = None,
) -> Task:
    return Task(
        name=name,
        description=description,
        num_outputs=1,
        measures=REGRESSION,
        tuning=TuningRule(metric="rmse", tie_breaker="mae"),
        guess=guess(*tested),
        compose=compose,
        compose_test=compose_test,
    )


TASKS = (
    _balance("balance", "A number of two digits less one below it, in tens: from -9.9 to 9.9.",
             (0, 99), compose),
    _balance("balance_beyond",
             "As balance, trained and validated from -5 to 5, and tested beyond.",
             (51, 99), partial(compose, highest=50), partial(compose, lowest=51)),
)  # fmt: skip
