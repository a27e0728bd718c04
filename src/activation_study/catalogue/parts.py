"""What the names of an experiment stand for, looked up once for all that train and measure it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from activation_study.catalogue import activations, datasets, heads, tasks
from activation_study.catalogue.activations import code_digest
from activation_study.catalogue.activations.registry import Activation
from activation_study.catalogue.datasets import DatasetSpec
from activation_study.catalogue.heads import Head
from activation_study.catalogue.tasks import Task


@dataclass(frozen=True)
class Parts:
    """The parts of an experiment; its dataset is described and not read.

    ``digests``: by field whose part is the user's own, SHA-256 (hex) of its code.
    """

    dataset: DatasetSpec
    task: Task
    activation: Activation
    head: Head
    digests: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def named(cls, *, dataset: str, task: str, hidden: Any, head: str) -> Parts:
        """Look up what an experiment's fields name.

        Raises:
            ValueError: there is no such part, or the code of the user's own has no digest.
        """
        parts = cls(
            datasets.spec(dataset), tasks.get(task), activations.get(hidden), heads.get(head)
        )
        digests = {} if parts.activation.function is None else {"hidden": parts.activation.digest}
        if not tasks.TASKS.is_built_in(task):
            digests["task"] = _digest_of(parts.task)
        if not heads.HEADS.is_built_in(head):
            digests["head"] = _digest_of(parts.head)
        return replace(parts, digests=digests)

    @property
    def num_outputs(self) -> int:
        """Width of the output layer."""
        return self.head.num_outputs(self.task.num_outputs)

    def wanted(self, targets: np.ndarray, prior: float | np.ndarray) -> np.ndarray:
        """Return what `encode` takes, of the task's targets: once a run, in NumPy.

        Args:
            targets: as the task says.
            prior: how often a target is 1 in the training part, whichever part these are of.
        """
        if self.head.wanted is not None:
            targets = self.head.wanted(targets, self.task.num_outputs)
        if self.head.weights is not None:
            targets = targets * self.head.weights(np.asarray(prior))
        return targets

    def no_wanted(self) -> np.ndarray:
        """Return what is wanted of no example, which shows its shape and its type."""
        targets = np.zeros((0, *self.task.target_shape), self.task.target_dtype)
        return self.wanted(targets, prior=0.5)

    def encode(self, wanted: Any) -> Any:
        """Return what the loss is given: a float32 tensor of shape (batch, num_outputs).

        Of a class beyond the outputs, a row of zeros.
        """
        import tensorflow as tf

        if wanted.shape.rank == 1:
            return tf.one_hot(wanted, self.num_outputs)
        return tf.cast(wanted, tf.float32)

    @property
    def own(self) -> dict[str, Activation | Task | Head]:
        """The user's own parts, by the field that names them."""
        parts: dict[str, Activation | Task | Head] = {
            "hidden": self.activation,
            "task": self.task,
            "head": self.head,
        }
        return {name: parts[name] for name in self.digests}

    def check_unchanged(self) -> None:
        """Refuse to compute with a part of the user's own that is no longer what it was.

        Raises:
            ValueError: a value that its code reads has changed since the experiment was made.
        """
        for name, part in self.own.items():
            if _digest_of(part) != self.digests[name]:
                raise ValueError(
                    f"{type(part).__name__} {part.name!r} reads other values than when its "
                    f"experiment was made; make the experiment anew"
                )


def code_of(part: Activation | Task | Head) -> Any:
    """Return what a part of the user's own computes with: the rest of an activation is measured."""
    return part.function if isinstance(part, Activation) else part


def _digest_of(part: Activation | Task | Head) -> str:
    return code_digest.digest(part.name, code_of(part), kind=type(part).__name__)
