"""The six kinds of answer, and a quiet one: each has a colour and an icon of its own."""

from __future__ import annotations

import html
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """How a kind of label looks.

    Attributes:
        colour: of the ground; white text on it has a contrast of 4.5 and more.
        path: of the icon, in a square of 16.
        ascii: the icon where there is no picture.
    """

    colour: str
    path: str
    ascii: str


TRUE = Answer("#1b6b3a", "M2 8.5l4 4 8-9", "+")
FALSE = Answer("#a02632", "M3 3l10 10M13 3L3 13", "x")
SMALL = Answer("#0b5a8f", "M2 5.5h12M2 10.5h12", "=")
MIXED = Answer("#8a4b08", "M8 2v12M2 8h12M4 4l8 8M12 4l-8 8", "/")
SLIGHT = Answer("#0f6674", "M2 7c2-3 4-3 6 0s4 3 6 0M2 12c2-3 4-3 6 0s4 3 6 0", "~")
UNSURE = Answer("#5b4690", "M5 5.5a3 3 0 1 1 4.5 2.6C8.4 8.700 8 9.200 8 10.500M8 13.200v.6", "?")
QUIET = Answer("#5f6368", "M3 8h10", "-")


def answer_of(label: str) -> Answer:
    """Return the look of a label, by its beginning and its end."""
    if label.startswith(("came true, but", "opposite, but")):
        return SLIGHT
    if label.startswith(("came true", "holds")):
        return TRUE
    if label.startswith(("opposite", "does not hold")):
        return FALSE
    if label.startswith("did not come true"):
        return SMALL
    if label.startswith("cannot tell"):
        return UNSURE
    return MIXED if label.startswith("depends") or " of " in label else QUIET


def badge(label: str) -> str:
    """Write a label with its icon on its ground, by inline styles: it needs no sheet of styles."""
    look = answer_of(label)
    icon = (
        '<svg aria-hidden="true" width="14" height="14" viewBox="0 0 16 16" fill="none" '
        'stroke="currentColor" stroke-width="2.2" style="vertical-align:-2px;margin-right:.4em">'
        f'<path d="{look.path}"/></svg>'
    )
    first, _, rest = html.escape(label[:1].upper() + label[1:]).partition(" ")
    return (
        f'<span style="background:{look.colour};border-radius:.25rem;color:#fff;'
        'display:inline-block;font-weight:600;padding:.15rem .5rem">'
        f'<span style="white-space:nowrap">{icon}{first}</span> {rest}</span>'
    )
