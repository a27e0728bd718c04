"""How is the ink of a digit shared between the quadrants? Four parts of a whole."""

from __future__ import annotations

import numpy as np

from activation_study.catalogue.tasks.task import Examples, Task, TuningRule
from activation_study.measures.numbers.composition import COMPOSITION


def compose(images: np.ndarray, _: np.ndarray, generator: np.random.Generator) -> Examples:
    """Measure the share of an image's ink in each quadrant, in reading order."""
    ink = images.reshape(-1, 2, 14, 2, 14).sum(axis=(2, 4), dtype=np.int64).reshape(-1, 4)
    return Examples(images, (ink / ink.sum(axis=1, keepdims=True)).astype(np.float32))


TASK = Task(
    name="shares",
    description="Which shares of the digit's ink lie in the four quadrants? They sum to 1.",
    num_outputs=4,
    measures=COMPOSITION,
    tuning=TuningRule(metric="rmse", tie_breaker="kl"),
    # Of the mean shares, over MNIST's training images.
    guess={"rmse": 0.0848, "mae": 0.0660, "r2": 0.0, "kl": 0.0671},
    compose=compose,
)
