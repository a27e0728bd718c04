"""The studies of hidden layers: death, vanishing, centring, depth, and what others published."""

from __future__ import annotations

from activation_study.studies.hidden_layers import (
    death,
    functions,
    gradients,
    published,
    which_one,
)

STUDIES = {
    "dead-rate": death.dead_rate,
    "lesion": death.lesion,
    "revival": death.revival,
    "dead-causes": death.dead_causes,
    "dead-causes-sgd": death.dead_causes_sgd,
    "signal": gradients.signal,
    "depth": gradients.depth,
    "depth-sgd": gradients.depth_sgd,
    "centring": gradients.centring,
    "centring-momentum": gradients.centring_momentum,
    "softmax-hidden": functions.softmax_hidden,
    "linear-and-step": functions.linear_and_step,
    "interplay": which_one.interplay,
    "interplay-sgd": which_one.interplay_sgd,
    "little-data": which_one.little_data,
    "cnn": which_one.cnn,
    "gelu-paper": published.gelu_paper,
    "deep-momentum": published.deep_momentum,
}
"""In the order in which they run."""
