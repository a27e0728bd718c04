"""What is trained for a trial: the protocol of the book, in several settings, as one sweep."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from activation_study import studies
from activation_study.engine.records.records import Records, Roles, Runs
from activation_study.engine.sweeps.sweep import load
from activation_study.experiment import Experiment
from activation_study.settings import tier
from activation_study.studies import Study
from activation_study.studies.hidden_layers.rates import SGD_RATES
from activation_study.studies.protocol import INNER_RATES, study_of

REFERENCE = "relu"
"""What everything is held against: it is where everybody starts."""

MAIN = "the book's network"
DEEP, DESCENT, LITTLE, CNN = "8 layers", "plain descent", "1,000 images", "small CNN"

SMALL: dict[str, Any] = {"dataset": "mnist-5k", "epochs": 10}
SMALL_SEEDS = tuple(range(200, 205))
EXTENDS = True
"""At the quick tier: 3,500 images that ship with a dependency, few seeds, and whether a best rate
at an edge is followed beyond it."""


@dataclass(frozen=True)
class Plan:
    """The studies of a trial, by setting, as one plan for the runner.

    Attributes:
        hidden: the activation on trial, as an experiment takes it.
        studies: setting -> study.
    """

    hidden: Any
    studies: Mapping[str, Study]
    name: None = field(default=None, init=False)

    @property
    def tier(self) -> str:
        """The tier of its studies."""
        return self.studies[MAIN].tier

    @property
    def base(self) -> Experiment:
        """What the runs of the main setting have in common."""
        return self.studies[MAIN].base

    def roles(self, records: Records) -> Roles:
        """Everything that any of the studies is known to need: a run may have a role in each."""
        wanted: dict[str, Experiment] = {}
        for study in self.studies.values():
            wanted |= {each.key: each for each in study.next_experiments(records)}
        return Roles(list(wanted.values()))

    def load(self, records: Records) -> dict[str, Runs]:
        """Return what is recorded, by setting, each run with its role there."""
        return {name: load(study, records) for name, study in self.studies.items()}

    def most_missing(self, records: Records) -> int:
        """Return how many runs are still to be made, if no grid of rates is extended."""
        return sum(_most_missing(study, records) for study in self.studies.values())


def plan_of(hidden: Any, *, is_short: bool = False) -> Plan:
    """Return what is trained to try an activation at the tier of the environment.

    At the full tier the networks of the book's studies, on the same seeds, so that what is
    published of the other activations is not trained again. At the quick tier a small protocol on
    the packaged images, for which the other activations are trained, too.

    Args:
        hidden: the activation, as an experiment takes it.
        is_short: whether to leave out every setting but the first.
    """
    others = studies.IN_USE if tier() == "full" else studies.HEADLINE_ACTIVATIONS
    found = {MAIN: studies.trial([hidden, *others], has_curve=True)}
    if not is_short:
        tuned = functools.partial(
            study_of, None, criteria=("averaged_validation_accuracy",), has_default=False
        )
        pair = studies.arms(hidden=(hidden, REFERENCE))
        found |= {
            DEEP: tuned(studies.arms(hidden=(hidden, REFERENCE), depth=(8,)), rates=INNER_RATES,
                        epochs=5),
            DESCENT: tuned(pair, rates=SGD_RATES, optimizer="sgd", epochs=5),
            LITTLE: tuned(pair, rates=INNER_RATES, train_size=1_000, epochs=50),
            CNN: tuned(pair, rates=INNER_RATES, architecture="cnn", width=8, train_size=10_000,
                       epochs=3),
        }  # fmt: skip
    if tier() != "full":
        changes: dict[str, dict[str, Any]] = {
            LITTLE: {"train_size": 1_000, "epochs": 20},
            # A picture costs a small CNN ten times what it costs the others.
            CNN: {"train_size": 1_000, "epochs": 5},
        }
        found = {
            name: _small(study, changes.get(name, {}), is_main=name == MAIN)
            for name, study in found.items()
        }
    return Plan(hidden, found)


def _small(study: Study, changes: Mapping[str, Any], *, is_main: bool) -> Study:
    """Return a study on the packaged images: what differences of some size need to show."""
    rates = SGD_RATES if study.base.optimizer == "sgd" else INNER_RATES
    seeds = SMALL_SEEDS if is_main else SMALL_SEEDS[:3]
    tuning = replace(
        study.tuning, rates=rates if is_main else rates[1:], seeds=(10, 11), extends=EXTENDS
    )
    return replace(
        study,
        base=study.base.replace(**SMALL | dict(changes)),
        tuning=tuning,
        seeds=lambda arm: seeds,
        default_seeds=None if study.default_seeds is None else seeds,
        curve=seeds if is_main else (),
    )


def _most_missing(study: Study, records: Records) -> int:
    """Count what a study lacks, the evaluation of arms that are still being tuned with it."""
    known = study.next_experiments(records)
    missing = len(records.missing(known))
    for arm in study.arms:
        start = study.base.replace(**arm.fields)
        grid = study.tuning.grid(start)
        if len(records.summary(grid)) < len(grid):
            # The chosen rate is one of the curve's, which is known.
            missing += len({*study.seeds(arm)} - {*study.curve})
    return missing
