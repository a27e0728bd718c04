"""Tasks by name: what a network must predict."""

from activation_study.catalogue.tasks.registry import TASKS, get, names, register
from activation_study.catalogue.tasks.task import Examples, Task, TuningRule

__all__ = ["TASKS", "Examples", "Task", "TuningRule", "get", "names", "register"]
