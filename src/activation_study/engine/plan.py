"""What a sweep wants: a study as the runner sees it, or a plain list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from activation_study.engine.records import Records, Runs
from activation_study.experiment import Experiment


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
