"""How much of what differs between runs is the rate's, the function's, the first weights'."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.arms import curve_runs
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.readings import column_of

SEED = "seed"
"""What is left when the factors are known: the same network from other seeds."""

DRAWS = 2_000


def sums_of_squares(values: np.ndarray) -> dict[tuple[int, ...], float]:
    """Return the sum of squares of each factor, of each combination of them, and of the rest.

    Of a balanced design: the effect of a combination is its mean less what its parts say already,
    by inclusion and exclusion, and the sums of squares add up to that about the mean.

    Args:
        values: One axis a factor, the last axis the repetitions.

    Returns:
        By the axes of the combination; the repetitions, within all else, under ``()``.
    """
    axes = range(values.ndim - 1)
    combinations = [
        chosen for size in range(values.ndim) for chosen in itertools.combinations(axes, size)
    ]
    means = {
        chosen: values.mean(
            axis=tuple(axis for axis in range(values.ndim) if axis not in chosen), keepdims=True
        )
        for chosen in combinations
    }
    found: dict[tuple[int, ...], float] = {}
    for chosen in combinations[1:]:
        parts = [part for part in combinations if set(part) <= set(chosen)]
        effect = sum(
            (-1.0 if (len(chosen) - len(part)) % 2 else 1.0) * means[part] for part in parts
        )
        found[chosen] = float(np.square(effect).sum() * values.size / np.size(effect))
    found[()] = float(np.square(values - means[combinations[-1]]).sum())
    return found


def shares(
    runs: Runs,
    factors: Sequence[str],
    metric: str = "test_accuracy",
    reading: str = "averaged",
    *,
    is_logit: bool = False,
    draws: int = DRAWS,
) -> pd.DataFrame:
    """Return which share of the variance each factor and each combination of factors has.

    Args:
        runs: Runs of every combination of the factors' values, each on the same seeds.
        factors: Fields of the experiments.
        metric: Column of the last reading.
        reading: ``"last"`` or ``"averaged"`` weights.
        is_logit: Whether the measure, a share, is taken as the logarithm of its odds, on which
            what fails weighs less.
        draws: How often seeds are drawn again, with replacement, for the interval.

    Returns:
        Columns ``share``, ``low`` and ``high``, from 0 to 1 (95 % of the draws), by the fields of
        the combination, joined by `` x ``; what differs between seeds alone under ``seed``.

    Raises:
        IncompleteRecordError: A combination is not recorded on all seeds.
    """
    values = design(runs, factors, metric, reading)
    if is_logit:
        # An odds of none wrong, or of none right, is that of half an image in ten thousand.
        kept = np.clip(values, 5e-5, 1 - 5e-5)
        values = np.log(kept / (1 - kept))
    names = {
        chosen: " x ".join(factors[axis] for axis in chosen) or SEED
        for chosen in sums_of_squares(values)
    }
    rng = np.random.default_rng(0)
    drawn = [_shares(values)]
    for _ in range(draws):
        seeds = rng.integers(values.shape[-1], size=values.shape[-1])
        drawn.append(_shares(values[..., seeds]))
    found = pd.DataFrame(drawn)[list(names)].rename(columns=names)
    low, high = found[1:].quantile(0.025), found[1:].quantile(0.975)
    return pd.DataFrame({"share": found.iloc[0], "low": low, "high": high})


def design(runs: Runs, factors: Sequence[str], metric: str, reading: str) -> np.ndarray:
    """Return a measure of the curves' runs, one axis a factor, the last axis the seeds.

    Raises:
        IncompleteRecordError: A combination is not recorded on all seeds.
    """
    if not len(runs):
        raise IncompleteRecordError("no run is recorded yet")
    curve = curve_runs(runs.summary)
    column = column_of(curve, metric, reading)
    values = with_failures_counted(curve, column)
    fields = [*factors, "seed"]
    table = curve[fields].assign(value=values).set_index(fields)["value"].sort_index()
    levels = [table.index.get_level_values(field).unique().sort_values() for field in fields]
    whole = pd.MultiIndex.from_product(levels, names=fields)
    if len(table) != len(whole) or not table.index.equals(whole):
        raise IncompleteRecordError(
            f"not every combination of {', '.join(fields)} is recorded once: {len(table)} of "
            f"{len(whole)} runs"
        )
    return table.to_numpy().reshape([len(level) for level in levels])


def _shares(values: np.ndarray) -> dict[tuple[int, ...], float]:
    found = sums_of_squares(values)
    whole = sum(found.values())
    return {chosen: one / whole if whole else 0.0 for chosen, one in found.items()}
