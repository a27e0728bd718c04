"""Tasks by name: what a network must predict."""

from activation_study.catalogue.tasks.task import Task, get, names

__all__ = ["Task", "get", "names"]
