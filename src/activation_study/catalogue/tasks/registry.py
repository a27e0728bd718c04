"""Tasks by name."""

from __future__ import annotations

from activation_study.catalogue.tasks import balance, digits, scenes, shares, strings
from activation_study.catalogue.tasks.task import Task
from activation_study.registry import Registry

TASKS = Registry(
    "task", [*digits.TASKS, *strings.TASKS, *scenes.TASKS, *balance.TASKS, shares.TASK]
)
names, get = TASKS.names, TASKS.get


def register(task: Task) -> Task:
    """Add a task of one's own and return it; a later one of the same name replaces it.

    Raises:
        ValueError: the package has a task of that name, or measures of the name of the task's.
    """
    for known in (get(name).measures for name in names() if TASKS.is_built_in(name)):
        if known.name == task.measures.name and known is not task.measures:
            raise ValueError(
                f"task {task.name!r} received measures of the name {known.name!r}, which built-in "
                f"ones have; give yours another name, such as 'my_{known.name}'"
            )
    return TASKS.add(task)
