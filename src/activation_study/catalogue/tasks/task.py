"""What a network must predict: name -> `Task`."""

from __future__ import annotations

from dataclasses import dataclass

from activation_study.registry import unknown_name


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


_TASKS = {
    task.name: task
    for task in (
        Task(
            name="digits",
            num_classes=10,
            metric="accuracy",
            description="Which of the ten digits does the image show? Exactly one is right.",
        ),
    )
}


def names() -> tuple[str, ...]:
    """Return the names of the tasks."""
    return tuple(_TASKS)


def get(name: str) -> Task:
    """Return the task called `name`.

    Raises:
        ValueError: no task has that name; the message lists the accepted names.
    """
    if name not in _TASKS:
        raise unknown_name("task", name, _TASKS)
    return _TASKS[name]
