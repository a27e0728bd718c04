"""What the first round's rules gave, for reading beside the verdicts of today."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from activation_study.measures.metrics import metric_of
from activation_study.report.claims import claims_file


@dataclass(frozen=True)
class PastVerdict:
    """A verdict of the first round: one word for all comparisons, and the one that led it.

    Attributes:
        word: supported, refuted, depends, no practical difference, inconclusive, not tried yet.
        effect: of the comparison that led; None where there was none.
        interval: its 95 % bootstrap interval.
        effect_of: what the effect was the effect of.
        metric: the column that it was measured in.
        rows: every comparison.
    """

    word: str
    effect: float | None
    interval: tuple[float, float] | None
    effect_of: str
    metric: str
    rows: list[dict[str, Any]] = field(repr=False)

    def __str__(self) -> str:
        """Return word, effect and interval."""
        if self.effect is None:
            return self.word
        metric, signed = metric_of(self.metric), bool(self.rows and "effect" in self.rows[0])
        said = f"{self.word}: {self.effect_of}, {metric.shown(self.effect, signed=signed)}"
        if self.interval is None:
            return said
        low, high = (metric.shown(end, signed=signed) for end in self.interval)
        return f"{said} (95 % interval {low} to {high})"

    @property
    def span(self) -> str:
        """From the least to the largest of the comparisons in the metric of the one that led."""
        name = next(
            (name for name in ("effect", "value") if self.rows and name in self.rows[0]), ""
        )
        values = [row[name] for row in self.rows if name and row["metric"] == self.metric]
        if not values or self.effect is None:
            return ""
        metric, signed = metric_of(self.metric), name == "effect"
        low, high = (metric.number(value, signed=signed) for value in (min(values), max(values)))
        largest = metric.shown(max(values), signed=signed)
        return largest if low == high else f"{low} to {largest}"


def first_round(claim_id: str) -> PastVerdict | None:
    """Return what the first round said of a claim; None of one that it did not have.

    Raises:
        ClaimsError: the file of its verdicts is not what is registered.
    """
    for each in claims_file.first_round():
        if each["id"] == claim_id:
            interval = each["interval"] and (each["interval"][0], each["interval"][1])
            names = ("effect_of", "metric", "rows")
            said = {name: each[name] for name in names}
            return PastVerdict(each["verdict"], each["effect"], interval, **said)
    return None
