"""How the learning rate of an arm is chosen: one rule and one budget for every arm."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from activation_study.engine.records.records import Records
from activation_study.experiment import Experiment

LOWEST_RATE, HIGHEST_RATE = 1e-6, 10.0
"""Where the extension of a grid ends, whatever the edge says."""


@dataclass(frozen=True)
class Arm:
    """What is compared: one hidden activation with one head."""

    hidden: str | Callable[..., Any]
    head: str

    @property
    def fields(self) -> dict[str, Any]:
        """The arm as fields of an experiment."""
        return asdict(self)


@dataclass(frozen=True)
class Tuning:
    """Chooses the rate with the best validation accuracy over the tuning seeds.

    Rates whose mean accuracy lies within one standard error of the best's mean count as tied, and
    the lower Brier score decides. Where the choice lies at an edge of the rates, the next half
    decade is tried as well, until it does not.

    Args:
        rates: Learning rates, ascending.
        seeds: Tuning seeds; evaluation never uses them.
        extends: Whether an edge extends the grid.
    """

    rates: tuple[float, ...]
    seeds: tuple[int, ...]
    extends: bool = True

    def grid(
        self, base: Experiment, arm: Arm, rates: Iterable[float] | None = None
    ) -> list[Experiment]:
        """Tuning runs of an arm at the given rates; the test set is not read."""
        return [
            base.replace(**arm.fields, learning_rate=rate, seed=seed, evaluation="validation")
            for rate in (self.rates if rates is None else rates)
            for seed in self.seeds
        ]

    def follow(
        self, base: Experiment, arm: Arm, known: pd.DataFrame, records: Records
    ) -> tuple[list[Experiment], float | None]:
        """Follows an arm's tuning as far as it is recorded.

        Args:
            base: Fields that all arms share.
            arm: The arm.
            known: Summaries of recorded runs of the unextended grid, indexed by key.
            records: Where the runs of extensions are looked up.

        Returns:
            All tuning experiments known to be needed, and the chosen rate: None while some of them
            are not recorded.
        """
        rates = list(self.rates)
        grid = self.grid(base, arm)
        while all(experiment.key in known.index for experiment in grid):
            chosen = choose_rate(known.loc[[experiment.key for experiment in grid]])
            beyond = _next_rate(rates, chosen) if self.extends else None
            if beyond is None:
                return grid, chosen
            rates = sorted([*rates, beyond])
            grid = self.grid(base, arm, rates)
            known = records.summary(grid)
        return grid, None


def choose_rate(tuning: pd.DataFrame) -> float:
    """Chooses the learning rate of one arm from its tuning runs.

    A run whose scores are not finite has no accuracy; it counts as accuracy 0 and can only lose.
    One that diverged to chance keeps the accuracy that it has.

    Args:
        tuning: Columns ``learning_rate``, ``validation_accuracy`` and ``validation_brier``, one row
            a run.
    """
    # Plain arrays: a study asks for every arm, and a data frame's groups take far longer.
    rates, group = np.unique(tuning["learning_rate"].to_numpy(), return_inverse=True)
    accuracies = tuning["validation_accuracy"].fillna(0.0).to_numpy()
    briers = tuning["validation_brier"].fillna(np.inf).to_numpy()
    cells = [np.flatnonzero(group == number) for number in range(len(rates))]
    means = np.array([accuracies[cell].mean() for cell in cells])
    best = int(np.argmax(means))
    tied = np.flatnonzero(means >= means[best] - _standard_error(accuracies[cells[best]]))
    scores = np.array([briers[cells[number]].mean() for number in tied])
    return float(rates[tied[int(np.argmin(scores))]])


def _standard_error(values: np.ndarray) -> float:
    """Standard error of the mean; 0 for a single value, which tells nothing of its spread."""
    return float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else 0.0


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
