"""What the pages on output layers say: one module a page."""

from activation_study.facts.output_layers.calibration import calibration
from activation_study.facts.output_layers.loss_pairs import (
    divided_relu,
    loss_pairs,
    mean_over_outputs,
    sure_start,
)
from activation_study.facts.output_layers.many_classes import many_classes
from activation_study.facts.output_layers.multi_label import anywhere, multi_label
from activation_study.facts.output_layers.rare_labels import rare_labels
from activation_study.facts.output_layers.regression import regression
from activation_study.facts.output_layers.unknowns import unknowns

__all__ = [
    "anywhere",
    "calibration",
    "divided_relu",
    "loss_pairs",
    "many_classes",
    "mean_over_outputs",
    "multi_label",
    "rare_labels",
    "regression",
    "sure_start",
    "unknowns",
]
