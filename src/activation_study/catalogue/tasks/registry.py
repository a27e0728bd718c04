"""Tasks by name."""

from activation_study.catalogue.tasks import digits
from activation_study.registry import Registry

TASKS = Registry("task", [digits.TASK])
names, get = TASKS.names, TASKS.get
