"""What others take along of a verdict: a citation, a badge, a line in a list."""

from activation_study.report.citing.badge import badge, said
from activation_study.report.citing.dataset import describe
from activation_study.report.citing.edition import Edition
from activation_study.report.citing.listing import listing

__all__ = ["Edition", "badge", "describe", "listing", "said"]
