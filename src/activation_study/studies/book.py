"""The book's studies: one for each question, its grid stated once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from activation_study.catalogue import activations
from activation_study.registry import unknown_name
from activation_study.studies import hidden_layers, output_layers
from activation_study.studies.protocol import (
    FIRST_ROUND,
    HEADLINE_ACTIVATIONS,
    INNER_RATES,
    study_of,
)
from activation_study.studies.study import Arm, Study, arms

HEADS = ("softmax", "sigmoid")

LEFT_OUT = ("sparsemax_projection",)
"""Sorting every batch makes its runs about five times as long; Keras's own sparsemax, which sorts
as well and which people meet, is in the study."""


AFTER_THE_FIRST_ROUND = ("relu_centred", "softmax_times_width")
"""Functions that entered the catalogue when the first round had run, which thus lacks them."""

OF_OTHER_STUDIES = ("relu_centred", "softmax_times_width", "sparsemax")
"""In no study of the catalogue's second round: two that studies of hidden layers try, and one that
sorts every batch, whose runs take about five times as long; the first round has it."""

IN_USE = (
    *("relu", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu", "mish", "hard_silu"),
    *("softplus", "tanh", "sigmoid"),
)
"""The hidden activations that people use."""

FOR_COMPARISON = ("sigmoid_minus_half", "scaled_sigmoid", "celu")
"""Two between sigmoid and tanh, each of which changes one thing; one that equals ELU."""

BY_QUALITY_AND_SPEED = (
    *("averaged_validation_accuracy", "validation_accuracy", "averaged_validation_nll"),
    "area_after_first_epoch",
)


def _trainable() -> list[str]:
    return [
        name
        for name in activations.built_in_names()
        if activations.get(name).trainable and name not in LEFT_OUT
    ]


def core() -> Study:
    """First round: what can be trained of the catalogue, with softmax and sigmoid outputs.

    2,558 runs. ``LEFT_OUT`` names the exception and its reason.
    """
    hidden = [name for name in _trainable() if name not in AFTER_THE_FIRST_ROUND]
    return study_of("core", arms(hidden=hidden, head=HEADS), like=FIRST_ROUND)


def prior_bias() -> Study:
    """First round: sigmoid outputs with and without a bias that starts them at the frequency.

    540 runs; the 275 without it are those of the study ``core``.
    """
    heads = ("sigmoid", "sigmoid_prior")
    return study_of("prior-bias", arms(hidden=HEADLINE_ACTIVATIONS, head=heads), like=FIRST_ROUND)


def heads_2() -> Study:
    """Softmax or sigmoid outputs, with the five hidden activations of the headline?

    Each arm's whole rate curve is judged: 210 tuning runs and 700 evaluation runs.
    """
    return study_of(
        "heads-2",
        arms(hidden=HEADLINE_ACTIVATIONS, head=HEADS),
        criteria=BY_QUALITY_AND_SPEED,
        has_curve=True,
    )


def averaging() -> Study:
    """Do sigmoid outputs end ahead of softmax where the rate falls to 0?

    210 tuning runs, and 10 evaluation runs an arm and rate; the runs with a constant rate are those
    of ``heads-2``.
    """
    return study_of(
        "averaging",
        arms(hidden=HEADLINE_ACTIVATIONS, head=HEADS, rate_decay=("linear",)),
    )


def prior_bias_2() -> Study:
    """What is a bias worth that starts sigmoid outputs at the frequency of the classes?

    105 tuning runs and 350 evaluation runs of the curves; without the bias the runs are those of
    ``heads-2``.
    """
    return study_of(
        "prior-bias-2",
        arms(hidden=HEADLINE_ACTIVATIONS, head=("sigmoid", "sigmoid_prior")),
        criteria=BY_QUALITY_AND_SPEED,
        has_curve=True,
    )


def core_2() -> Study:
    """Which of the hidden activations that people use, and at which rates?

    Each arm's whole rate curve is judged. 630 tuning runs and 2,100 evaluation runs of the curves,
    a third of them, those of the headline, the runs of ``heads-2``.
    """
    return study_of(
        "core-2",
        arms(hidden=(*IN_USE, *FOR_COMPARISON), head=HEADS),
        criteria=BY_QUALITY_AND_SPEED,
        has_curve=True,
    )


def catalogue_2() -> Study:
    """How do the hidden activations of the catalogue do that hardly anybody uses?

    All that can be trained and are not in ``core-2``, but for ``OF_OTHER_STUDIES``. 432 tuning
    runs, and 10 evaluation runs an arm and rate.
    """
    elsewhere = {*IN_USE, *FOR_COMPARISON, *OF_OTHER_STUDIES}
    others = [name for name in _trainable() if name not in elsewhere]
    return study_of(
        "catalogue-2", arms(hidden=others, head=HEADS), rates=INNER_RATES, has_default=False
    )


def depth_by_activation() -> Study:
    """Whether activations that saturate lose more than ReLU where a network becomes deeper."""
    hidden = ("relu", "tanh", "sigmoid")
    return study_of("depth-by-activation", arms(hidden=hidden, depth=(2, 8)))


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


ROUNDS: tuple[dict[str, Callable[[], Study]], ...] = (
    {"core": core, "prior-bias": prior_bias},
    {
        "heads-2": heads_2,
        "averaging": averaging,
        "prior-bias-2": prior_bias_2,
        "core-2": core_2,
        "catalogue-2": catalogue_2,
        **output_layers.STUDIES,
        **hidden_layers.STUDIES,
    },
)
"""Studies that claims rest on, in the order in which they run; ``make study`` repeats the last
round."""

STUDIES = ROUNDS[0] | ROUNDS[1]
"""Those of both rounds."""

IN_PROGRESS: tuple[str, ...] = ()
"""Published as far as they have run, so that ``run`` goes on from there; no claim is judged by what
they lack."""

UNPUBLISHED: dict[str, Callable[[], Study]] = {
    "depth-by-activation": depth_by_activation,
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
