"""Tools for any Keras model, not those of the study alone: which units work, what outputs say."""

from activation_study.probes.calibrated import Reliability, reliability
from activation_study.probes.callback import DeadUnits

__all__ = ["DeadUnits", "Reliability", "reliability"]
