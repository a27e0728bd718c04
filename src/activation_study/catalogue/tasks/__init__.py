"""Tasks by name: what a network must predict."""

from activation_study.catalogue.tasks.registry import get, names
from activation_study.catalogue.tasks.task import Examples, Task, TuningRule

__all__ = ["Examples", "Task", "TuningRule", "get", "names"]
