"""The book's protocol: what all of its studies share, once for each tier."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from activation_study.catalogue import activations
from activation_study.experiment import Experiment
from activation_study.settings import tier
from activation_study.studies.study import Arm, Study
from activation_study.studies.tuning import Tuning

TUNING_SEEDS = (0, 1, 2)
EVALUATION_SEEDS = tuple(range(100, 110))
HEADLINE_SEEDS = tuple(range(100, 130))
HEADLINE_ACTIVATIONS = activations.HEADLINE
RATES = (1e-4, 3.16e-4, 1e-3, 3.16e-3, 1e-2, 3.16e-2, 1e-1)
"""Half decades about Keras's default rate for Adam."""


@dataclass(frozen=True)
class Protocol:
    """What is the same for all arms of a tier.

    Args:
        base: The network and its training.
        tuning: How an arm's learning rate is chosen.
        seeds: Evaluation seeds, at the tuned rate and at the default one.
        headline_seeds: Evaluation seeds at the tuned rate of ``HEADLINE_ACTIVATIONS``.
    """

    base: Experiment
    tuning: Tuning
    seeds: tuple[int, ...]
    headline_seeds: tuple[int, ...]


PROTOCOLS = {
    # 784-128-128-10, Adam, batches of 128, 10 epochs of full MNIST, Glorot uniform kernels.
    "full": Protocol(
        base=Experiment(),
        tuning=Tuning(rates=RATES, seeds=TUNING_SEEDS),
        seeds=EVALUATION_SEEDS,
        headline_seeds=HEADLINE_SEEDS,
    ),
    "quick": Protocol(
        base=Experiment(dataset="mnist-5k", epochs=2),
        tuning=Tuning(rates=(1e-3, 1e-2), seeds=(0, 1), extends=False),
        seeds=(100, 101),
        headline_seeds=(100, 101),
    ),
}


def study_of(name: str | None, arms: Iterable[Arm], **base: Any) -> Study:
    """Arms by the protocol, at the tier of the environment.

    Args:
        name: Name of the study, or None.
        arms: What is compared.
        **base: Fields in which all arms differ from the reference network.

    Raises:
        ValueError: An arm or a field is not accepted, or there is no such tier.
    """
    protocol = PROTOCOLS[tier()]

    def seeds(arm: Arm) -> tuple[int, ...]:
        is_headline = arm.fields.get("hidden") in HEADLINE_ACTIVATIONS
        return protocol.headline_seeds if is_headline else protocol.seeds

    return Study(
        name=name,
        arms=tuple(arms),
        base=protocol.base.replace(**base),
        tuning=protocol.tuning,
        seeds=seeds,
        default_seeds=protocol.seeds,
        tier=tier(),
    )
