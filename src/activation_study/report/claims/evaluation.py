"""The evaluation runs of one study, looked up once for all the claims that are judged on them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.arms import (
    best_by_tuning,
    cell_name,
    evaluation_runs,
    select,
    values_by_seed,
)
from activation_study.report.claims.rules import ClaimsFile

Where = Mapping[str, Any]


class Evaluation:
    """A study's runs by arm, rate and seed, beside what every rule of the file shares.

    Attributes:
        runs: the runs of the study.
        register: the file of claims.
        minimum: seeds that an arm needs at the tier of these runs.
    """

    def __init__(self, runs: Runs, register: ClaimsFile) -> None:
        self.runs = runs
        self.register = register
        self.minimum = register.minimum_pairs["quick" if runs.tier == "quick" else "full"]
        self._made: dict[Hashable, Any] = {}

    def once(self, name: Hashable, make: Callable[[], Any]) -> Any:
        """Return what was made under that name, made when it is first asked for."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def at(self, rate: str) -> pd.DataFrame:
        """Return the evaluation runs at the tuned or at the default rate."""
        return self.once(rate, lambda: evaluation_runs(self.runs.summary, rate))

    def arm(self, where: Where, rate: str) -> pd.DataFrame:
        """Return the evaluation runs of an arm at a rate.

        Raises:
            ValueError: the summary has no such column; names the nearest.
        """
        return self.once((rate, frozenset(where.items())), lambda: select(self.at(rate), where))

    def values(self, where: Where, rate: str, metric: str) -> pd.Series:
        """Return a metric of an arm at a rate, indexed by seed.

        Raises:
            IncompleteRecordError: fewer seeds than the tier needs.
            ValueError: there is no such metric, or several runs of one seed.
        """
        frame, name = self.arm(where, rate), cell_name(where)
        check_one_run_each(frame, ["seed"], f"Cell ({name}, {rate} rate)")
        if len(frame) < self.minimum:
            raise IncompleteRecordError(
                f"{name}, {rate} rate: {len(frame)} of at least {self.minimum} seeds recorded"
            )
        return values_by_seed(frame, metric)

    def keys(self, where: Where, rate: str, seeds: Collection[int] | None = None) -> frozenset[str]:
        """Return the keys of an arm's runs at a rate, of all seeds or of these."""
        runs = self.arm(where, rate)
        return frozenset(runs["key"] if seeds is None else runs["key"][runs["seed"].isin(seeds)])

    def best(self, where: Where, excludes: frozenset[str]) -> str:
        """Return the best hidden activation of the tuning runs, see `arms.best_by_tuning`."""

        def best() -> str:
            candidates = select(self.runs.summary, where)
            return str(best_by_tuning(candidates, candidates["hidden"], excludes))

        return self.once(("best", frozenset(where.items()), excludes), best)


def check_one_run_each(frame: pd.DataFrame, columns: list[str], place: str) -> None:
    """Refuse several runs of one seed, or of one combination of columns.

    Raises:
        ValueError: there are several; names the place.
    """
    if frame.duplicated(columns).any():
        raise ValueError(
            f"{place}: received several runs of one seed; accepted is one. Pin what else varies."
        )
