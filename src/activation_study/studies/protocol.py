"""The book's protocol: what the studies of a round share, once for each tier."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from activation_study.catalogue import activations
from activation_study.experiment import Experiment
from activation_study.settings import tier
from activation_study.studies.study import Arm, Study, arms
from activation_study.studies.tuning import Tuning

HEADLINE_ACTIVATIONS = activations.HEADLINE
RATES = (1e-4, 3.16e-4, 1e-3, 3.16e-3, 1e-2, 3.16e-2, 1e-1)
"""Half decades about Keras's default rate for Adam."""


def _more_for_the_headline(arm: Arm) -> Iterable[int]:
    return range(100, 130 if arm.fields.get("hidden") in HEADLINE_ACTIVATIONS else 110)


# 784-128-128-10, Adam, batches of 128, 10 epochs of full MNIST, Glorot uniform kernels. No seed of
# one round is used in the other.
FIRST_ROUND = Study(
    name=None,
    arms=(),
    base=Experiment(protocol=1),
    tuning=Tuning(rates=RATES, seeds=(0, 1, 2), pairs=False),
    seeds=_more_for_the_headline,
    default_seeds=tuple(range(100, 110)),
)
SECOND_ROUND = Study(
    name=None,
    arms=(),
    base=Experiment(),
    tuning=Tuning(rates=RATES, seeds=(10, 11, 12)),
    seeds=lambda arm: range(200, 210),
    curve=tuple(range(200, 210)),
)


def _thinned(round_: Study) -> Study:
    """Two rates, two seeds, two epochs on few images: it exercises the code, and finds nothing."""
    tuning = replace(
        round_.tuning, rates=(1e-3, 1e-2), seeds=round_.tuning.seeds[:2], extends=False
    )
    return replace(
        round_,
        base=round_.base.replace(dataset="mnist-5k", epochs=2),
        tuning=tuning,
        seeds=lambda arm: tuple(round_.seeds(arm))[:2],
        default_seeds=round_.default_seeds[:2],
        curve=round_.curve[:2],
        tier="quick",
    )


def study_of(
    name: str | None,
    arms: Iterable[Arm],
    *,
    like: Study = SECOND_ROUND,
    criteria: Iterable[str] = (),
    has_curve: bool = False,
    **base: Any,
) -> Study:
    """Arms by the protocol, at the tier of the environment.

    Args:
        name: Name of the study, or None.
        arms: What is compared.
        like: What the studies of a round share.
        criteria: For what the rates are chosen; by default for the metric of the task's rule, of
            the averaged and of the last weights (the first round had these alone).
        has_curve: Whether the arms are judged at every rate, too.
        **base: Fields in which all arms differ from the reference network.

    Raises:
        ValueError: An arm, a field or a criterion is not accepted, or there is no such tier.
    """
    protocol = like if tier() == "full" else _thinned(like)
    start = protocol.base.replace(**base)
    metric = f"validation_{start.parts.task.tuning.metric}"
    readings = (metric,) if start.protocol == 1 else (f"averaged_{metric}", metric)
    return replace(
        protocol,
        name=name,
        arms=tuple(arms),
        base=start,
        tuning=replace(protocol.tuning, criteria=tuple(criteria) or readings),
        curve=protocol.curve if has_curve else (),
    )


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
