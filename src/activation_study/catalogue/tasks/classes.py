"""What tasks have in common whose answer is one of several classes."""

from __future__ import annotations

from functools import partial

import numpy as np

from activation_study.catalogue.tasks.task import Compose, Task, TuningRule
from activation_study.measures.classification import CLASSIFICATION, guess


def one_of(num_classes: int, name: str, description: str, compose: Compose | None = None) -> Task:
    """Return a task of which exactly one class is right, each of them nearly as often."""
    return Task(
        name=name,
        description=description,
        num_outputs=num_classes,
        measures=CLASSIFICATION,
        tuning=TuningRule(metric="accuracy", tie_breaker="brier"),
        guess=guess(num_classes),
        prior=1 / num_classes,
        compose=compose,
        corrupt=partial(wrong_labels, num_classes=num_classes),
    )


def wrong_labels(
    labels: np.ndarray, share: float, generator: np.random.Generator, *, num_classes: int
) -> np.ndarray:
    """Replace a share of the labels by a wrong one, drawn uniformly: noise of one right class."""
    hit = np.flatnonzero(generator.random(len(labels)) < share)
    noisy = labels.copy()
    noisy[hit] = (labels[hit] + generator.integers(1, num_classes, len(hit))) % num_classes
    return noisy
