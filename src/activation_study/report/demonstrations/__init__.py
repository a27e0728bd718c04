"""Claims that arithmetic settles: each demonstration checks one in front of the reader.

    run("softmax-translation")["max_change_float64"]

A demonstration returns check name -> measured value; the bounds, and why they are what they are,
stand with the claim in `data/claims.yml`. All of it is NumPy and SciPy: judging these claims needs
neither TensorFlow nor a dataset. `few_units` alone trains, and answers no claim.
"""

from __future__ import annotations

from collections.abc import Callable

from activation_study.registry import Registry
from activation_study.report.demonstrations import (
    born_dead,
    few_units,
    functions,
    networks,
    outputs,
    softmax,
)

__all__ = ["born_dead", "few_units", "names", "networks", "run", "softmax"]

DEMONSTRATIONS: Registry[Callable[[], dict[str, float]]] = Registry(
    "demonstration",
    [
        networks.linear_collapse,
        networks.relu_compositions,
        networks.step_fires_or_not,
        functions.sigmoid_squashes,
        functions.sigmoid_derivative,
        functions.tanh_bounded_centred,
        softmax.softmax_distribution,
        softmax.softmax_highlights,
        softmax.softmax_argmax,
        softmax.argmax_not_differentiable,
        softmax.softmax_not_uniform,
        softmax.softmax_translation,
        softmax.sigmoid_is_two_class_softmax,
        softmax.one_unit_softmax_bug,
        networks.accuracy_metric_misleads,
        outputs.keras_trains_another_pair,
        outputs.khot_gradient_returned,
        outputs.sigmoid_bottleneck,
        born_dead.born_dead,
    ],
)
names = DEMONSTRATIONS.names


def run(name: str) -> dict[str, float]:
    """Return check name -> measured value of a demonstration, the same every time."""
    return DEMONSTRATIONS.get(name)()
