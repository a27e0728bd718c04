"""A figure with its description in words, ready for a page."""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass

import matplotlib.pyplot as plt
from matplotlib.figure import Figure


@dataclass(frozen=True)
class Picture:
    """A drawn figure and the text that stands for it where it cannot be seen.

    Attributes:
        figure: The Matplotlib figure. A picture closes it in pyplot when it is made, so that a
            notebook does not show it a second time; it can still be drawn and saved.
        alt: What the figure shows, in one or two sentences derived from the data.
    """

    figure: Figure
    alt: str

    def __post_init__(self) -> None:
        """Take the figure out of pyplot."""
        plt.close(self.figure)

    def png(self) -> bytes:
        """Return the figure as PNG, on opaque white at 150 dots an inch."""
        stream = io.BytesIO()
        # No date and no version: the same data give the same bytes.
        metadata = {"Software": None}
        self.figure.savefig(
            stream, dpi=150, bbox_inches="tight", facecolor="white", metadata=metadata
        )
        return stream.getvalue()

    def _repr_html_(self) -> str:
        """Show the picture as an image element that carries its own bytes."""
        data = base64.b64encode(self.png()).decode("ascii")
        alt = html.escape(self.alt, quote=True)
        return f'<img class="picture" src="data:image/png;base64,{data}" alt="{alt}">'
