"""A figure that a reader can touch: complete as it stands, moved by the book's script.

The script, ``_static/interactive.js``, takes the data from the figure, shows the controls and
rewrites what is marked with ``data-part``. Where there is no script, a reader has the figure in its
first state and the table of the numbers behind it, and sees no control that does nothing.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from activation_study.catalogue.spelling import with_minus
from activation_study.report.drawing.picture import as_files


@dataclass(frozen=True)
class Slider:
    """A slider over numbers, or over named steps.

    Attributes:
        name: What the script calls it.
        label: What a reader calls it.
        value: Where it stands first; the place among the steps, where it has any.
        low: Least value.
        high: Largest value.
        step: Distance of neighbouring values.
        steps: What its values 0, 1, ... are called; they set the other three.
    """

    name: str
    label: str
    value: float
    low: float = 0.0
    high: float = 1.0
    step: float = 1.0
    steps: tuple[str, ...] = ()

    def as_html(self) -> str:
        """Return the labelled control, and its value for those who see."""
        ends = self.low, self.high, self.step
        low, high, step = (0, len(self.steps) - 1, 1) if self.steps else ends
        # As many digits as the step has.
        digits = len(f"{self.step:g}".partition(".")[2])
        shown = self.steps[int(self.value)] if self.steps else f"{self.value:.{digits}f}"
        shown = html.escape(with_minus(shown))
        return (
            f"<label><span>{html.escape(self.label)}</span>"
            f'<input type="range" name="{self.name}" min="{low:g}" max="{high:g}" step="{step:g}" '
            f'value="{self.value:g}" aria-valuetext="{shown}" autocomplete="off">'
            f'<b aria-hidden="true">{shown}</b></label>'
        )


@dataclass(frozen=True)
class Choice:
    """A list to choose one thing from.

    Attributes:
        name: What the script calls it.
        label: What a reader calls it.
        value: What is chosen first.
        options: What can be chosen: value and words, by the name of their group.
    """

    name: str
    label: str
    value: str
    options: Mapping[str, Mapping[str, str]]

    def as_html(self) -> str:
        """Return the labelled control."""
        groups = []
        for group, options in self.options.items():
            listed = "".join(
                f'<option value="{html.escape(value)}"{" selected" * (value == self.value)}>'
                f"{html.escape(words)}</option>"
                for value, words in options.items()
            )
            wrapped = f'<optgroup label="{html.escape(group)}">{listed}</optgroup>'
            groups.append(wrapped if group else listed)
        return (
            f"<label><span>{html.escape(self.label)}</span>"
            f'<select name="{self.name}" autocomplete="off">{"".join(groups)}</select></label>'
        )


@dataclass(frozen=True)
class Interactive:
    """A drawn state, what a reader can change in it, and the numbers behind it.

    Attributes:
        kind: Which part of the script moves it.
        body: The drawing, HTML; what changes is marked with ``data-part``.
        said: The state in words, the text under the drawing.
        title: What it shows, in one sentence.
        caption: What is drawn.
        invitation: What a reader may do, shown with the controls alone.
        controls: From first to last.
        data: What the script computes from; JSON.
        table: Every number behind the figure, or so many that the rest follows; several by what
            each is called.
        note: What the table holds.
    """

    kind: str
    body: str
    said: str
    title: str
    caption: str
    invitation: str
    controls: Sequence[Slider | Choice]
    data: Mapping[str, Any]
    table: pd.DataFrame | Mapping[str, pd.DataFrame]
    note: str

    def json(self) -> str:
        """Return the data, and the names of the steps of sliders, as JSON that HTML can hold."""
        sliders = [each for each in self.controls if isinstance(each, Slider)]
        steps = {each.name: each.steps for each in sliders if each.steps}
        text = json.dumps({**self.data, "steps": steps}, separators=(",", ":"), allow_nan=False)
        return text.replace("<", "\\u003c")

    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Return the tables by what they are called."""
        if isinstance(self.table, pd.DataFrame):
            return {"The numbers behind it": self.table}
        return self.table

    def _folded(self, name: str, frame: pd.DataFrame) -> str:
        """Return a table that opens below its name."""
        table = frame.to_html(index=False, border=0, justify="left")
        table = table.replace("<th>", '<th scope="col">')
        return (
            f"<details><summary>{_text(name)}</summary><p>{_text(self.note)}</p>"
            f'<div class="scrolls" tabindex="0" role="group" aria-label="Table: {_text(name)}">'
            f"{table}</div></details>"
        )

    def _repr_html_(self) -> str:
        """Show words, controls (hidden until a script runs), drawing, numbers and data."""
        controls = "".join(each.as_html() for each in self.controls)
        parts = [
            f"<figcaption><strong>{_text(self.title)}</strong> {_text(self.caption)}</figcaption>",
            f'<div class="controls" role="group" aria-label="Controls" hidden>'
            f"<p>{_text(self.invitation)}</p>{controls}</div>",
            f'<div class="drawn">{self.body}</div>',
            f'<p class="said"><output data-part="said">{_text(self.said)}</output></p>',
            *(self._folded(name, table) for name, table in self.tables().items()),
            f'<script type="application/json">{self.json()}</script>',
            as_files(pd.concat(self.tables(), names=["table"]).reset_index("table")),
        ]
        return f'<figure class="picture touch" data-touch="{self.kind}">{"".join(parts)}</figure>'


def _text(text: str) -> str:
    """Escape text; between a number and its percent sign no line breaks."""
    return html.escape(text).replace(" %", "\u00a0%")
