"""What remains of a gain and a loss, each of two digits? A real-valued target."""

from __future__ import annotations

import numpy as np

from activation_study.catalogue.tasks.canvas import CELLS, halved, in_cells
from activation_study.catalogue.tasks.task import Examples, Task, TuningRule
from activation_study.measures.regression import REGRESSION

WEIGHTS = (1.0, 0.1, -1.0, -0.1)
"""Of the digits in reading order: tens and ones of the gain, then of the loss, in tens."""


def compose(images: np.ndarray, labels: np.ndarray, generator: np.random.Generator) -> Examples:
    """Make as many balances as there are images: gain above, loss below, from -9.9 to 9.9."""
    chosen = generator.integers(len(images), size=(len(images), CELLS))
    balance = labels[chosen] @ np.array([WEIGHTS], np.float32).T
    return Examples(in_cells(halved(images)[chosen]), balance)


TASK = Task(
    name="balance",
    description="A number of two digits less one below it, in tens: from -9.9 to 9.9.",
    num_outputs=1,
    measures=REGRESSION,
    tuning=TuningRule(metric="rmse", tie_breaker="mae"),
    # Of the difference of two independent numbers, each of 0 to 99 equally often, from its mean 0.
    guess={"rmse": (9_999 / 6) ** 0.5 / 10, "mae": 9_999 / 300 / 10, "r2": 0.0},
    compose=compose,
)
