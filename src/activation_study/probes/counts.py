"""The shares of a layer's units that have stopped working, counted batch by batch.

They are what `measures.layers.dead_units` defines; a large probe set of a large network does not
fit into memory at once.
"""

from __future__ import annotations

import math

import numpy as np

from activation_study.measures.layers import dead_units

MEASURES = ("dead", "gradient_dead", "saturated", *dead_units.DORMANT_THRESHOLDS)
"""Names of the shares, as in the record of the study."""


class Counts:
    """Counts over the examples of a probe set; each position of a convolution is an example.

    Args:
        lipschitz: The activation's largest |slope|.
    """

    def __init__(self, lipschitz: float) -> None:
        # Where the largest slope is infinite, 0 or unknown, no share of it means anything.
        known = lipschitz if 0 < lipschitz < math.inf else math.nan
        self._limit = dead_units.SATURATED_SHARE_OF_MAXIMUM * known
        self._dead = self._gradient_dead = np.array(True)
        self._magnitudes = np.array(0.0)
        self._saturated = self._pairs = 0
        self._outputs_are_finite = self._slopes_are_finite = True

    @property
    def units(self) -> int:
        """Number of units of the layer."""
        return self._dead.size

    def add(self, outputs: np.ndarray, slopes: np.ndarray) -> None:
        """Counts one batch.

        Args:
            outputs: Float array of shape (examples, units).
            slopes: The same of the activation's derivative.
        """
        self._outputs_are_finite &= bool(np.isfinite(outputs).all())
        self._slopes_are_finite &= bool(np.isfinite(slopes).all())
        self._dead = self._dead & dead_units.dead(outputs)
        self._gradient_dead = self._gradient_dead & dead_units.gradient_dead(slopes)
        self._magnitudes = self._magnitudes + np.abs(outputs).sum(axis=0, dtype=np.float64)
        self._saturated += int(np.count_nonzero(np.abs(slopes) < self._limit))
        self._pairs += slopes.size

    def shares(self) -> dict[str, float]:
        """Returns the measures by name; NaN where a value was not finite, or nothing is known."""
        shares = dict.fromkeys(MEASURES, math.nan)
        if self._outputs_are_finite:
            shares["dead"] = float(self._dead.mean())
            # Means are sums over as many examples for each unit.
            for name, tau in dead_units.DORMANT_THRESHOLDS.items():
                shares[name] = dead_units.dormant(self._magnitudes, tau)
        if self._slopes_are_finite:
            shares["gradient_dead"] = float(self._gradient_dead.mean())
            if not math.isnan(self._limit):
                shares["saturated"] = self._saturated / self._pairs
        return shares
