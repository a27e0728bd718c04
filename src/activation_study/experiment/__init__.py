"""The frozen description of one training run, its content key, and grids of such descriptions."""

from activation_study.experiment.description import DEFAULTS, FIELDS, Experiment
from activation_study.experiment.fields import (
    DEFAULT_LEARNING_RATE,
    FOUNDING_FIELDS,
    accepted_names,
)
from activation_study.experiment.grids import MOST_EXPERIMENTS, grid

__all__ = [
    "DEFAULTS",
    "DEFAULT_LEARNING_RATE",
    "FIELDS",
    "FOUNDING_FIELDS",
    "MOST_EXPERIMENTS",
    "Experiment",
    "accepted_names",
    "grid",
]
