"""What is recorded of a run whose targets are of one kind, as one value: a set of measures.

A set is made of functions of arrays and knows no task, no head and no Keras. Its functions return
exactly the columns that the set declares (or none of a table without rows), NaN where predictions
are not finite, and never warn; the same arrays give the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from activation_study.measures.metrics import AVERAGED

Targets = Literal["one label", "labels", "numbers"]
"""Kinds of targets: class indices of shape (n,), 0/1 of shape (n, K), floats of shape (n, K)."""

Table = dict[str, list[Any]]
"""Columns of one length."""


@dataclass(frozen=True)
class Scored:
    """What a network says about some examples, beside what is right.

    Args:
        predictions: Float array of shape (n, K): the scores as the head is read.
        outputs: Float array of shape (n, outputs): what the network emits.
        targets: Array as the kind of targets says.
        second: Predictions as another output activation would read the same scores, if any.
        decided: Bool array of shape (n, K): the labels that the head itself calls, if it does.
    """

    predictions: np.ndarray
    outputs: np.ndarray
    targets: np.ndarray
    second: np.ndarray | None = None
    decided: np.ndarray | None = None

    def output_sums(self) -> dict[str, float]:
        """Mean and standard deviation of the sum of each example's outputs, by column."""
        sums = self.outputs.astype(float).sum(axis=1)
        return {"output_sum_mean": float(sums.mean()), "output_sum_sd": float(sums.std())}


@dataclass(frozen=True)
class TableSpec:
    """A further table of a run.

    Args:
        columns: Name to ``int``, ``float`` or ``str``.
        sort_key: Columns whose values name a row within a run.
    """

    columns: Mapping[str, type]
    sort_key: tuple[str, ...]


def mean(values: np.ndarray) -> float:
    """Mean, or NaN where there is nothing to average (no case was wrong, say)."""
    return float(values.mean()) if values.size else math.nan


Watch = Callable[[np.ndarray, np.ndarray], dict[str, float]]
Outcome = Callable[[Mapping[str, np.ndarray], np.ndarray, np.ndarray], tuple[str, dict[str, float]]]
Final = Callable[
    [Scored, Scored, np.random.Generator], tuple[dict[str, float], Mapping[str, Table]]
]
Shifted = Mapping[tuple[str, float], Scored]
"""By shift and degree, what a network says of the test set that is moved so far."""
Beyond = Callable[
    [Scored, np.ndarray, Mapping[str, np.ndarray], Shifted, np.random.Generator],
    Mapping[str, Table],
]


@dataclass(frozen=True)
class MeasureSet:
    """The measures of one kind of targets, and the columns that hold them.

    Args:
        name: Its name in the manifest of the record.
        targets: The kind of targets.
        every_epoch: What ``watch`` returns: columns ``validation_<name>`` of the history.
        last_epoch: Those of them whose last value stands in the table of runs as well.
        course: What ``outcome`` returns beside the outcome: columns of the table of runs.
        at_the_end: What ``final`` returns: columns ``test_<name>`` of the table of runs.
        watch: Measures the predictions of the validation part: (predictions, targets) -> values.
        outcome: How training went: (columns of the history, validation targets, accuracy of each
            batch of the first epoch before its step, if the task has one) -> ``""``,
            ``"not finite"`` or ``"chance"``, and the values of ``course``.
        final: The one look at the test set: (validation, test, generator) -> values and tables.
        tables: Further tables, which ``final`` and ``beyond`` return.
        averaged_course: Those of ``course`` that the averaged weights have as well.
        beyond: Measures images beyond the test set: (validation, scores of the test set, scores of
            unknown images by kind, the test set moved by shift and degree, generator) -> tables;
            None where there is nothing to measure. Scores are of shape (n, outputs).
    """

    name: str
    targets: Targets
    every_epoch: tuple[str, ...]
    last_epoch: tuple[str, ...]
    course: tuple[str, ...]
    at_the_end: tuple[str, ...]
    watch: Watch
    outcome: Outcome
    final: Final
    tables: Mapping[str, TableSpec] = field(default_factory=dict)
    averaged_course: tuple[str, ...] = ()
    beyond: Beyond | None = None

    @property
    def summary(self) -> tuple[str, ...]:
        """The columns of the table of runs that hold a measured number, in their order.

        First those of the last weights, then those of the averaged ones.
        """

        def of(reading: str, course: tuple[str, ...]) -> tuple[str, ...]:
            validated = (f"validation_{name}" for name in ("loss", *self.last_epoch))
            tested = (f"test_{name}" for name in self.at_the_end)
            return tuple(reading + name for name in (*validated, *course, *tested))

        return ("train_loss", *of("", self.course), *of(AVERAGED, self.averaged_course))
