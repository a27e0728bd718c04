"""One measured quantity: how it is named, shown and compared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Literal

POWERS = "powers of ten"
"""Unit of a common logarithm, whose value stands for a power of ten."""

Scale = Literal["linear", "logarithm", "signed logarithm", "share", "count"]


@dataclass(frozen=True)
class Metric:
    """One measured quantity: how pages name and show it, and how it is compared.

    Args:
        name: Column without the part that it was measured on: ``accuracy`` stands behind
            ``validation_accuracy`` and ``test_accuracy``.
        label: Its name on pages, without the unit.
        unit: Unit of a value on pages, ``%`` for example; empty where it has none.
        factor: What a recorded value is multiplied by before it is shown in the unit.
        digits: Decimals of a shown value; None for four significant digits.
        better: ``"higher"``, ``"lower"``, or None where neither is.
        scale: How two values are compared by an audit: their difference (``linear``), that of their
            logarithms (of their inverse hyperbolic sines where they have either sign), a share of 0
            to 1, or a count.
        bounded: Smallest and largest possible value; infinite where there is none.
        complement: Name of one minus the value where curves show that: ``error`` for an accuracy.
        short: Its name where there is little room; empty where the label will do.
    """

    name: str
    label: str
    unit: str = ""
    factor: float = 1.0
    digits: int | None = None
    better: Literal["higher", "lower"] | None = None
    scale: Scale = "linear"
    bounded: tuple[float, float] = (-math.inf, math.inf)
    complement: str = ""
    short: str = ""

    @property
    def difference_unit(self) -> str:
        """Unit of a difference of two values: that of percentages is a point."""
        return "points" if self.unit == "%" else self.unit

    def number(self, value: float, *, signed: bool = False) -> str:
        """Writes a value without its unit, a minus as one; signed, a difference of two values."""
        if not math.isfinite(value):
            return "not defined"
        form = ".4g" if self.digits is None else f".{self.digits}f"
        written = f"{self.factor * value:{'+' if signed else ''}{form}}"
        return written.replace("-", "\N{MINUS SIGN}")

    def shown(self, value: float, *, signed: bool = False) -> str:
        """Writes a value in its unit; signed, a difference of two values."""
        unit = self.difference_unit if signed else self.unit
        return (
            f"{self.number(value, signed=signed)} {unit if math.isfinite(value) else ''}".rstrip()
        )


power = partial(Metric, unit=POWERS, digits=2)
"""A row of the common logarithm of a positive quantity."""

percentage = partial(Metric, unit="%", factor=100.0, digits=2, bounded=(0.0, 1.0))
"""A row of a fraction that pages show in percent."""

share_of_units = partial(percentage, scale="share")
"""A row of a share of a layer's units."""

positive = partial(Metric, scale="logarithm", bounded=(0.0, math.inf))
"""A row of a positive quantity that varies over decades."""

in_nats = partial(positive, unit="nats", digits=4, better="lower")
"""A row of a negative log-likelihood."""

in_seconds = partial(Metric, unit="s", digits=2, better="lower", bounded=(0.0, math.inf))
"""A row of a time, which no audit compares."""

signed_error = partial(percentage, better="lower", bounded=(-1.0, 1.0))
"""A row of an error whose expectation under chance is taken off: it can lie below 0."""
