"""Paired statistics of runs: differences with intervals, equivalence, and multiplicity.

Every function takes plain sequences of floats, one value per seed. Two sequences that are compared
are paired: position `i` of both comes from the same seed, hence from the same split, initial draws
and batches.

The tests are paired t-tests. An exact sign-flip test cannot go below 2 / 2^n, which is 0.002 for
the ten seeds of a grid cell, so no contrast could survive Holm's correction in a chapter with more
than 25 of them; the t-test has no such floor, its mean over seeds is close to normal, and the
equivalence test is made of the same statistic.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.stats

FloatArray = npt.NDArray[np.float64]
Values = Sequence[float] | FloatArray

NUM_RESAMPLES = 10_000
SEED = 20261123

NUM_DRAWN_RESAMPLES = 2_000
"""Bootstrap samples of an interval that is only drawn; verdicts use more."""


@dataclass(frozen=True)
class Interval:
    """A mean and its bootstrap interval, in the unit of the values."""

    mean: float
    low: float
    high: float
    num_values: int


@dataclass(frozen=True)
class PairedDifference:
    """The difference `a - b` over paired seeds.

    Attributes:
        mean: in the unit of the values, as are the ends of the 95 % bootstrap interval.
        low: lower end.
        high: upper end.
        num_pairs: number of seeds.
        p_value: two-sided paired t-test of no difference; 1 where every difference is 0, and 0
            where all are one other value.
        probability_of_superiority: share of the pairs in which a exceeds b, ties counted half.
    """

    mean: float
    low: float
    high: float
    num_pairs: int
    p_value: float
    probability_of_superiority: float


def _finite(values: Values, what: str) -> FloatArray:
    """Return the values as floats of shape (n,), n >= 2, refusing what cannot be averaged."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size < 2:
        raise ValueError(
            f"{what}: received shape {array.shape}; accepted is one dimension of 2 values or more."
        )
    if num_lost := np.count_nonzero(~np.isfinite(array)):
        raise ValueError(
            f"{what}: received {num_lost} values that are not finite; replace them by a stated "
            "rule first."
        )
    return array


def _differences(a: Values, b: Values) -> FloatArray:
    first, second = _finite(a, "a"), _finite(b, "b")
    if first.size != second.size:
        raise ValueError(
            f"Paired values: received {first.size} and {second.size}; accepted are as many of each."
        )
    return first - second


def _is_constant(values: FloatArray) -> bool:
    """Whether the spread is nothing but rounding, so that no t statistic can be formed."""
    return bool(np.ptp(values) <= 1e-12 * max(1.0, float(np.abs(values).max())))


def mean_interval(
    values: Values,
    *,
    resamples: int = NUM_RESAMPLES,
    seed: int = SEED,
) -> Interval:
    """Mean with a bias-corrected and accelerated 95 % bootstrap interval (Efron 1987).

    Where the bootstrap distribution is degenerate and the correction undefined, the percentile
    interval is given; where all values are equal the interval is that value.

    Args:
        values: one value per seed, shape (n,), n >= 2, finite.
        resamples: number of bootstrap samples.
        seed: of the resampling.

    Raises:
        ValueError: for fewer than two values or values that are not finite.
    """
    array = _finite(values, "values")
    mean = float(array.mean())
    if _is_constant(array):
        return Interval(mean, mean, mean, array.size)
    for method in ("BCa", "percentile"):
        with warnings.catch_warnings():
            # A degenerate BCa is answered below by the percentile interval.
            warnings.simplefilter("ignore", scipy.stats.DegenerateDataWarning)
            warnings.simplefilter("ignore", RuntimeWarning)
            result = scipy.stats.bootstrap(
                (array,),
                np.mean,
                confidence_level=0.95,
                n_resamples=resamples,
                method=method,
                rng=np.random.default_rng(seed),
            )
        low, high = (float(end) for end in result.confidence_interval)
        if np.isfinite([low, high]).all():
            break
    return Interval(mean, low, high, array.size)


def paired_t_p_value(differences: FloatArray, *, alternative: str, null: float = 0.0) -> float:
    """p-value of a one-sample t-test of paired differences; exact 0 or 1 where they do not vary.

    Args:
        differences: shape (n,).
        alternative: "two-sided", "greater" or "less", than `null`.
        null: the mean difference under the null hypothesis.
    """
    if _is_constant(differences):
        shift = float(differences.mean()) - null
        if abs(shift) <= 1e-12:
            return 1.0
        agrees = {"two-sided": True, "greater": shift > 0, "less": shift < 0}[alternative]
        return 0.0 if agrees else 1.0
    return float(scipy.stats.ttest_1samp(differences, null, alternative=alternative).pvalue)


def paired_difference(
    a: Values, b: Values, *, resamples: int = NUM_RESAMPLES, seed: int = SEED
) -> PairedDifference:
    """Difference `a - b` with interval, test and probability of superiority.

    Args:
        a: one value per seed, shape (n,).
        b: the values of the same seeds, shape (n,).
        resamples: number of bootstrap samples.
        seed: of the resampling.

    Raises:
        ValueError: for unequal lengths, fewer than two pairs or values that are not finite.
    """
    differences = _differences(a, b)
    interval = mean_interval(differences, resamples=resamples, seed=seed)
    return PairedDifference(
        mean=interval.mean,
        low=interval.low,
        high=interval.high,
        num_pairs=differences.size,
        p_value=paired_t_p_value(differences, alternative="two-sided"),
        probability_of_superiority=float((np.sign(differences).mean() + 1) / 2),
    )


def equivalence_test(a: Values, b: Values, margin: float) -> float:
    """p-value of two one-sided paired t-tests (Schuirmann 1987); small shows |mean| < margin.

    Raises:
        ValueError: for a margin that is not positive, and as `paired_difference`.
    """
    return max(non_inferiority_test(a, b, margin), non_inferiority_test(b, a, margin))


def non_inferiority_test(a: Values, b: Values, margin: float) -> float:
    """p-value of a one-sided paired t-test: small shows mean(a - b) > -margin (more is better).

    Raises:
        ValueError: for a margin that is not positive, and as `paired_difference`.
    """
    if not margin > 0:
        raise ValueError(f"margin: received {margin}; accepted is a positive number.")
    return paired_t_p_value(_differences(a, b), alternative="greater", null=-margin)


def holm(p_values: Values) -> FloatArray:
    """Holm's (1979) step-down adjustment, in the order of the input, shape (m,).

    Raises:
        ValueError: for values outside [0, 1].
    """
    array = np.asarray(p_values, dtype=np.float64)
    if array.size and not ((array >= 0) & (array <= 1)).all():
        raise ValueError(f"p-values: received {array.tolist()}; accepted are numbers from 0 to 1.")
    order = np.argsort(array, kind="stable")
    steps = (array.size - np.arange(array.size)) * array[order]
    adjusted = np.empty_like(array)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return adjusted


def interval(values: Iterable[float]) -> Interval | None:
    """Return mean and 95 % bootstrap interval of the finite values.

    One value has no interval: both ends are the value. Without any, None.
    """
    array = np.asarray(list(values), dtype=float)
    array = array[np.isfinite(array)]
    if array.size == 1:
        return Interval(mean=array[0], low=array[0], high=array[0], num_values=1)
    if array.size == 0:
        return None
    return mean_interval(array, resamples=NUM_DRAWN_RESAMPLES)


def intervals_by(values: pd.Series, groups: pd.Series) -> pd.DataFrame:
    """Return mean and 95 % bootstrap interval of the finite values of each group.

    Args:
        values: Values.
        groups: What group each belongs to, indexed like the values.

    Returns:
        Columns ``mean``, ``low``, ``high`` and ``num_values``, indexed by group; a group without a
        finite value is left out.
    """
    found = {
        group: vars(each)
        for group, part in values.groupby(groups, observed=True)
        if (each := interval(part))
    }
    columns = ["mean", "low", "high", "num_values"]
    frame = pd.DataFrame.from_dict(found, orient="index", columns=columns)
    # Without a group the columns would be of no type, of which nobody can draw.
    return frame.astype(dict.fromkeys(columns[:3], float))
