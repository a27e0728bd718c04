"""What a sweep wants: a study as the runner sees it, or a plain list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from activation_study.engine.records.records import Records, Runs
from activation_study.experiment import Experiment
from activation_study.registry import shown


class Plan(Protocol):
    """A study as the runner sees it: what it wants next depends on what is recorded."""

    @property
    def name(self) -> str | None:
        """Name of the study, None for a plain list."""

    @property
    def tier(self) -> str:
        """``"full"`` or ``"quick"``."""

    def next_experiments(self, records: Records) -> list[Experiment]:
        """Everything that the study is known to need, recorded or not."""

    def with_roles(self, runs: Runs, records: Records) -> Runs:
        """Fills the role columns of the summary."""


def plan_of(what: Plan | Iterable[Experiment], entrance: str) -> Plan:
    """Returns what a caller asks for as a plan.

    Args:
        what: A study, or experiments.
        entrance: Name of the function that was called, for the error.

    Raises:
        ValueError: It is neither; says what was received and what was probably meant.
    """
    if isinstance(what, Experiment):
        raise _not_a_plan(entrance, what, f"a single one: write {entrance}([experiment])")
    if isinstance(what, Iterable) and not isinstance(what, str):
        experiments = list(what)
        for each in experiments:
            if not isinstance(each, Experiment):
                raise _not_a_plan(entrance, each, "no experiment: write Experiment(hidden=...)")
        return Listed(experiments)
    if not isinstance(what, type) and hasattr(what, "next_experiments"):
        return what
    name = getattr(what, "__name__", None)
    meant = f"a function: call it, {entrance}({name}())" if name else "neither"
    raise _not_a_plan(entrance, what, meant)


def _not_a_plan(entrance: str, received: object, meant: str) -> ValueError:
    return ValueError(
        f"{entrance}() received {shown(received)}, {meant}; accepted: a study, such as "
        "studies.get('core'), or a list of Experiment."
    )


@dataclass(frozen=True)
class Listed:
    """A plain list of experiments as a plan."""

    experiments: list[Experiment]
    name: str | None = None
    tier: str = "full"

    def next_experiments(self, records: Records) -> list[Experiment]:
        """The list."""
        return self.experiments

    def with_roles(self, runs: Runs, records: Records) -> Runs:
        """A list gives its runs no roles."""
        return runs
