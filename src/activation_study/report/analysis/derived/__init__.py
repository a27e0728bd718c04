"""Measures of a run that follow from what is recorded of it and of its arm."""

from activation_study.report.analysis.derived.summary_columns import (
    HALF_DECADE,
    NAMES,
    RANGES,
    WORKS,
    with_derived,
    working_range,
)

__all__ = ["HALF_DECADE", "NAMES", "RANGES", "WORKS", "with_derived", "working_range"]
