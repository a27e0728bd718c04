"""Every figure of the book: each takes recorded runs, or a verdict, and returns a picture."""

from __future__ import annotations

from activation_study.report.figures_calibration import calibration_null, reliability
from activation_study.report.figures_convergence import convergence, rate_curve, speed
from activation_study.report.figures_heads import (
    early_training,
    likenesses,
    output_sums,
    target_probability,
)
from activation_study.report.figures_ranking import default_against_tuned, ranking
from activation_study.report.figures_verdict import forest
from activation_study.report.picture import Picture

__all__ = [
    "Picture",
    "calibration_null",
    "convergence",
    "default_against_tuned",
    "early_training",
    "forest",
    "likenesses",
    "output_sums",
    "ranking",
    "rate_curve",
    "reliability",
    "speed",
    "target_probability",
]
