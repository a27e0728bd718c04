"""What a network must predict: name -> `Task`."""

from __future__ import annotations

from dataclasses import dataclass

from activation_study.registry import Registry


@dataclass(frozen=True)
class Task:
    """A prediction task.

    Attributes:
        name: the name used in an experiment.
        num_classes: number of classes K, the width of the output layer.
        metric: name of the metric by which the learning rate is chosen and arms are compared.
        description: one sentence for tables.
    """

    name: str
    num_classes: int
    metric: str
    description: str


TASKS = Registry(
    "task",
    [
        Task(
            name="digits",
            num_classes=10,
            metric="accuracy",
            description="Which of the ten digits does the image show? Exactly one is right.",
        ),
    ],
)
names, get = TASKS.names, TASKS.get
