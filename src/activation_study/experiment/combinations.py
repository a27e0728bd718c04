"""What fields of an experiment accept only together with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activation_study.catalogue import heads
from activation_study.experiment.fields import DEFAULT_LEARNING_RATE, GAINS, MOST_CONVOLUTIONS

if TYPE_CHECKING:
    from activation_study.experiment.description import Experiment


def check_together(experiment: Experiment) -> None:
    """Refuses fields that do not go together.

    Raises:
        ValueError: Says which, what was received and what is accepted.
    """
    for check in (_network, _task, _initial_weights, _slope, _second_phase):
        check(experiment)


def _network(experiment: Experiment) -> None:
    if experiment.architecture == "cnn" and not 1 <= experiment.depth <= MOST_CONVOLUTIONS:
        raise ValueError(
            f"depth must be from 1 to {MOST_CONVOLUTIONS} where architecture='cnn', since each "
            f"convolution halves the image; received {experiment.depth}"
        )


def _task(experiment: Experiment) -> None:
    task, head = experiment.parts.task, experiment.parts.head
    kind, number = task.targets, task.num_outputs
    if not head.fits(kind, number):
        able = [name for name in heads.names() if heads.get(name).fits(kind, number)]
        raise ValueError(
            f"head={experiment.head!r} cannot be read as {kind} with K = {number}, which "
            f"task={experiment.task!r} asks for; accepted: {', '.join(able)}"
        )
    if experiment.label_noise and task.corrupt is None:
        raise ValueError(
            f"label_noise must be 0 where task={experiment.task!r}, which knows no wrong labels; "
            f"received {experiment.label_noise}"
        )
    if experiment.evaluation == "beyond" and task.measures.beyond is None:
        raise ValueError(
            f"evaluation='beyond' needs a task with one right label, whose measures know of "
            f"unknown images; received task={experiment.task!r}, whose targets are "
            f"{task.targets}: use evaluation='test'"
        )
    if experiment.negatives and task.targets != "one label":
        raise ValueError(
            f"negatives must be 0 where task={experiment.task!r}, whose targets are "
            f"{task.targets}; received {experiment.negatives}"
        )


def _initial_weights(experiment: Experiment) -> None:
    name, hidden = experiment.initializer, experiment.activation
    if name == "pytorch" and experiment.bias_initial_value:
        raise ValueError(
            f"bias_initial_value must be 0 where initializer='pytorch', which draws biases; "
            f"received {experiment.bias_initial_value}"
        )
    is_of_many = hidden.kind == "layerwise" or hidden.mixes_units or hidden.width_factor > 1
    if name in GAINS and is_of_many:
        raise ValueError(
            f"initializer={name!r} needs a hidden activation whose outputs depend on one score "
            f"each; received hidden={hidden.name!r}"
        )
    if name == "centred_gain" and experiment.architecture == "cnn":
        raise ValueError(
            "initializer='centred_gain' knows no convolutions, whose zeros about an image have "
            "no mean to take off; use 'gain', or architecture='mlp'"
        )
    if experiment.dead_share and experiment.normalization != "none":
        raise ValueError(
            f"dead_share must be 0 where normalization={experiment.normalization!r}, which takes "
            f"off what a bias adds; received {experiment.dead_share}"
        )


def _slope(experiment: Experiment) -> None:
    if experiment.slope == "own":
        return
    if experiment.activation.kind != "elementwise":
        raise ValueError(
            f"slope must be 'own' where the hidden activation is not elementwise; received "
            f"slope={experiment.slope!r} with hidden={experiment.activation.name!r}"
        )
    if experiment.dead_share:
        raise ValueError(
            f"slope must be 'own' where dead_share is not 0, since units that are dead could learn "
            f"by another; received {experiment.slope!r}"
        )


def _second_phase(experiment: Experiment) -> None:
    phase, epochs = experiment.second_phase, experiment.second_epochs
    if phase == "none":
        if epochs or experiment.second_learning_rate != DEFAULT_LEARNING_RATE:
            raise ValueError(
                f"second_epochs and second_learning_rate need a second_phase; received {epochs} "
                f"and {experiment.second_learning_rate:g} with second_phase='none'"
            )
        return
    if not epochs:
        raise ValueError(
            f"second_epochs must be 1 or more where second_phase={phase!r}; received 0"
        )
    if experiment.rate_decay != "none":
        raise ValueError(
            f"rate_decay must be 'none' where second_phase={phase!r}, which has a rate of its own; "
            f"received {experiment.rate_decay!r}"
        )
    is_plain = experiment.architecture == "mlp" and experiment.normalization == "none"
    is_elementwise = experiment.activation.kind == "elementwise"
    if phase != "lower_rate" and not (is_plain and is_elementwise):
        raise ValueError(
            f"second_phase={phase!r} needs architecture='mlp', normalization='none' and an "
            f"elementwise hidden activation; received {experiment.architecture!r}, "
            f"{experiment.normalization!r} and hidden={experiment.activation.name!r}"
        )
