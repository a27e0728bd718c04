"""Axes as SVG that take the width they are given, while type, marks and heights keep their size.

Places across are percent of the width, heights are pixels.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MARKS = {
    "o": "M-5 0A5 5 0 1 1 5 0A5 5 0 1 1-5 0Z",
    "s": "M-4.5-4.5H4.5V4.5H-4.5Z",
    "^": "M0-5.5L5.5 4.5H-5.5Z",
    "D": "M0-6L6 0 0 6-6 0Z",
    "v": "M0 5.5L5.5-4.5H-5.5Z",
    "P": "M-2-5.5H2V-2H5.5V2H2V5.5H-2V2H-5.5V-2H-2Z",
    "X": "M-5.5-3L-3-5.5 0-2.5 3-5.5 5.5-3 2.5 0 5.5 3 3 5.5 0 2.5-3 5.5-5.5 3-2.5 0Z",
}
"""Markers by their names in Matplotlib, about the origin."""

MOST_TICKS = 5
"""That a phone has room for."""

DASHES = {"-": "none", "--": "6 3", "-.": "7 3 2 3", ":": "2 3"}
"""Lines by their names in Matplotlib."""


@dataclass(frozen=True)
class Axis:
    """From its low end to its high one, linear or logarithmic."""

    low: float
    high: float
    log: bool = False

    def at(self, value: float) -> float:
        """Return where a value stands, from 0 at the low end to 1 at the high one."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Plane:
    """Two axes.

    Attributes:
        x: From left to right.
        y: From bottom to top.
        height: Of the plane between its ends, in pixels.
        left: Where it begins, in percent of the width.
        width: How wide it is, in percent.
        top: Pixels above it.
    """

    x: Axis
    y: Axis
    height: int = 230
    left: float = 13.0
    width: float = 84.0
    top: int = 30

    @property
    def bottom(self) -> int:
        """Height of the lower end."""
        return self.top + self.height

    def across(self, value: float) -> str:
        """Return the place of a value of x."""
        return f"{self.left + self.width * self.x.at(value):.3f}%"

    def down(self, value: float) -> str:
        """Return the height of a value of y."""
        return f"{self.bottom - self.height * self.y.at(value):.2f}"

    def line(self, xs: Iterable[float], ys: Iterable[float], **attributes: str) -> str:
        """Join points; its own attributes are those of SVG, with ``_`` for a hyphen."""
        points = " ".join(
            f"{100 * self.x.at(x):.4f},{100 - 100 * self.y.at(y):.4f}"
            for x, y in zip(xs, ys, strict=True)
        )
        return (
            f'<svg x="{self.left}%" y="{self.top}" width="{self.width}%" height="{self.height}" '
            'viewBox="0 0 100 100" preserveAspectRatio="none" overflow="hidden">'
            f'<polyline points="{points}" fill="none" vector-effect="non-scaling-stroke"'
            f"{written(attributes)}/></svg>"
        )

    def mark(
        self, x: float, y: float, low: float, high: float, shape: str, **attributes: str
    ) -> str:
        """Draw a marker at a point, and a line from the low to the high end of its interval."""
        place = self.across(x)
        return (
            f'<line x1="{place}" x2="{place}" y1="{self.down(low)}" y2="{self.down(high)}" '
            'stroke="currentColor" stroke-width="2"/>'
            f'<svg x="{place}" y="{self.down(y)}" overflow="visible">'
            f'<path d="{shape}"{written(attributes)}/></svg>'
        )

    def frame(
        self,
        xticks: Mapping[float, str],
        yticks: Mapping[float, str],
        xlabel: str,
        ylabel: str,
        below: int = 40,
    ) -> str:
        """Draw both axes with their ticks, and what they are called at their ends.

        The name of the horizontal one stands ``below`` pixels under it.
        """
        parts = [f'<text y="14">{html.escape(ylabel)}</text>']
        right = f"{self.left + self.width}%"
        for value, text in yticks.items():
            height = self.down(value)
            parts.append(
                f'<line x1="{self.left}%" x2="{right}" y1="{height}" y2="{height}" '
                f'stroke="currentColor" opacity=".15"/><text x="{self.left - 1.5}%" '
                f'y="{height}" dy=".35em" text-anchor="end">{text}</text>'
            )
        for place, (value, text) in enumerate(xticks.items()):
            # A phone has room for every other one.
            minor = ' class="minor"' if place % 2 and len(xticks) > MOST_TICKS else ""
            parts.append(
                f'<text x="{self.across(value)}" y="{self.bottom + 20}" text-anchor="middle"'
                f"{minor}>{text}</text>"
            )
        parts.append(
            f'<line x1="{self.left}%" x2="{right}" y1="{self.bottom}" y2="{self.bottom}" '
            f'stroke="currentColor"/><text x="{right}" y="{self.bottom + below}" text-anchor="end">'
            f"{html.escape(xlabel)}</text>"
        )
        return "".join(parts)


def written(attributes: Mapping[str, str]) -> str:
    """Write attributes of an element; ``_`` in a name stands for a hyphen."""
    return "".join(
        f' {name.replace("_", "-")}="{html.escape(value)}"' for name, value in attributes.items()
    )
