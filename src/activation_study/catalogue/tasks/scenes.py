"""Which digits does the picture show? None, one or several, in any of four cells."""

from __future__ import annotations

import numpy as np

from activation_study.catalogue.tasks.canvas import CELLS, halved, in_cells
from activation_study.catalogue.tasks.task import Examples, Task, TuningRule
from activation_study.measures.multilabel import MULTILABEL, guess

NUM_LABELS = 10
NUMBERS = (0.1, 0.3, 0.3, 0.3)
"""How often a scene has 0, 1, 2, 3 digits; two of them may be the same digit."""


def frequency() -> float:
    """How often a label is in a scene, were the digits of the images equally frequent."""
    absent = (1.0 - 1.0 / NUM_LABELS) ** np.arange(len(NUMBERS))
    return float(1.0 - np.dot(NUMBERS, absent))


def compose(images: np.ndarray, labels: np.ndarray, generator: np.random.Generator) -> Examples:
    """Make as many scenes as there are images."""
    chosen = generator.integers(len(images), size=(len(images), CELLS))
    number = generator.choice(len(NUMBERS), size=(len(images), 1), p=NUMBERS)
    # The digits go to random cells: those whose rank in a random order is below their number.
    rank = generator.permuted(np.tile(np.arange(CELLS), (len(images), 1)), axis=1)
    is_there = rank < number
    digits = halved(images)[chosen] * is_there[:, :, None, None].astype(np.uint8)
    targets = np.zeros((len(images), NUM_LABELS), np.uint8)
    targets[np.nonzero(is_there)[0], labels[chosen[is_there]]] = 1
    return Examples(in_cells(digits), targets)


TASK = Task(
    name="scenes",
    description="Which of the ten digits does the picture show? None to three of them are there.",
    num_outputs=NUM_LABELS,
    measures=MULTILABEL,
    tuning=TuningRule(metric="mean_average_precision", tie_breaker="label_brier"),
    guess=guess(frequency(), none=NUMBERS[0]),
    compose=compose,
)
