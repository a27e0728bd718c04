"""The book's protocol: what all of its studies share, once for each tier."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from activation_study.catalogue import activations
from activation_study.experiment import Experiment
from activation_study.settings import tier
from activation_study.studies.study import Arm, Study, arms
from activation_study.studies.tuning import Tuning

TUNING_SEEDS = (0, 1, 2)
EVALUATION_SEEDS = tuple(range(100, 110))
HEADLINE_SEEDS = tuple(range(100, 130))
HEADLINE_ACTIVATIONS = activations.HEADLINE
RATES = (1e-4, 3.16e-4, 1e-3, 3.16e-3, 1e-2, 3.16e-2, 1e-1)
"""Half decades about Keras's default rate for Adam."""


def _more_for_the_headline(
    headline: tuple[int, ...], others: tuple[int, ...]
) -> Callable[[Arm], tuple[int, ...]]:
    return lambda arm: headline if arm.fields.get("hidden") in HEADLINE_ACTIVATIONS else others


PROTOCOLS = {
    # 784-128-128-10, Adam, batches of 128, 10 epochs of full MNIST, Glorot uniform kernels.
    "full": Study(
        name=None,
        arms=(),
        base=Experiment(),
        tuning=Tuning(rates=RATES, seeds=TUNING_SEEDS),
        seeds=_more_for_the_headline(HEADLINE_SEEDS, EVALUATION_SEEDS),
        default_seeds=EVALUATION_SEEDS,
    ),
    "quick": Study(
        name=None,
        arms=(),
        base=Experiment(dataset="mnist-5k", epochs=2),
        tuning=Tuning(rates=(1e-3, 1e-2), seeds=(0, 1), extends=False),
        seeds=lambda arm: (100, 101),
        default_seeds=(100, 101),
        tier="quick",
    ),
}
"""Tier to a study without arms: what is the same for all arms of a tier."""


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
    return replace(protocol, name=name, arms=tuple(arms), base=protocol.base.replace(**base))


def trial(
    hidden: str | Callable[..., Any] | Iterable[str | Callable[..., Any]],
    heads: str | Iterable[str] = ("softmax",),
) -> Study:
    """Hidden activations of your own choice, one's own among them, by the protocol of the book.

    Each is tuned alike and judged on fresh seeds; what the studies of the book have recorded of
    them is not trained again. It has no name, and is not published.

    Args:
        hidden: Names of the catalogue or registered ones, or functions.
        heads: Output heads, each of which is combined with each activation.

    Raises:
        ValueError: No activation or head, or an unknown one.
    """
    functions = [hidden] if isinstance(hidden, str) or callable(hidden) else list(hidden)
    outputs = [heads] if isinstance(heads, str) else list(heads)
    if not functions or not outputs:
        raise ValueError(
            f"trial() received {len(functions)} activations and {len(outputs)} heads; accepted: at "
            "least one of each"
        )
    return study_of(None, arms(hidden=functions, head=outputs))
