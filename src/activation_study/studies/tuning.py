"""How the learning rate of an arm is chosen: one rule and one budget for every arm."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from activation_study.catalogue.tasks import TuningRule
from activation_study.engine.records.records import Records
from activation_study.experiment import Experiment
from activation_study.measures.metrics import metric_of

LOWEST_RATE, HIGHEST_RATE = 1e-6, 10.0
"""Where the extension of a grid ends, whatever the edge says."""


@dataclass(frozen=True)
class Tuning:
    """Chooses the rate with the best mean of a metric of validation over the tuning seeds.

    Rates whose mean lies within one standard error of the best's count as tied, and the tie breaker
    of the task's rule decides: for digits the accuracy, then the lower Brier score. Where the
    choice lies at an edge of the rates, the next half decade is tried as well, until it does not.

    Args:
        rates: Learning rates, ascending.
        seeds: Tuning seeds; evaluation never uses them.
        extends: Whether an edge extends the grid.
    """

    rates: tuple[float, ...]
    seeds: tuple[int, ...]
    extends: bool = True

    def grid(
        self, experiment: Experiment, rates: Iterable[float] | None = None
    ) -> list[Experiment]:
        """Tuning runs of an experiment at the given rates; the test set is not read."""
        return [
            experiment.replace(learning_rate=rate, seed=seed, evaluation="validation")
            for rate in (self.rates if rates is None else rates)
            for seed in self.seeds
        ]

    def follow(
        self, experiment: Experiment, known: pd.DataFrame, records: Records
    ) -> tuple[list[Experiment], float | None]:
        """Follows an experiment's tuning as far as it is recorded.

        Args:
            experiment: What is tuned.
            known: Summaries of recorded runs of the unextended grid, indexed by key.
            records: Where the runs of extensions are looked up.

        Returns:
            All tuning experiments known to be needed, and the chosen rate: None while some of them
            are not recorded.
        """
        rates = list(self.rates)
        grid = self.grid(experiment)
        while all(run.key in known.index for run in grid):
            rule = experiment.parts.task.tuning
            chosen = choose_rate(known.loc[[run.key for run in grid]], rule)
            beyond = _next_rate(rates, chosen) if self.extends else None
            if beyond is None:
                return grid, chosen
            rates = sorted([*rates, beyond])
            grid = self.grid(experiment, rates)
            known = records.summary(grid)
        return grid, None


def choose_rate(tuning: pd.DataFrame, rule: TuningRule) -> float:
    """Chooses the learning rate of one arm from its tuning runs.

    A run whose scores are not finite has no metric; it counts as the worst, 0 where the higher is
    better, and can only lose. One that diverged to chance keeps the metric that it has.

    Args:
        tuning: Columns ``learning_rate`` and those of the rule's measures, such as
            ``validation_accuracy``; one row a run.
        rule: What decides.
    """
    # Plain arrays: a study asks for every arm, and a data frame's groups take far longer.
    rates, group = np.unique(tuning["learning_rate"].to_numpy(), return_inverse=True)
    metric = tuning[f"validation_{rule.metric}"]
    is_loss = metric_of(rule.metric).better == "lower"
    # The higher, the better from here on.
    merits = (-metric.fillna(np.inf) if is_loss else metric.fillna(0.0)).to_numpy()
    ties = tuning[f"validation_{rule.tie_breaker}"].fillna(np.inf).to_numpy()
    of_rate = [np.flatnonzero(group == number) for number in range(len(rates))]
    means = np.array([merits[runs].mean() for runs in of_rate])
    best = int(np.argmax(means))
    reach = means[best] - _standard_error(merits[of_rate[best]])
    tied = np.flatnonzero(means >= reach)
    scores = np.array([ties[of_rate[number]].mean() for number in tied])
    return float(rates[tied[int(np.argmin(scores))]])


def _standard_error(values: np.ndarray) -> float:
    """Standard error of the mean; 0 where the values tell nothing of their spread."""
    if len(values) < 2 or not np.isfinite(values).all():
        return 0.0
    return float(values.std(ddof=1) / math.sqrt(len(values)))


def _next_rate(rates: list[float], chosen: float) -> float | None:
    """The half decade beyond the edge that was chosen, or None where none is wanted."""
    if chosen == rates[0]:
        beyond = _half_decades(chosen, -1)
    elif chosen == rates[-1]:
        beyond = _half_decades(chosen, 1)
    else:
        return None
    return beyond if LOWEST_RATE <= beyond <= HIGHEST_RATE else None


def _half_decades(rate: float, steps: int) -> float:
    """Moves a rate by half decades, keeping the three digits in which the rates are written."""
    return float(f"{10 ** ((round(2 * math.log10(rate)) + steps) / 2):.3g}")
