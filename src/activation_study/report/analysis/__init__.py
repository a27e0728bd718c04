"""What the record says, in numbers: frames in, frames out; figures and tables show them."""

from activation_study.report.analysis.false_alarms import count_false_alarms
from activation_study.report.analysis.hidden_layers.contests import settings_of
from activation_study.report.analysis.rates import at_each_rate, chosen_rates, duels, rank

__all__ = [
    "at_each_rate",
    "chosen_rates",
    "count_false_alarms",
    "duels",
    "rank",
    "settings_of",
]
