"""A study: arms that are tuned alike, then judged on fresh seeds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from activation_study.engine.records.records import Records, Runs
from activation_study.experiment import DEFAULT_LEARNING_RATE, Experiment
from activation_study.studies.tuning import Tuning

OF_THE_STUDY = ("learning_rate", "seed", "evaluation")
"""Fields that a study itself gives to every run of an arm."""


@dataclass(frozen=True)
class Arm:
    """What a study compares: some fields of an experiment, and their values.

    Args:
        fields: Any fields but those that the study gives itself (``OF_THE_STUDY``).

    Raises:
        ValueError: A field is the study's own.
    """

    fields: Mapping[str, Any]

    def __post_init__(self) -> None:
        if own := [field for field in OF_THE_STUDY if field in self.fields]:
            raise ValueError(
                f"an arm received {', '.join(own)}, which a study gives to every arm alike; "
                f"accepted: the other fields of Experiment. State it in the study's tuning or seeds"
            )
        object.__setattr__(self, "fields", MappingProxyType(dict(self.fields)))

    def __hash__(self) -> int:
        return hash(frozenset(self.fields.items()))

    @property
    def name(self) -> str:
        """What varies, in words: "relu with softmax", "relu, depth 8".

        A hidden activation is called as the column ``hidden`` of a run calls it.
        """
        fields = dict(self.fields)
        words = []
        if "hidden" in fields:
            words.append(str(Experiment(hidden=fields.pop("hidden")).describe()["hidden"]))
            if "head" in fields:
                words[0] += f" with {fields.pop('head')}"
        words += [f"{field.replace('_', ' ')} {value}" for field, value in fields.items()]
        return ", ".join(words) or "reference"


def arms(**values: Iterable[Any]) -> tuple[Arm, ...]:
    """Every combination of the given values as an arm, the last field varying fastest."""
    return tuple(
        Arm(dict(zip(values, combination, strict=True)))
        for combination in itertools.product(*values.values())
    )


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

    Raises:
        ValueError: An arm has a field or a value that an experiment does not accept.
    """

    name: str | None
    arms: tuple[Arm, ...]
    base: Experiment
    tuning: Tuning
    seeds: Callable[[Arm], Iterable[int]]
    default_seeds: tuple[int, ...]
    tier: str = "full"

    def __post_init__(self) -> None:
        for arm in self.arms:
            # Here, where the arm is stated, and not in the midst of a sweep.
            self.base.replace(**arm.fields)

    def next_experiments(self, records: Records) -> list[Experiment]:
        """Everything that the study is known to need, given what is recorded.

        First the tuning grid; an arm whose tuning is complete adds either further rates (its best
        lies at an edge) or its evaluation.
        """
        wanted: list[Experiment] = []
        for arm, grid, rate in self._tuned(records):
            wanted += grid
            if rate is not None:
                wanted += self._at(arm, rate, self.seeds(arm)) + self._at_default(arm)
        return wanted

    def with_roles(self, runs: Runs, records: Records) -> Runs:
        """Says of every run its arm, and whether it chose a rate or is judged at which rate.

        The column ``arm`` holds the arm's name. Two arms share runs only where they are one
        experiment in two spellings; the first of them has the runs.
        """
        roles: dict[str, set[str]] = {"is_tuning": set(), "is_tuned": set(), "is_default": set()}
        names: dict[str, str] = {}
        for arm, grid, rate in self._tuned(records):
            tuned = [] if rate is None else self._at(arm, rate, self.seeds(arm))
            of_arm = {"is_tuning": grid, "is_tuned": tuned, "is_default": self._at_default(arm)}
            for role, experiments in of_arm.items():
                keys = {experiment.key for experiment in experiments}
                roles[role] |= keys
                names = dict.fromkeys(keys, arm.name) | names
        key = runs.summary["key"]
        columns = {role: key.isin(keys) for role, keys in roles.items()}
        arm_names = key.map(names).fillna("").astype(object)
        return replace(runs, summary=runs.summary.assign(arm=arm_names, **columns))

    def _tuned(self, records: Records) -> Iterator[tuple[Arm, list[Experiment], float | None]]:
        """Each arm with its tuning grid so far and its rate, None while that is open."""
        starts = [self.base.replace(**arm.fields) for arm in self.arms]
        known = records.summary(run for start in starts for run in self.tuning.grid(start))
        for arm, start in zip(self.arms, starts, strict=True):
            yield arm, *self.tuning.follow(start, known, records)

    def _at(self, arm: Arm, rate: float, seeds: Iterable[int]) -> list[Experiment]:
        return [
            self.base.replace(**arm.fields, learning_rate=rate, seed=seed, evaluation="test")
            for seed in seeds
        ]

    def _at_default(self, arm: Arm) -> list[Experiment]:
        return self._at(arm, DEFAULT_LEARNING_RATE, self.default_seeds)
