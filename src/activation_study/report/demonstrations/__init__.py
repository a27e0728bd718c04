"""Claims that arithmetic settles: each demonstration checks one in front of the reader."""

from activation_study.report.demonstrations import networks, softmax
from activation_study.report.demonstrations.registry import names, run

__all__ = ["names", "networks", "run", "softmax"]
