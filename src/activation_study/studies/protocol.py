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

INNER_RATES = RATES[1:5]
"""Where the first round's best rates lay. A best one at an edge is followed beyond it, so these
choose what all of them would choose, where a curve has one hump."""


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


def _thinned(study: Study) -> Study:
    """Two seeds, at most two epochs on few images: it exercises the code, and finds nothing.

    Two rates and two tuning seeds where a study has a curve, else one of each.
    """
    tuning, middle = study.tuning, len(study.tuning.rates) // 2
    if study.curve:
        rates = tuning.rates[middle - 1 : middle + 2 : 2 if middle > 1 else 1]
    else:
        rates = (tuning.rates[middle],)
    own = study.default_seeds
    return replace(
        study,
        base=study.base.replace(
            dataset="mnist-5k", epochs=min(2, study.base.epochs), train_size=None
        ),
        tuning=replace(tuning, rates=rates, seeds=tuning.seeds[: len(rates)], extends=False),
        seeds=lambda arm: tuple(study.seeds(arm))[:2],
        default_seeds=None if own is None else own[:2],
        curve=study.curve[:2],
        tier="quick",
    )


def study_of(
    name: str | None,
    arms: Iterable[Arm],
    *,
    like: Study = SECOND_ROUND,
    criteria: Iterable[str] = (),
    rates: Iterable[float] = (),
    has_curve: bool = False,
    has_default: bool = True,
    is_tuned: bool = True,
    num_seeds: int | None = None,
    evaluation: str = "test",
    **base: Any,
) -> Study:
    """Arms by the protocol, at the tier of the environment.

    Args:
        name: Name of the study, or None.
        arms: What is compared.
        like: What the studies of a round share.
        criteria: For what the rates are chosen; by default for the metric of the task's rule, of
            the averaged and of the last weights (the first round had these alone).
        rates: Where the tuning begins, ascending; by default half decades from 1e-4 to 0.1.
        has_curve: Whether the arms are judged at every rate, too.
        has_default: Whether they are judged at Keras's default rate, too.
        is_tuned: Whether a rate is chosen for each arm, by as many seeds as the round has; else one
            run a rate is made, and the arms are judged over the whole curve. Of one rate alone none
            is chosen.
        num_seeds: Evaluation seeds of an arm, where it is not the round's number.
        evaluation: What the judged runs are tested on.
        **base: Fields in which all arms differ from the reference network.

    Raises:
        ValueError: An arm, a field or a criterion is not accepted, or there is no such tier.
    """
    arms = tuple(arms)
    fields = dict(arms[0].fields) if arms else {}
    if "task" in fields | base:
        # Not every head can be asked what every task asks.
        base = {name: fields[name] for name in ("task", "head") if name in fields} | base
    start = like.base.replace(**base)
    metric = f"validation_{start.parts.task.tuning.metric}"
    readings = (metric,) if start.protocol == 1 else (f"averaged_{metric}", metric)
    tuning = replace(like.tuning, criteria=tuple(criteria) or readings)
    if rates := tuple(rates):
        is_tuned = is_tuned and len(rates) > 1
        seeds = tuning.seeds if is_tuned else tuning.seeds[:1]
        tuning = replace(tuning, rates=rates, seeds=seeds, extends=is_tuned)
    study = replace(
        like,
        name=name,
        arms=arms,
        base=start,
        tuning=tuning,
        curve=like.curve[:num_seeds] if has_curve else (),
        default_seeds=like.default_seeds if has_default else (),
        evaluation=evaluation,
    )
    if num_seeds is not None:
        first = min(like.seeds(study.arms[0]))
        study = replace(study, seeds=lambda arm: range(first, first + num_seeds))
    return study if tier() == "full" else _thinned(study)


def trial(
    hidden: str | Callable[..., Any] | Iterable[str | Callable[..., Any]],
    heads: str | Iterable[str] = ("softmax",),
    *,
    has_curve: bool = False,
) -> Study:
    """Hidden activations of your own choice, one's own among them, by the protocol of the book.

    Each is tuned alike and judged on fresh seeds; what the studies of the book have recorded of
    them is not trained again. It has no name, and is not published.

    Args:
        hidden: Names of the catalogue or registered ones, or functions.
        heads: Output heads, each of which is combined with each activation.
        has_curve: Whether they are judged at every rate, too.

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
    return study_of(None, arms(hidden=functions, head=outputs), has_curve=has_curve)
