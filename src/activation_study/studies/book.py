"""The book's studies: one for each question, its grid stated once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from activation_study.catalogue import activations
from activation_study.registry import unknown_name
from activation_study.studies.protocol import HEADLINE_ACTIVATIONS, study_of
from activation_study.studies.study import Arm, Study, arms

LEFT_OUT = ("sparsemax_projection",)
"""Sorting every batch makes its runs about five times as long; Keras's own sparsemax, which sorts
as well and which people meet, is in the study."""


def core() -> Study:
    """Every catalogued hidden activation that can be trained, with softmax and sigmoid outputs.

    ``LEFT_OUT`` names the exception and its reason.
    """
    hidden = [
        name
        for name in activations.built_in_names()
        if activations.get(name).trainable and name not in LEFT_OUT
    ]
    return study_of("core", arms(hidden=hidden, head=("softmax", "sigmoid")), protocol=1)


def prior_bias() -> Study:
    """Sigmoid outputs with and without a bias that starts them at the classes' frequency.

    Without it the runs are those of the study ``core``.
    """
    heads = ("sigmoid", "sigmoid_prior")
    return study_of("prior-bias", arms(hidden=HEADLINE_ACTIVATIONS, head=heads), protocol=1)


def depth_by_activation() -> Study:
    """Whether activations that saturate lose more than ReLU where a network becomes deeper."""
    hidden = ("relu", "tanh", "sigmoid")
    return study_of("depth-by-activation", arms(hidden=hidden, depth=(2, 8)))


def scenes() -> Study:
    """Sigmoid and softmax where a picture has several labels, or none."""
    return study_of("scenes", arms(head=("sigmoid", "sigmoid_prior", "softmax")), task="scenes")


def balance() -> Study:
    """Hidden activations where the target is a number."""
    hidden = arms(hidden=("relu", "tanh", "sigmoid"))
    return study_of("balance", hidden, task="balance", head="linear_mse")


def network_variants() -> Study:
    """The reference network with one thing changed at a time: what a field does, tried live."""
    changes: list[dict[str, Any]] = [
        {"architecture": "cnn", "width": 16},
        {"normalization": "batch"},
        {"normalization": "layer"},
        {"initializer": "recommended"},
        {"bias_initial_value": 0.1},
        {"optimizer": "sgd"},
        {"label_noise": 0.2},
        {"train_size": 1000},
    ]
    return study_of("network-variants", map(Arm, [{}, *changes]))


STUDIES: dict[str, Callable[[], Study]] = {"core": core, "prior-bias": prior_bias}
"""The studies of the published record, each of which ``make study`` repeats."""

UNPUBLISHED: dict[str, Callable[[], Study]] = {
    "depth-by-activation": depth_by_activation,
    "scenes": scenes,
    "balance": balance,
    "network-variants": network_variants,
}
"""Studies that run like the others and that no claim rests on yet: a published one moves up."""


def get(name: str) -> Study:
    """Returns the study of a name at the tier of the environment.

    Raises:
        ValueError: There is no such study.
    """
    known = STUDIES | UNPUBLISHED
    if name not in known:
        raise unknown_name("study", name, known)
    return known[name]()
