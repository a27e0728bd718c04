"""What the pages on hidden layers say: one module a page."""

from activation_study.facts.hidden_layers.centring import centring
from activation_study.facts.hidden_layers.dead_units import dead_units
from activation_study.facts.hidden_layers.faults import faults, recorded_faults
from activation_study.facts.hidden_layers.softmax_hidden import softmax_hidden

__all__ = ["centring", "dead_units", "faults", "recorded_faults", "softmax_hidden"]
