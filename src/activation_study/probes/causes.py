"""Why units do not work, as far as the probe, the first weights and the optimizer tell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from activation_study.catalogue.spelling import with_minus

LARGE_INPUT = 5.0
"""Root mean square of inputs above which they count as unscaled: that of images from 0 to 255 is
about 80, that of standardised columns 1."""

FEW_EXAMPLES = 100
"""Fewer examples in a probe set leave units silent that do fire for others."""

STOPPED = {"dead": "give 0", "gradient_dead": "pass no gradient"}


@dataclass
class Inputs:
    """What the first layer with weights is given.

    Attributes:
        low: Smallest value.
        high: Largest value.
    """

    low: float = math.inf
    high: float = -math.inf
    _squares: float = 0.0
    _number: int = 0

    def add(self, values: np.ndarray) -> None:
        """Looks at a batch of any shape."""
        self.low = min(self.low, float(values.min()))
        self.high = max(self.high, float(values.max()))
        self._squares += float(np.square(values, dtype=np.float64).sum())
        self._number += values.size

    @property
    def are_large(self) -> bool:
        """Whether they are far from mean 0 and spread 1, and from 0 to 1."""
        return bool(self._number) and math.sqrt(self._squares / self._number) > LARGE_INPUT


def warning(
    table: pd.DataFrame, inputs: Inputs, rate: float, examples: int, limit: float
) -> str | None:
    """Says which layer has stopped, why probably, and what to do; None where all is well.

    Args:
        table: As `DeadUnits.table`, with the rows before the first step and those of now.
        inputs: Of the first layer with weights.
        rate: Learning rate of the optimizer; NaN where it is unknown.
        examples: Number in the probe set.
        limit: Share of a layer's units above which it is said.
    """
    now = table[table["epoch"] == table["epoch"].max()]
    when = _when(int(now["epoch"].iloc[0]))
    unknown = now[now["dead"].isna()]
    if len(unknown):
        name = unknown["name"].iloc[0]
        found = f"{name} gives values that are not finite {when}: the network has diverged."
        return f"{found} {_cause(inputs, rate)}"
    shares = now[list(STOPPED)].max(axis=1)
    if not shares.max() > limit:
        return None
    worst = now.loc[shares.idxmax()]
    measure = "dead" if worst["dead"] == shares.max() else "gradient_dead"
    count = round(worst[measure] * worst["units"])
    consequence = ": nothing below it can learn" if count == worst["units"] else ""
    found = (
        f"{count:,} of {worst['units']:,} units of {worst['name']} {STOPPED[measure]} for every "
        f"one of {examples:,} probe examples {when}{consequence}."
    )
    few = " The probe is small; a thousand examples tell more." if examples < FEW_EXAMPLES else ""
    is_born = _at_birth(table, worst["layer"], measure) > worst[measure] / 2
    return f"{found} {_BORN if is_born else _cause(inputs, rate)}{few}"


_BORN = (
    "Likely cause: the first weights or biases, as it was so before the first step. Start biases "
    "at 0 and ReLU layers with kernel_initializer='he_normal'; add normalization to many layers."
)


def _when(epoch: int) -> str:
    return f"after epoch {epoch}" if epoch else "before the first step"


def _at_birth(table: pd.DataFrame, layer: int, measure: str) -> float:
    born: Any = table.loc[(table["epoch"] == 0) & (table["layer"] == layer), measure]
    return float(born.iloc[0]) if len(born) else 0.0


def _cause(inputs: Inputs, rate: float) -> str:
    """Inputs come first: with a large one any rate is too high."""
    if inputs.are_large:
        return with_minus(
            f"Likely cause: the inputs, which run from {inputs.low:g} to {inputs.high:g}. Bring "
            "them to 0 to 1, as in x / 255, or to mean 0 and spread 1, and start anew."
        )
    said = "the learning rate" if math.isnan(rate) else f"the learning rate of {rate:.3g}"
    return (
        f"Likely cause: {said}, as it was not so before the first step. Start anew with a third "
        "of it, then with a tenth."
    )
