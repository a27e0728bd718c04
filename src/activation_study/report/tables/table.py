"""A table as pages and terminals show it."""

from __future__ import annotations

import functools
import html
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec

import pandas as pd

from activation_study.catalogue.spelling import with_hyphen
from activation_study.errors import IncompleteRecordError

P = ParamSpec("P")


@dataclass(frozen=True)
class Table:
    """A table of text with a sentence below it.

    Args:
        frame: What is shown; may be empty, then the sentence stands alone.
        note: Plain text.
        markup: Columns whose cells are HTML already; all others are escaped.
        stacks: Whether a row stands as a block on a phone, each cell behind the name of its column.
    """

    frame: pd.DataFrame
    note: str = ""
    markup: tuple[str, ...] = ()
    stacks: bool = False

    def _repr_html_(self) -> str:
        """Show the table, and the sentence below it."""
        shown = ""
        if len(self.frame):
            text = self.frame.astype(str)
            for column in text.columns.difference(list(self.markup)):
                text[column] = text[column].map(html.escape)
            kind = "stacked" if self.stacks else None
            shown = text.to_html(index=False, escape=False, border=0, justify="left", classes=kind)
            if self.stacks:
                names = itertools.cycle(html.escape(str(column)) for column in text)
                shown = re.sub("<td>", lambda _: f'<td data-label="{next(names)}">', shown)
        return shown + (f"<p>{html.escape(self.note)}</p>" if self.note else "")

    def __str__(self) -> str:
        """Return the table as text for a terminal."""
        shown = self.frame.to_string(index=False) if len(self.frame) else ""
        return with_hyphen("\n".join(part for part in (shown, self.note) if part))


def says_what_is_missing(make: Callable[P, Table]) -> Callable[P, Table]:
    """Return a table that says so where nothing is recorded."""

    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Table:
        try:
            return make(*args, **kwargs)
        except IncompleteRecordError as error:
            return Table(pd.DataFrame(), str(error))

    return made
