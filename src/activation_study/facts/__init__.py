"""The numbers and words that pages put into their prose, by the name under which a page glues them.

Each function belongs to a page, or to several that say the same.
"""

from activation_study.facts.desk import desk
from activation_study.facts.front import front, surprises
from activation_study.facts.hidden_layers import (
    born_dead,
    centring,
    dead_units,
    deep_networks,
    faults,
    first_weights,
    linear_and_step,
    one_seed,
    recorded_faults,
    softmax_hidden,
    training_losses,
    turning,
    vanishing,
    what_decides,
    which_one,
)
from activation_study.facts.output_layers import (
    anywhere,
    calibration,
    divided_relu,
    loss_pairs,
    many_classes,
    mean_over_outputs,
    multi_label,
    rare_labels,
    regression,
    sure_start,
    unknowns,
)
from activation_study.facts.pages import convergence, prior_bias, softmax_or_sigmoid, which_output
from activation_study.facts.protocol import false_alarms, protocol
from activation_study.facts.verdicts import rounds, sides, standing

__all__ = [
    "anywhere",
    "born_dead",
    "calibration",
    "centring",
    "convergence",
    "dead_units",
    "deep_networks",
    "desk",
    "divided_relu",
    "false_alarms",
    "faults",
    "first_weights",
    "front",
    "linear_and_step",
    "loss_pairs",
    "many_classes",
    "mean_over_outputs",
    "multi_label",
    "one_seed",
    "prior_bias",
    "protocol",
    "rare_labels",
    "recorded_faults",
    "regression",
    "rounds",
    "sides",
    "softmax_hidden",
    "softmax_or_sigmoid",
    "standing",
    "sure_start",
    "surprises",
    "training_losses",
    "turning",
    "unknowns",
    "vanishing",
    "what_decides",
    "which_one",
    "which_output",
]
