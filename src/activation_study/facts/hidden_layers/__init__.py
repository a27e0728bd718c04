"""What the pages on hidden layers say: one module a page."""

from activation_study.facts.hidden_layers.before_training import born_dead, first_weights
from activation_study.facts.hidden_layers.centring import centring
from activation_study.facts.hidden_layers.dead_units import dead_units
from activation_study.facts.hidden_layers.faults import faults, recorded_faults
from activation_study.facts.hidden_layers.linear_and_step import linear_and_step
from activation_study.facts.hidden_layers.softmax_hidden import softmax_hidden
from activation_study.facts.hidden_layers.vanishing import (
    deep_networks,
    training_losses,
    vanishing,
)
from activation_study.facts.hidden_layers.which_one import (
    one_seed,
    turning,
    what_decides,
    which_one,
)

__all__ = [
    "born_dead",
    "centring",
    "dead_units",
    "deep_networks",
    "faults",
    "first_weights",
    "linear_and_step",
    "one_seed",
    "recorded_faults",
    "softmax_hidden",
    "training_losses",
    "turning",
    "vanishing",
    "what_decides",
    "which_one",
]
