"""Statistics of runs: means over seeds with their t intervals and tests, and multiplicity.

Differences are paired: position `i` comes from the same seed in both arms, hence from the same
split, initial draws and batches.

The tests are t-tests. An exact sign-flip test cannot go below 2 / 2^n, which is 0.002 for the ten
seeds of a grid cell, so little could survive Holm's correction in a long chapter; the t-test has no
such floor, its mean over seeds is close to normal, and interval, test of difference and test of
equivalence (Schuirmann 1987: the 90 % interval within the margin) are made of one statistic.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy.special

FloatArray = npt.NDArray[np.float64]
Values = Sequence[float] | FloatArray


@dataclass(frozen=True)
class SeedMean:
    """A mean over seeds and its standard error, in the unit of the values.

    Attributes:
        value: the mean; NaN where a value is not finite.
        error: standard error; 0 where the spread is nothing but rounding.
        num_values: number of seeds.
    """

    value: float
    error: float
    num_values: int

    @classmethod
    def of(cls, values: Values) -> SeedMean:
        """Return the mean of one value a seed, shape (n,), n >= 2.

        Raises:
            ValueError: for another shape.
        """
        array = np.asarray(values, dtype=np.float64)
        if array.ndim != 1 or array.size < 2:
            raise ValueError(
                f"values: received shape {array.shape}; accepted is one dimension of 2 or more."
            )
        # Few values at a time, a million times for a book: NumPy is called as seldom as may be.
        low, high, num_values = float(array.min()), float(array.max()), array.size
        if not math.isfinite(high - low):
            return cls(math.nan, math.nan, num_values)
        mean = float(array.sum()) / num_values
        if high - low <= 1e-12 * max(1.0, abs(low), abs(high)):
            return cls(mean, 0.0, num_values)
        squares = float(np.square(array - mean).sum())
        return cls(mean, math.sqrt(squares / (num_values - 1) / num_values), num_values)

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return both ends of the t interval."""
        quantile = scipy.special.stdtrit(self.num_values - 1, (1 + confidence) / 2)
        reach = float(quantile) * self.error
        return self.value - reach, self.value + reach

    def p_value(
        self,
        null: float = 0.0,
        alternative: Literal["two-sided", "greater", "less"] = "two-sided",
    ) -> float:
        """Return the p-value of the t-test that the mean is the null's; 1 where it is NaN.

        Without any spread it is exactly 0 or 1.
        """
        shift = self.value - null
        if math.isnan(shift):
            return 1.0
        if self.error == 0:
            agrees = {"two-sided": shift != 0, "greater": shift > 0, "less": shift < 0}
            return 0.0 if abs(shift) > 1e-12 and agrees[alternative] else 1.0
        t = shift / self.error
        tail = {"two-sided": -abs(t), "greater": -t, "less": t}[alternative]
        p_value = float(scipy.special.stdtr(self.num_values - 1, tail))
        return 2 * p_value if alternative == "two-sided" else p_value


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


def intervals_by(values: pd.Series, groups: pd.Series | list[pd.Series]) -> pd.DataFrame:
    """Return mean and 95 % t interval of the finite values of each group.

    One value has no interval: both ends are the value.

    Args:
        values: Values.
        groups: What group each belongs to, indexed like the values; several for groups in groups.

    Returns:
        Columns ``mean``, ``low``, ``high`` and ``num_values``, indexed by group; a group without a
        finite value is left out.
    """
    finite = values[np.isfinite(values)].astype(float)
    found = finite.groupby(groups, observed=True).agg(["mean", "sem", "size"])
    reach = scipy.special.stdtrit(found["size"] - 1, 0.975) * found["sem"]
    low, high = (found["mean"] + sign * reach.fillna(0.0) for sign in (-1, 1))
    ends = found.assign(low=low, high=high, num_values=found["size"])
    return ends[["mean", "low", "high", "num_values"]]
