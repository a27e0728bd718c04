"""The studies: one for each question, its grid stated once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from activation_study.catalogue import activations
from activation_study.engine.records.records import Records, Runs
from activation_study.experiment import DEFAULT_LEARNING_RATE, Experiment
from activation_study.registry import unknown_name
from activation_study.studies.tuning import Arm, Tuning

TIER_VARIABLE = "ACTIVATION_STUDY_TIER"
TIERS = ("full", "quick")

TUNING_SEEDS = (0, 1, 2)
EVALUATION_SEEDS = tuple(range(100, 110))
HEADLINE_SEEDS = tuple(range(100, 130))
HEADLINE_ACTIVATIONS = ("relu", "tanh", "sigmoid", "elu", "gelu")
RATES = (1e-4, 3.16e-4, 1e-3, 3.16e-3, 1e-2, 3.16e-2, 1e-1)
"""Half decades about Keras's default rate for Adam."""


LEFT_OUT = ("sparsemax_projection",)
"""Sorting every batch makes its runs about five times as long; Keras's own sparsemax, which sorts
as well and which people meet, is in the study."""


def tier() -> str:
    """Returns the tier that the environment asks for: ``full`` (the record) or ``quick``.

    Raises:
        ValueError: The environment variable ``ACTIVATION_STUDY_TIER`` holds another word.
    """
    asked = os.environ.get(TIER_VARIABLE, "full")
    if asked not in TIERS:
        raise unknown_name(f"tier in {TIER_VARIABLE}", asked, TIERS)
    return asked


@dataclass(frozen=True)
class Study:
    """The experiments that answer one question: arms, each tuned alike, then judged on fresh seeds.

    Args:
        name: Names the study's folder in the record; None for one that is not published.
        arms: What is compared; each arm gets the same tuning budget.
        base: Fields that are the same for all arms, seeds and rates.
        tuning: How the learning rate of an arm is chosen.
        seeds: Evaluation seeds of an arm, by arm.
        default_seeds: Evaluation seeds at Keras's default rate.
        tier: ``"full"`` or ``"quick"``.
    """

    name: str | None
    arms: tuple[Arm, ...]
    base: Experiment
    tuning: Tuning
    seeds: Callable[[Arm], Iterable[int]]
    default_seeds: tuple[int, ...]
    tier: str = "full"

    def next_experiments(self, records: Records) -> list[Experiment]:
        """Everything that the study is known to need, given what is recorded.

        First the tuning grid; an arm whose tuning is complete adds either further rates (its best
        lies at an edge) or its evaluation.
        """
        wanted: list[Experiment] = []
        for arm, grid, rate in self._tuned(records):
            wanted += grid
            if rate is not None:
                wanted += self._evaluation(arm, rate)
        return wanted

    def with_roles(self, runs: Runs, records: Records) -> Runs:
        """Says of every run whether it chose a rate or is judged at the tuned or default rate."""
        roles: dict[str, set[str]] = {"is_tuning": set(), "is_tuned": set(), "is_default": set()}
        for arm, grid, rate in self._tuned(records):
            roles["is_tuning"] |= {experiment.key for experiment in grid}
            if rate is not None:
                roles["is_tuned"] |= {run.key for run in self._at(arm, rate, self.seeds(arm))}
            default = self._at(arm, DEFAULT_LEARNING_RATE, self.default_seeds)
            roles["is_default"] |= {run.key for run in default}
        columns = {role: runs.summary["key"].isin(keys) for role, keys in roles.items()}
        return replace(runs, summary=runs.summary.assign(**columns))

    def _tuned(self, records: Records) -> Iterable[tuple[Arm, list[Experiment], float | None]]:
        """Each arm with its tuning grid so far and its rate, None while that is open."""
        planned = [
            experiment for arm in self.arms for experiment in self.tuning.grid(self.base, arm)
        ]
        known = records.summary(planned)
        for arm in self.arms:
            yield arm, *self.tuning.follow(self.base, arm, known, records)

    def _evaluation(self, arm: Arm, rate: float) -> list[Experiment]:
        return [
            *self._at(arm, rate, self.seeds(arm)),
            *self._at(arm, DEFAULT_LEARNING_RATE, self.default_seeds),
        ]

    def _at(self, arm: Arm, rate: float, seeds: Iterable[int]) -> list[Experiment]:
        return [
            self.base.replace(**arm.fields, learning_rate=rate, seed=seed, evaluation="test")
            for seed in seeds
        ]


def core() -> Study:
    """Every catalogued hidden activation that can be trained, with softmax and sigmoid outputs.

    ``LEFT_OUT`` names the exception and its reason.
    """
    return _of_reference_network(
        "core",
        (
            Arm(hidden=hidden, head=head)
            for hidden in activations.built_in_names()
            if activations.get(hidden).trainable and hidden not in LEFT_OUT
            for head in ("softmax", "sigmoid")
        ),
    )


def prior_bias() -> Study:
    """Sigmoid outputs with and without a bias that starts them at the classes' frequency.

    Without it the runs are those of the study ``core``.
    """
    return _of_reference_network(
        "prior-bias",
        (
            Arm(hidden=hidden, head=head)
            for hidden in HEADLINE_ACTIVATIONS
            for head in ("sigmoid", "sigmoid_prior")
        ),
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
    arms = [Arm(hidden=function, head=head) for function in functions for head in outputs]
    for arm in arms:
        # Here, where the name is given, and not in the midst of a sweep.
        Experiment(**arm.fields)
    if not arms:
        raise ValueError(
            f"trial() received {len(functions)} activations and {len(outputs)} heads; accepted: at "
            "least one of each"
        )
    return _of_reference_network(None, arms)


def _of_reference_network(name: str | None, arms: Iterable[Arm]) -> Study:
    """Arms by the protocol, at the tier of the environment.

    784-128-128-10, Adam, batches of 128, 10 epochs of full MNIST, Glorot uniform kernels.
    """
    if tier() == "quick":
        return Study(
            name=name,
            arms=tuple(arms),
            base=Experiment(dataset="mnist-5k", epochs=QUICK_EPOCHS),
            tuning=Tuning(rates=(1e-3, 1e-2), seeds=(0, 1), extends=False),
            seeds=lambda arm: (100, 101),
            default_seeds=(100, 101),
            tier="quick",
        )
    return Study(
        name=name,
        arms=tuple(arms),
        base=Experiment(),
        tuning=Tuning(rates=RATES, seeds=TUNING_SEEDS),
        seeds=lambda arm: (
            HEADLINE_SEEDS if arm.hidden in HEADLINE_ACTIVATIONS else EVALUATION_SEEDS
        ),
        default_seeds=EVALUATION_SEEDS,
    )


QUICK_EPOCHS = 2

STUDIES: dict[str, Callable[[], Study]] = {"core": core, "prior-bias": prior_bias}


def get(name: str) -> Study:
    """Returns the study of a name at the tier of the environment.

    Raises:
        ValueError: There is no such study.
    """
    if name not in STUDIES:
        raise unknown_name("study", name, STUDIES)
    return STUDIES[name]()
