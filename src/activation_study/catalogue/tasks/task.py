"""What a network must predict: a task carries how it is made, measured and tuned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from activation_study.measures.measure_set import MeasureSet, Targets


class Examples(NamedTuple):
    """Images, uint8 of shape (n, 784), with targets as `Task.targets` says."""

    images: np.ndarray
    targets: np.ndarray


Compose = Callable[[np.ndarray, np.ndarray, np.random.Generator], Examples]
Corrupt = Callable[[np.ndarray, float, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class TuningRule:
    """By which of the measures of every epoch the learning rate of an arm is chosen.

    Attributes:
        metric: the best mean over the seeds wins; `Metric.better` says what is best.
        tie_breaker: decides between rates within one standard error of the best; the lower wins.
    """

    metric: str
    tie_breaker: str


@dataclass(frozen=True)
class Task:
    """A prediction task. Those that are made alike share a file.

    Attributes:
        name: the name used in an experiment.
        description: one sentence for tables.
        num_outputs: number K of targets, or of classes: the width of most heads' output layer.
        measures: what is recorded of its runs; says the kind of its targets.
        tuning: how an arm's learning rate is chosen.
        guess: metric -> score of a constant answer, which counts for a run that failed.
        prior: how often an output's target is 1; None for what the training part of a run says.
        compose: (images, labels, generator) -> examples, or None for the dataset's own. It is
            called on one part at a time, so that parts never mix: on the training and on the
            validation part with streams of the run, on the test part with one that all runs share.
        compose_test: makes the test part where that is to differ from what is trained on.
        corrupt: (targets, share, generator) -> targets of which the share is wrong, or None where
            label noise means nothing.
        version: raise it when the same description would give other examples or other measures.
    """

    name: str
    description: str
    num_outputs: int
    measures: MeasureSet
    tuning: TuningRule
    guess: Mapping[str, float]
    prior: float | None = None
    compose: Compose | None = None
    compose_test: Compose | None = None
    corrupt: Corrupt | None = None
    version: int = 1

    @property
    def targets(self) -> Targets:
        """Kind of the targets."""
        return self.measures.targets

    @property
    def target_shape(self) -> tuple[int, ...]:
        """Shape of one example's target."""
        return () if self.targets == "one label" else (self.num_outputs,)

    @property
    def target_dtype(self) -> str:
        """Type of a target in memory."""
        if self.targets == "numbers":
            return "float32"
        # TensorFlow makes one-hot rows of no uint16.
        return "uint8" if self.targets == "labels" or self.num_outputs < 256 else "int32"
