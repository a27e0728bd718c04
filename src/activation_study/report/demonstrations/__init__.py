"""Claims that arithmetic settles: each demonstration checks one in front of the reader."""

from activation_study.report.demonstrations.registry import names, run

__all__ = ["names", "run"]
