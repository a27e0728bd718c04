"""A trial as one HTML file that needs nothing else: styles and drawings are in it."""

from __future__ import annotations

from html import escape
from importlib import resources

from activation_study.report.claims.box.answers import FALSE, QUIET, SMALL, TRUE, UNSURE
from activation_study.report.tables import Table
from activation_study.trial.shown.document import Document, Section, title

_COLOURS = {
    "ahead": TRUE.colour,
    "behind": FALSE.colour,
    "same": SMALL.colour,
    "open": UNSURE.colour,
    "nothing": QUIET.colour,
}


def as_html(document: Document) -> str:
    """Return the whole page."""
    heading = escape(title(document))
    style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    notice = f'<p class="notice">{escape(document.notice)}</p>' if document.notice else ""
    summary = "".join(f"<p>{_text(each)}</p>" for each in document.summary)
    label = escape(document.label[:1].upper() + document.label[1:])
    sections = "".join(map(_section, document.sections))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{heading}: {label}</title><style>{style}</style></head><body><main>"
        f'<h1>{heading}</h1><p class="said"><code>{escape(document.said)}</code></p>'
        f'<div class="answer" style="--answer:{_COLOURS[document.answer]}">'
        f'<span class="label">{label}</span>{summary}</div>{notice}{sections}</main>'
        "<footer>Made by <code>activation-study trial</code>, of the book "
        "<em>Activations on Trial</em>.</footer></body></html>\n"
    )


def _section(section: Section) -> str:
    parts = [f"<h2>{escape(section.title)}</h2>"]
    parts += [f"<p>{_text(each)}</p>" for each in section.sentences]
    if section.code:
        parts.append(f"<pre>{escape(section.code)}</pre>")
    parts += [picture._repr_html_() for picture in section.pictures]
    parts += [_table(table) for table in section.tables]
    parts += [
        f"<details><summary>{escape(name)}</summary>{_table(table)}</details>"
        for name, table in section.folded.items()
    ]
    return f"<section>{''.join(parts)}</section>"


def _text(text: str) -> str:
    """Escape a sentence, and keep a number and its percent sign on one line."""
    return escape(text).replace(" %", "\u00a0%")


def _table(table: Table) -> str:
    return f'<div class="table">{table._repr_html_()}</div>'
