"""A figure with its description in words, ready for a page."""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

DOTS_PER_INCH = 150


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
        """Check the description and take the figure out of pyplot.

        Raises:
            ValueError: If the description is empty.
        """
        if not self.alt.strip():
            raise ValueError(
                "received an empty description of the picture, accepted is a sentence that says "
                "what the figure shows; derive it from the data that were drawn"
            )
        plt.close(self.figure)

    def png(self) -> bytes:
        """Return the figure as PNG, on opaque white at 150 dots an inch."""
        stream = io.BytesIO()
        self.figure.savefig(
            stream,
            format="png",
            dpi=DOTS_PER_INCH,
            bbox_inches="tight",
            facecolor="white",
            transparent=False,
            # No date and no version: the same data give the same bytes.
            metadata={"Software": None},
        )
        return stream.getvalue()

    def _repr_html_(self) -> str:
        """Show the picture as an image element that carries its own bytes."""
        data = base64.b64encode(self.png()).decode("ascii")
        alt = html.escape(self.alt, quote=True)
        return f'<img class="picture" src="data:image/png;base64,{data}" alt="{alt}">'
