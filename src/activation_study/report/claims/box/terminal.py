"""A verdict as text for a terminal: 80 columns, characters that every terminal has."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from activation_study.catalogue.spelling import with_hyphen
from activation_study.report.claims.box import contents
from activation_study.report.claims.box.answers import answer_of
from activation_study.report.claims.box.brief import size
from activation_study.report.claims.box.track import ASCII_MARKS, Scale

if TYPE_CHECKING:
    from activation_study.report.claims.verdict import Verdict

COLUMNS = 80
NAME = 32
"""Columns of a row's name."""


def as_text(verdict: Verdict) -> str:
    """Return a verdict as text."""
    head, said = _head(verdict), f'"{verdict.claim.assertion}"'
    text = [_wrapped(head, said, *contents.unjudged(verdict))]
    if verdict.is_judgement:
        quick = "" if verdict.tier == "full" else contents.QUICK
        advice = [f"{name}: {text}" for name, text in contents.advice(verdict)]
        text = [
            _wrapped(head, said, quick, contents.sentence(verdict)),
            *_scale(verdict),
            _wrapped("", *advice),
        ]
    return with_hyphen("\n".join(part for part in text if part))


def _head(verdict: Verdict) -> str:
    """Return icon, name, label, and the answers of the rows."""
    marks = "".join(ASCII_MARKS[answer] for answer in contents.answers(verdict))
    count = f", {contents.count(verdict)}".rstrip(" ,") + f" {marks}" if len(marks) > 1 else ""
    return f"[{answer_of(verdict.label).ascii}] {verdict.claim.id}: {verdict.label}{count}"


def _wrapped(head: str, *paragraphs: str) -> str:
    """Wrap paragraphs, indented below a heading."""
    indent = "  "
    wrapped = [
        textwrap.fill(text, COLUMNS, initial_indent=indent, subsequent_indent=indent)
        for text in paragraphs
        if text
    ]
    return "\n".join(filter(None, [head, *wrapped]))


def _scale(verdict: Verdict) -> list[str]:
    lines, primary = contents.lines(verdict), verdict.primary
    if not lines:
        return []
    margin = primary.margin if primary else 0.0
    scale = Scale.of([line for _, line in lines], contents.origin(verdict), margin)
    left, right = contents.sides(verdict)
    drawn = [
        f"  {textwrap.shorten(name, NAME, placeholder='..'):{NAME}} {scale.characters(line)} "
        f"{contents.number(verdict, line.effect):>10}"
        for name, line in lines
    ]
    words = contents.meanings(verdict)
    marks = ", ".join(f"{mark} {words[answer]}" for answer, mark in ASCII_MARKS.items())
    key = "; ".join([*contents.key(verdict), marks, "-- 95 % interval"])
    ways = f"<- {left} | {right} ->"
    return [
        _wrapped("", ways),
        *drawn,
        _wrapped("", key.replace("shaded:", "[ ]:") + "."),
    ]


def as_line(verdict: Verdict) -> str:
    """Return a verdict in a few lines: name, answer and size above what is claimed."""
    said = size(verdict)
    head = f"{_head(verdict)}{f' ({said})' if said else ''}"
    return with_hyphen(_wrapped(head, verdict.claim.assertion))
