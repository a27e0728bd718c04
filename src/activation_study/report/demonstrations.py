"""The numerical demonstrations, by the name that a claim's rule gives.

    run("softmax-translation")["max_change_float64"]

A demonstration measures; whether a measured value is small enough is the rule's to say, in
`data/claims.yml`. All of it is NumPy: judging these claims needs neither TensorFlow nor a dataset.
"""

from __future__ import annotations

from collections.abc import Callable

from activation_study.catalogue.lookup import unknown_name
from activation_study.report import (
    demonstrations_functions,
    demonstrations_networks,
    demonstrations_softmax,
)

_DEMONSTRATIONS: dict[str, Callable[[], dict[str, float]]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        demonstrations_networks.linear_collapse,
        demonstrations_networks.relu_compositions,
        demonstrations_networks.step_fires_or_not,
        demonstrations_functions.sigmoid_squashes,
        demonstrations_functions.sigmoid_derivative,
        demonstrations_functions.tanh_bounded_centred,
        demonstrations_softmax.softmax_distribution,
        demonstrations_softmax.softmax_highlights,
        demonstrations_softmax.softmax_argmax,
        demonstrations_softmax.argmax_not_differentiable,
        demonstrations_softmax.softmax_not_uniform,
        demonstrations_softmax.softmax_translation,
        demonstrations_softmax.sigmoid_is_two_class_softmax,
        demonstrations_softmax.one_unit_softmax_bug,
        demonstrations_networks.accuracy_metric_misleads,
    )
}


def names() -> tuple[str, ...]:
    """Return the names of all demonstrations."""
    return tuple(_DEMONSTRATIONS)


def run(name: str) -> dict[str, float]:
    """Run a demonstration; the same values come every time.

    Args:
        name: of a demonstration.

    Returns:
        Check name -> measured value.

    Raises:
        ValueError: there is no such demonstration; names the accepted ones and the nearest.
    """
    if name not in _DEMONSTRATIONS:
        raise unknown_name("demonstration", name, names())
    return _DEMONSTRATIONS[name]()
