"""How a verdict is shown: as a box on a page, as text in a terminal."""

from activation_study.report.claims.box.answers import badge
from activation_study.report.claims.box.brief import among, fared, interval, short, size, turned
from activation_study.report.claims.box.contents import QUICK, sentence
from activation_study.report.claims.box.findings import ours, replicated
from activation_study.report.claims.box.page import as_html
from activation_study.report.claims.box.terminal import as_line, as_text

__all__ = [
    "QUICK",
    "among",
    "as_html",
    "as_line",
    "as_text",
    "badge",
    "fared",
    "interval",
    "ours",
    "replicated",
    "sentence",
    "short",
    "size",
    "turned",
]
