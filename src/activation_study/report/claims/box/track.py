"""The rows of a verdict on one scale: as SVG for a page, as characters for a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from activation_study.report.claims.verdict import Primary, Row

MARKS = {"as claimed": "\N{BLACK CIRCLE}", "not shown": "\N{WHITE CIRCLE}", "contrary": "◆"}
"""Answer of a row -> its mark, on the scale as in the count beside the label."""

ASCII_MARKS = {"as claimed": "+", "not shown": "o", "contrary": "x"}
ASCII_WIDTH = 33


@dataclass(frozen=True)
class Scale:
    """A common scale, on which the origin, the region too small to matter and all lines lie.

    Attributes:
        low: left end.
        high: right end.
        origin: what the lines are held against.
        margin: half the width of the region around the origin; 0 for none.
    """

    low: float
    high: float
    origin: float
    margin: float

    @classmethod
    def of(cls, lines: Sequence[Primary | Row], origin: float, margin: float) -> Scale:
        """Return the scale that holds these lines, with a little air at both ends."""
        ends = [origin - margin, origin + margin]
        ends += [end for line in lines for end in (line.low, line.effect, line.high)]
        ends = [end for end in ends if math.isfinite(end)]
        air = 0.06 * (max(ends) - min(ends)) or 1.0
        return cls(min(ends) - air, max(ends) + air, origin, margin)

    def at(self, value: float) -> float:
        """Return where a value stands, from 0 at the left end to 1 at the right one."""
        return (value - self.low) / (self.high - self.low)

    def svg(self, line: Primary | Row, title: str, description: str, *, heavy: bool) -> str:
        """Draw a line: region, origin, 95 % interval and point, as wide as there is room."""
        left, zero = (f"{self.at(self.origin - away):.2%}" for away in (self.margin, 0.0))
        width = f"{2 * self.margin / (self.high - self.low):.2%}"
        shapes = [
            f'<rect x="{left}" width="{width}" height="100%" opacity=".16"/>'
            if self.margin
            else "",
            f'<line x1="{zero}" x2="{zero}" y2="100%" stroke="currentColor" opacity=".6"/>',
        ]
        if math.isfinite(line.low + line.high):
            shapes.append(
                f'<line x1="{self.at(line.low):.2%}" x2="{self.at(line.high):.2%}" y1="50%" '
                f'y2="50%" stroke="currentColor" stroke-width="{3 if heavy else 1.5}"/>'
            )
        if math.isfinite(line.effect):
            mark = {
                "as claimed": '<circle r="4.5"/>',
                "not shown": '<circle r="4.5" class="hollow" stroke="currentColor"/>',
                "contrary": '<path d="M0-6L6 0 0 6-6 0Z"/>',
            }[line.direction]
            larger = f'<g transform="scale(1.4)">{mark}</g>' if heavy else mark
            place = f'x="{self.at(line.effect):.2%}" y="50%"'
            shapes.append(f'<svg {place} overflow="visible">{larger}</svg>')
        return (
            f'<svg role="img" width="100%" height="20" fill="currentColor"><title>{escape(title)}'
            f"</title><desc>{escape(description)}</desc>{''.join(shapes)}</svg>"
        )

    def characters(self, line: Primary | Row) -> str:
        """Draw the same of characters that every terminal has."""

        def column(value: float) -> int:
            return round(self.at(value) * (ASCII_WIDTH - 1))

        drawn = [" "] * ASCII_WIDTH
        if math.isfinite(line.low + line.high):
            ends = column(line.low), column(line.high) + 1
            drawn[slice(*ends)] = "-" * (ends[1] - ends[0])
        if self.margin:
            drawn[column(self.origin - self.margin)] = "["
            drawn[column(self.origin + self.margin)] = "]"
        drawn[column(self.origin)] = "|"
        if math.isfinite(line.effect):
            drawn[column(line.effect)] = ASCII_MARKS[line.direction]
        return "".join(drawn)
