"""How a verdict is shown: as a box on a page, as text in a terminal."""

from activation_study.report.claims.box.answers import badge
from activation_study.report.claims.box.contents import QUICK, sentence, short, size
from activation_study.report.claims.box.page import as_html
from activation_study.report.claims.box.terminal import as_line, as_text

__all__ = ["QUICK", "as_html", "as_line", "as_text", "badge", "sentence", "short", "size"]
