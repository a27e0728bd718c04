"""A figure with its finding, its caption and its description in words, ready for a page."""

from __future__ import annotations

import dataclasses
import hashlib
import html
import io
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from activation_study.report.drawing.looks import GROUND, INK, PAGE
from activation_study.report.drawing.numbers import drawn_numbers


def as_files(numbers: pd.DataFrame) -> str:
    """Return the numbers of a figure as CSV that no page shows.

    The book's build puts them into a file, and the drawing before them into another; it links both
    in their place.
    """
    text = numbers.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    return (
        f'<script type="text/csv">{html.escape(text, quote=False) if len(numbers) else ""}</script>'
    )


@dataclass(frozen=True)
class Picture:
    """A drawn figure and the words that go with it.

    Attributes:
        figure: The Matplotlib figure. A picture closes it in pyplot when it is made, so that a
            notebook does not show it a second time; it can still be drawn and saved.
        alt: What the figure shows, in one or two sentences derived from the data.
        title: What it finds, in one sentence.
        caption: What is drawn, and what to look at.
        narrow: Draws the same for a phone.
        more: What a reader opens to see the rest, and what draws that.
    """

    figure: Figure
    alt: str
    title: str = ""
    caption: str = ""
    narrow: Callable[[], Picture] | None = None
    more: tuple[str, Callable[[], Picture]] | None = None

    def __post_init__(self) -> None:
        """Take the figure out of pyplot."""
        plt.close(self.figure)

    def titled(self, title: str) -> Picture:
        """Return the picture with another finding as its title."""
        return dataclasses.replace(self, title=title)

    def png(self) -> bytes:
        """Return the figure with its title as PNG, on opaque white at 150 dots an inch."""
        stream = io.BytesIO()
        with plt.rc_context(PAGE):
            heading = self.figure.suptitle(textwrap.fill(self.title, 80))
            # No date and no version: the same data give the same bytes.
            self.figure.savefig(stream, dpi=150, facecolor="white", metadata={"Software": None})
        heading.remove()
        return stream.getvalue()

    def svg(self) -> str:
        """Return the figure as an SVG element in the colours and the type of its page."""
        stream = io.StringIO()
        # Names of parts that no other picture on the page has, and the same ones every time.
        salt = hashlib.sha256(f"{self.alt}{self.figure.get_size_inches()}".encode()).hexdigest()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        # Some ticks are made only where they are drawn.
        with plt.rc_context(PAGE | {"svg.fonttype": "none", "svg.hashsalt": salt}):
            self.figure.savefig(stream, format="svg", transparent=True, metadata=nothing)
        text = stream.getvalue()
        text = text[text.index("<svg") :]
        used = set(re.findall(r'(?:href="|url\()#([^")]+)', text))
        text = re.sub(r' id="([^"]+)"', lambda own: own[0] if own[1] in used else "", text)
        text = re.sub(r"<!--.*?-->\s*|<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
        text = re.sub(r"<[^>]+>", lambda tag: re.sub(r"(\.\d\d)\d+", r"\1", tag[0]), text)
        box = re.search(r'viewBox="[^"]+"', text)
        alt = html.escape(self.alt, quote=True)
        head = f'<svg xmlns:xlink="http://www.w3.org/1999/xlink" {box[0] if box else ""}'
        text = f'{head} role="img" aria-label="{alt}">{text[text.index(">") + 1 :]}'
        text = text.replace("'DejaVu Sans'", "system-ui, sans-serif").replace(INK, "currentColor")
        return text.replace(GROUND, "var(--pst-color-background, white)").strip()

    def _repr_html_(self) -> str:
        """Show the finding, the caption, and the figure at the width of a page or of a phone."""
        words = f"<strong>{html.escape(self.title)}</strong> " if self.title else ""
        words = (words + html.escape(self.caption)).replace(" %", "\u00a0%")
        shown = f"<figcaption>{words}</figcaption>" if words else ""
        shown += f'<div class="wide">{self.svg()}</div>'
        if self.narrow:
            # Shown by the book's style sheet alone; a plain notebook has one width.
            shown += f'<div class="narrow" style="display: none">{self.narrow().svg()}</div>'
        shown += as_files(drawn_numbers(self.figure))
        if self.more:
            what, draw = self.more
            shown += (
                f"<details><summary>{html.escape(what)}</summary>{draw()._repr_html_()}</details>"
            )
        return f'<figure class="picture">{shown}</figure>'
