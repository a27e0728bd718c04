"""Tasks by name."""

from activation_study.catalogue.tasks import digits, scenes
from activation_study.registry import Registry

TASKS = Registry("task", [digits.TASK, scenes.TASK])
names, get = TASKS.names, TASKS.get
