"""A verdict's box as HTML that stands alone: in the book, in a notebook, light or dark."""

from __future__ import annotations

from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from activation_study.catalogue.spelling import with_minus
from activation_study.report.claims.box import contents, folded
from activation_study.report.claims.box.answers import answer_of, badge
from activation_study.report.claims.box.track import MARKS, Scale

if TYPE_CHECKING:
    from activation_study.report.claims.verdict import Verdict

MOST_ROWS = 12
"""Rows that are shown at once; more of them are folded."""


@cache
def style() -> str:
    """Return the sheet of styles, which every box brings along."""
    sheet = resources.files(__package__).joinpath("verdict.css").read_text(encoding="utf-8")
    return f"<style>{sheet}</style>"


def as_html(verdict: Verdict) -> str:
    """Return a verdict's box as HTML; its anchor is `verdict-<claim id>`."""
    claim, is_judged = verdict.claim, verdict.is_judgement
    parts = [
        f'<p class="answer">{badge(verdict.label)} {_dots(verdict)}'
        f'<a class="permalink" href="#verdict-{claim.id}">{claim.id}</a></p>',
        f'<p class="claimed">{_text(f"“{claim.assertion}”")}</p>',
    ]
    if not is_judged:
        parts += [f"<p>{_text(said)}</p>" for said in contents.unjudged(verdict)]
    else:
        if verdict.tier != "full":
            parts.append(f"<p><strong>{contents.QUICK}</strong></p>")
        parts += [f"<p>{_text(contents.sentence(verdict))}</p>", _scale(verdict)]
        parts += [f"<p><b>{name}:</b> {_text(said)}</p>" for name, said in contents.advice(verdict)]
    parts.append(_more(verdict))
    return (
        f'{style()}<div class="verdict{"" if is_judged else " quiet"}" id="verdict-{claim.id}" '
        f'role="group" aria-label="Verdict on {claim.id}" '
        f'style="--answer:{answer_of(verdict.label).colour}">{"".join(parts)}</div>'
    )


def _text(text: str) -> str:
    """Escape text, and write the minus of a number as one."""
    return escape(with_minus(text))


def _details(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>{body}</details>"


def _more(verdict: Verdict) -> str:
    """Return what is folded, under the names of what it holds."""
    sections = folded.sections(verdict)
    if not sections:
        return ""
    parts = []
    for title, facts in sections:
        said = "".join(f"<dt>{_text(name)}</dt><dd>{_text(text)}</dd>" for name, text in facts)
        table = _rows(verdict) if title == "Statistics" else ""
        parts.append(f'<p class="part">{title}</p><dl>{said}</dl>{table}')
    return _details(", ".join(title for title, _ in sections).capitalize(), "".join(parts))


def _dots(verdict: Verdict) -> str:
    """Return the count of the answers, and a mark for each."""
    given = contents.answers(verdict)
    if len(given) < 2:
        return ""
    words = contents.meanings(verdict)
    said = ", ".join(
        f"{given.count(answer)} {words[answer]}" for answer in MARKS if answer in given
    )
    marks = "".join(MARKS[answer] for answer in given)
    return (
        f"<span>{contents.count(verdict)}</span> "
        f'<span role="img" aria-label="{said}" title="{said}">{marks}</span>'
    )


def _scale(verdict: Verdict) -> str:
    """Return every row on one scale: name, track, number."""
    lines, primary = contents.lines(verdict), verdict.primary
    if not lines:
        return ""
    margin = primary.margin if primary else 0.0
    scale = Scale.of([line for _, line in lines], contents.origin(verdict), margin)
    left, right = map(_text, contents.sides(verdict))
    head = f'<li class="sides"><span>←\u00a0{left}</span><span>{right}\u00a0→</span></li>'
    items, words = [], contents.meanings(verdict)
    for name, line in lines:
        effect, low, high = (
            contents.number(verdict, value) for value in (line.effect, line.low, line.high)
        )
        heavy = line is primary
        drawn = scale.svg(
            line,
            f"{name}: {effect}",
            f"95 % interval {low} to {high}, {words[line.direction]}",
            heavy=heavy,
        )
        items.append(
            f"<li{' class=mean' if heavy else ''}><span>{_text(name)}</span>{drawn}"
            f"<span>{_text(effect)}</span></li>"
        )
    shown = f"<ul>{head}{''.join(items)}</ul>"
    if len(items) > MOST_ROWS:
        shown = _details(f"All {len(verdict.rows)} rows", shown)
    notes = [*contents.key(verdict), *(f"{mark} {words[answer]}" for answer, mark in MARKS.items())]
    return f'{shown}<p class="key">{_text("; ".join(notes))}; line: 95 % interval.</p>'


def _rows(verdict: Verdict) -> str:
    """Return the numbers of each row as a table."""
    heading, *rows = folded.rows(verdict) or [[]]
    if not rows:
        return ""
    cells = "".join(f'<th scope="col">{name}</th>' for name in heading)
    body = ""
    for name, *row in rows:
        data = "".join(f"<td>{_text(cell)}</td>" for cell in row)
        body += f'<tr><th scope="row">{_text(name)}</th>{data}</tr>'
    return (
        '<div class="wide" tabindex="0" role="group" aria-label="Numbers of each row"><table>'
        f"<thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>"
    )
