"""A study: arms that are tuned alike, then judged on fresh seeds."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from activation_study.engine.records.records import ROLES, TUNED_FOR, Records, Roles
from activation_study.experiment import Experiment
from activation_study.experiment.fields import DEFAULT_RATES
from activation_study.measures.metrics import metric_of
from activation_study.registry import unknown_name
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
        tuning: How the learning rates of an arm are chosen: one for each criterion.
        seeds: Evaluation seeds of an arm at the chosen rates, by arm.
        default_seeds: Evaluation seeds at Keras's default rate; None for those of the arm.
        curve: Evaluation seeds at every rate of the unextended grid; none for no such curve.
        evaluation: What the judged runs are tested on: ``"test"`` or ``"beyond"``.
        tier: ``"full"`` or ``"quick"``.

    Raises:
        ValueError: An arm has a field or a value that an experiment does not accept, a criterion
            is no measure of the validation part, or no test is read.
    """

    name: str | None
    arms: tuple[Arm, ...]
    base: Experiment
    tuning: Tuning
    seeds: Callable[[Arm], Iterable[int]]
    default_seeds: tuple[int, ...] | None = None
    curve: tuple[int, ...] = ()
    evaluation: str = "test"
    tier: str = "full"

    def __post_init__(self) -> None:
        if self.evaluation == "validation":
            raise ValueError(
                "a study received evaluation='validation', which is that of its tuning runs alone; "
                "accepted: 'test' and 'beyond'"
            )
        for arm in self.arms:
            # Here, where the arm is stated, and not in the midst of a sweep.
            self.base.replace(**arm.fields, evaluation=self.evaluation)
        accepted = [
            name
            for name in self.base.parts.task.measures.summary
            if metric_of(name).better and "test_" not in name
        ]
        for criterion in self.tuning.criteria:
            if criterion not in accepted:
                raise unknown_name("criterion", criterion, accepted)

    def next_experiments(self, records: Records) -> list[Experiment]:
        """Everything that the study is known to need, given what is recorded, each once."""
        return self.roles(records).experiments

    def roles(self, records: Records) -> Roles:
        """What the study is known to need, given what is recorded, and what each of it is for.

        At once the tuning grid and what is judged whatever it chooses, so that one compiled graph
        serves both; an arm whose tuning is complete for all criteria adds its evaluation at the
        chosen rates, another further rates (the best of a criterion lies at an edge).
        """
        criteria = self.tuning.criteria_of(self.base)
        names = (*ROLES, *(f"{TUNED_FOR}{criterion}" for criterion in criteria))
        keys: dict[str, set[str]] = {name: set() for name in names}
        wanted: dict[str, Experiment] = {}
        arm_names: dict[str, str] = {}
        for arm, of_role in self._of_arms(records):
            for role, experiments in of_role.items():
                of_them = {experiment.key: experiment for experiment in experiments}
                keys[role] |= of_them.keys()
                wanted |= of_them
                arm_names = dict.fromkeys(of_them, arm.name) | arm_names
        return Roles(list(wanted.values()), keys, arm_names)

    def _of_arms(self, records: Records) -> Iterator[tuple[Arm, dict[str, list[Experiment]]]]:
        """Each arm with its experiments by role; none are tuned while its tuning is open."""
        starts = [self.base.replace(**arm.fields) for arm in self.arms]
        grids = (run for start in starts for run in self.tuning.grid(start))
        known = records.summary(grids, self.tuning.columns_of(self.base))
        for arm, start in zip(self.arms, starts, strict=True):
            grid, rates = self.tuning.follow(start, known, records)
            of_role = {"is_tuning": grid}
            seeds = tuple(self.seeds(arm))
            start = start.replace(evaluation=self.evaluation)
            if rates:
                at = {rate: _evaluations(start, [rate], seeds) for rate in set(rates.values())}
                of_role |= {f"{TUNED_FOR}{name}": at[rate] for name, rate in rates.items()}
                of_role["is_tuned"] = at[next(iter(rates.values()))]
            default_rate = DEFAULT_RATES[start.optimizer]
            default_seeds = seeds if self.default_seeds is None else self.default_seeds
            of_role["is_default"] = _evaluations(start, [default_rate], default_seeds)
            of_role["is_curve"] = _evaluations(start, self.tuning.rates, self.curve)
            yield arm, of_role


def _evaluations(
    start: Experiment, rates: Iterable[float], seeds: Iterable[int]
) -> list[Experiment]:
    """The runs of an arm that read the test set, at each rate with each seed."""
    return [
        start.replace(learning_rate=rate, seed=seed)
        for rate, seed in itertools.product(rates, seeds)
    ]
