"""A verdict as a badge: a small picture for a README or an answer in a forum."""

from __future__ import annotations

from html import escape

from activation_study.report.claims.box.answers import QUIET, answer_of
from activation_study.report.claims.verdict import Verdict

NAME = "Activations on Trial"
GROUND = "#3c4043"
"""Of the name; white on it has a contrast of 10."""

HEIGHT, AIR, ICON = 20, 6, 12
"""Pixels: of the badge, beside each text, and of the icon's square."""

# Of letters of 11 pixels in Verdana and its likes. What a viewer's own font differs by,
# `textLength` takes up between the letters.
NARROW, USUAL, WIDE = 4.2, 6.8, 9.6
WIDTHS = dict.fromkeys("fijlrt.,:;'|()-! ", NARROW) | dict.fromkeys("mwMW%", WIDE)


def said(verdict: Verdict) -> str:
    """Return a verdict's label as it may be quoted: what is no evidence says so."""
    return verdict.label if verdict.tier == "full" else f"{verdict.label} (quick tier: no evidence)"


def badge(verdict: Verdict) -> bytes:
    """Draw a verdict's badge as SVG: the book's name, then the answer in its colour and icon."""
    look = answer_of(verdict.label) if verdict.tier == "full" else QUIET
    label = said(verdict)
    left, right = _width(NAME), _width(label)
    split = 2 * AIR + left
    whole = split + 3 * AIR + ICON + right
    title = f"{NAME}: “{verdict.claim.assertion}” {label}"
    texts = "".join(
        f'<text x="{x:g}" y="14" textLength="{width:g}">{escape(text)}</text>'
        for x, width, text in ((AIR, left, NAME), (split + 2 * AIR + ICON, right, label))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole:g}" height="{HEIGHT}" '
        f'viewBox="0 0 {whole:g} {HEIGHT}" role="img"><title>{escape(title)}</title>'
        f'<clipPath id="round"><rect width="{whole:g}" height="{HEIGHT}" rx="4"/></clipPath>'
        f'<g clip-path="url(#round)"><rect width="{whole:g}" height="{HEIGHT}" fill="{GROUND}"/>'
        f'<rect x="{split:g}" width="{whole - split:g}" height="{HEIGHT}" fill="{look.colour}"/>'
        f'</g><path transform="translate({split + AIR:g} 4) scale({ICON / 16:g})" '
        f'd="{look.path}" fill="none" stroke="#fff" stroke-width="2.2"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">{texts}</g>'
        "</svg>\n"
    ).encode()


def _width(text: str) -> float:
    """Return about how many pixels a text takes."""
    return round(sum(WIDTHS.get(letter, USUAL) for letter in text), 1)
