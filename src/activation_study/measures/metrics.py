"""What every reader of a recorded column must know, said in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scale = Literal["linear", "logarithm", "share", "count"]


@dataclass(frozen=True)
class Metric:
    """One measured quantity: how pages name and show it, and how it is compared.

    Args:
        name: Column without the part that it was measured on: ``accuracy`` stands behind
            ``validation_accuracy`` and ``test_accuracy``.
        label: Its name on pages, without the unit.
        unit: Unit on pages, ``points`` for example; empty where it has none.
        factor: What a recorded value is multiplied by before it is shown in the unit.
        better: ``"higher"``, ``"lower"``, or None where neither is.
        scale: How two values are compared by an audit: their difference (``linear``), that of their
            logarithms, a share of 0 to 1, or a count.
        bounded: Smallest and largest possible value; infinite where there is none.
    """

    name: str
    label: str
    unit: str = ""
    factor: float = 1.0
    better: Literal["higher", "lower"] | None = None
    scale: Scale = "linear"
    bounded: tuple[float, float] = (float("-inf"), float("inf"))
