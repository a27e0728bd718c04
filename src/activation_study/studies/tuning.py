"""How the learning rates of an arm are chosen: one rule and one budget for every arm."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from activation_study.engine.records.records import Records
from activation_study.experiment import Experiment
from activation_study.measures.metrics import metric_of

LOWEST_RATE, HIGHEST_RATE = 1e-6, 10.0
"""Where the extension of a grid ends, whatever the edge says."""

ROUNDING = 1e-10
"""Differences that are none: one in whole images can be exactly its own standard error."""


class Choice(NamedTuple):
    """The rate with the best mean of a criterion, and the one that is chosen among its ties."""

    best: float
    chosen: float


@dataclass(frozen=True)
class Tuning:
    """Chooses, for each criterion, the rate with its best mean over the tuning seeds.

    Rates tie with the best where the mean of the differences, seed by seed, is at most one standard
    error of those differences; of them the one with the lowest mean of the tie breaker of the task
    (for digits the Brier score), read from the same weights, is chosen. Where the best lies at an
    edge of the rates, the next half decade is tried as well, until it does not; what one criterion
    tries, no other sees.

    Args:
        rates: Learning rates, ascending.
        seeds: Tuning seeds; evaluation never uses them.
        extends: Whether an edge extends the grid.
        criteria: Columns of the table of runs, of the validation part; the first is what a study
            calls tuned. Where none is given, the metric of the task's rule.
        pairs: Whether ties are told seed by seed. The first round took one standard error of the
            best rate's mean, and extended where the choice lay at an edge.
    """

    rates: tuple[float, ...]
    seeds: tuple[int, ...]
    extends: bool = True
    criteria: tuple[str, ...] = ()
    pairs: bool = True

    def grid(
        self, experiment: Experiment, rates: Iterable[float] | None = None
    ) -> list[Experiment]:
        """Tuning runs of an experiment at the given rates; the test set is not read."""
        start = experiment.replace(evaluation="validation")
        return [
            start.replace(learning_rate=rate, seed=seed)
            for rate in (self.rates if rates is None else rates)
            for seed in self.seeds
        ]

    def follow(
        self, experiment: Experiment, known: pd.DataFrame, records: Records
    ) -> tuple[list[Experiment], dict[str, float]]:
        """Follows an experiment's tuning as far as it is recorded.

        Args:
            experiment: What is tuned.
            known: ``columns_of`` recorded runs of the unextended grid, by key.
            records: Where the runs of extensions are looked up.

        Returns:
            All tuning experiments known to be needed, and the rate chosen for each criterion:
            nothing while some of the experiments are not recorded, unless there is one rate alone.
        """
        grid = self.grid(experiment)
        recorded = known[known.index.isin([run.key for run in grid])]
        wanted, chosen = {run.key: run for run in grid}, dict[str, float | None]()
        for criterion in self.criteria_of(experiment):
            tried, chosen[criterion] = self._follow(criterion, experiment, grid, recorded, records)
            wanted |= {run.key: run for run in tried}
        rates = {name: rate for name, rate in chosen.items() if rate is not None}
        return list(wanted.values()), rates if len(rates) == len(chosen) else {}

    def criteria_of(self, experiment: Experiment) -> tuple[str, ...]:
        """The criteria, which are those of the experiment's task where none is given."""
        return self.criteria or (f"validation_{experiment.parts.task.tuning.metric}",)

    def columns_of(self, experiment: Experiment) -> list[str]:
        """The columns of a summary that choose the rates."""
        tie_breaker = experiment.parts.task.tuning.tie_breaker
        criteria = self.criteria_of(experiment)
        ties = {f"{_reading(each)}validation_{tie_breaker}" for each in criteria}
        return ["learning_rate", "seed", *{*criteria, *ties}]

    def _follow(
        self,
        criterion: str,
        experiment: Experiment,
        grid: list[Experiment],
        runs: pd.DataFrame,
        records: Records,
    ) -> tuple[list[Experiment], float | None]:
        """The runs that a criterion needs, and its rate: None while some are not recorded."""
        rates, tie_breaker = list(self.rates), experiment.parts.task.tuning.tie_breaker
        if len(rates) == 1 and not self.extends:
            return grid, rates[0]
        while len(runs) == len(grid):
            choice = choose_rate(runs, criterion, tie_breaker, pairs=self.pairs)
            edge = choice.best if self.pairs else choice.chosen
            beyond = _next_rate(rates, edge) if self.extends else None
            if beyond is None:
                return grid, choice.chosen
            rates = sorted([*rates, beyond])
            grid = self.grid(experiment, rates)
            runs = records.summary(grid, self.columns_of(experiment))
        return grid, None


def choose_rate(
    tuning: pd.DataFrame, criterion: str, tie_breaker: str, *, pairs: bool = True
) -> Choice:
    """Chooses the learning rate of one arm from its tuning runs.

    A run whose scores are not finite has no value; it counts as the worst that there is, and can
    only lose. One that diverged to chance keeps the value that it has.

    Args:
        tuning: Columns ``learning_rate``, ``seed``, the criterion's and the tie breaker's; one row
            a run, the same seeds at every rate.
        criterion: Column whose mean decides.
        tie_breaker: Measure of every epoch that decides between ties; the lower wins.
        pairs: See ``Tuning``.
    """
    # Plain arrays: a study asks for every arm, and a data frame's groups take far longer.
    rates = np.unique(tuning["learning_rate"].to_numpy())
    order = np.lexsort((tuning["seed"].to_numpy(), tuning["learning_rate"].to_numpy()))
    metric = metric_of(criterion)
    is_loss = metric.better == "lower"
    values, ties = (
        tuning[column].fillna(worst).to_numpy(float)[order].reshape(len(rates), -1)
        for column, worst in (
            (criterion, metric.bounded[is_loss]),
            (f"{_reading(criterion)}validation_{tie_breaker}", math.inf),
        )
    )
    # The higher, the better from here on.
    merits = -values if is_loss else values
    means = merits.mean(axis=1)
    best = int(np.flatnonzero(means >= means.max() - ROUNDING)[0])
    # Infinitely bad less infinitely bad is no number, and a tie.
    with np.errstate(invalid="ignore"):
        behind = means[best] - means
        spreads = merits[best] - merits if pairs else [merits[best]] * len(rates)
    errors = np.array([_standard_error(spread) for spread in spreads])
    tied = np.flatnonzero(~(behind > errors + ROUNDING))
    chosen = tied[int(np.argmin(ties[tied].mean(axis=1)))]
    return Choice(float(rates[best]), float(rates[chosen]))


def _reading(criterion: str) -> str:
    """How a criterion's column begins where it is read from averaged weights."""
    return "averaged_" if criterion.startswith("averaged_") else ""


def _standard_error(values: np.ndarray) -> float:
    """Standard error of the mean; 0 where the values tell nothing of their spread."""
    if len(values) < 2 or not np.isfinite(values).all():
        return 0.0
    return float(values.std(ddof=1) / math.sqrt(len(values)))


def _next_rate(rates: list[float], edge: float) -> float | None:
    """The half decade beyond an edge, or None where the rate is at none or at the last one."""
    if edge not in (rates[0], rates[-1]):
        return None
    beyond = _half_decades(edge, -1 if edge == rates[0] else 1)
    return beyond if LOWEST_RATE <= beyond <= HIGHEST_RATE else None


def _half_decades(rate: float, steps: int) -> float:
    """Moves a rate by half decades, keeping the three digits in which the rates are written."""
    return float(f"{10 ** ((round(2 * math.log10(rate)) + steps) / 2):.3g}")
