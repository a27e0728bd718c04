"""Verdicts that surprised, on one scale: a row of the page each, which leads to its verdict."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from activation_study.catalogue.spelling import with_minus
from activation_study.report.claims import box
from activation_study.report.claims.box.page import style
from activation_study.report.claims.box.track import MARKS, Scale
from activation_study.report.claims.box.wording import IMAGES, Amounts, number_in_words
from activation_study.report.claims.verdict import Primary, Verdict


@dataclass(frozen=True)
class Surprises:
    """What was found against a saying, or against our own forecast.

    Attributes:
        rows: Sentence on what was found, the verdict that says so, and the estimand that
            answers it, a share of images.
    """

    rows: tuple[tuple[str, Verdict, Primary], ...]

    @property
    def title(self) -> str:
        """Count the kinds of surprise."""
        num_opposite = sum(primary.direction == "contrary" for *_, primary in self.rows)
        num_missed = sum(_is_missed(verdict) for _, verdict, _ in self.rows)
        num_small = sum(primary.size == "too small to matter" for *_, primary in self.rows)
        return (
            f"{number_in_words(len(self.rows)).capitalize()} findings: "
            f"{number_in_words(num_opposite)} contrary to the saying, "
            f"{number_in_words(num_missed)} to our own forecast, some to both; "
            f"{number_in_words(num_small)} too small to matter."
        )

    def _repr_html_(self) -> str:
        """Show a row a finding: its sentence, the difference with its interval, the images."""
        lines = [primary for *_, primary in self.rows]
        if not lines:
            return "<p>Nothing recorded so far is a surprise.</p>"
        scale = Scale.of(lines, 0.0, max(line.margin for line in lines))
        items = "".join(_item(*row, scale) for row in self.rows)
        sides = "<span>←\u00a0fewer right</span><span>more right\u00a0→</span>"
        marks = "; ".join(f"{mark} {said}" for said, mark in MARKS.items())
        return (
            f'{style()}<figure class="verdict quiet surprises"><figcaption>'
            f"<strong>{self.title}</strong></figcaption>"
            f"<ul><li class=sides>{sides}</li>{items}</ul>"
            f"<p class=key>Numbers: of {IMAGES:,} test images. Line: 95 % interval. Shaded: too "
            f"small to matter there. Of the saying: {marks}. * We had forecast otherwise.</p>"
            "</figure>"
        ).replace(" %", "\N{NO-BREAK SPACE}%")

    def __str__(self) -> str:
        """Return the same as text for a terminal."""
        return "\n".join([self.title, *(box.as_line(verdict) for _, verdict, _ in self.rows)])


def surprises(rows: Iterable[tuple[str, Verdict]]) -> Surprises:
    """Draw what surprised, from the largest loss to the largest gain.

    Args:
        rows: Sentence on what was found, and the verdict on a share of images that says so.
    """
    found = [(said, each, each.primary) for said, each in rows if each.primary is not None]
    return Surprises(tuple(sorted(found, key=lambda row: row[2].effect)))


def _is_missed(verdict: Verdict) -> bool:
    """Whether the sealed forecast named another direction."""
    return verdict.forecast is not None and not verdict.forecast.direction


def _item(said: str, verdict: Verdict, primary: Primary, scale: Scale) -> str:
    number = Amounts("test_accuracy").number
    effect, low, high = map(number, (primary.effect, primary.low, primary.high))
    # Each row has the margin of its own rule.
    drawn = dataclasses.replace(scale, margin=primary.margin).svg(
        primary, f"{said} {effect}", f"95 % interval {low} to {high}", heavy=False
    )
    mark = " *" if _is_missed(verdict) else ""
    link = f'<a href="{verdict.claim.cited_at}">{escape(said)}</a>{mark}'
    return f"<li><span>{link}</span>{drawn}<span>{escape(with_minus(effect))}</span></li>"
