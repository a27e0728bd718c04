"""What the record says, in numbers: frames in, frames out; figures and tables show them."""

from activation_study.report.analysis.course import (
    first_epoch,
    if_stopped_early,
    two_heads_side_by_side,
)
from activation_study.report.analysis.false_alarms import count_false_alarms
from activation_study.report.analysis.rates import at_each_rate, chosen_rates, mean_accuracy, rank

__all__ = [
    "at_each_rate",
    "chosen_rates",
    "count_false_alarms",
    "first_epoch",
    "if_stopped_early",
    "mean_accuracy",
    "rank",
    "two_heads_side_by_side",
]
