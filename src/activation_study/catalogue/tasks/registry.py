"""Tasks by name."""

from activation_study.catalogue.tasks import balance, digits, scenes
from activation_study.registry import Registry

TASKS = Registry("task", [digits.TASK, scenes.TASK, balance.TASK])
names, get = TASKS.names, TASKS.get
