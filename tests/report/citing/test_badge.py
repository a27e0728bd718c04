"""Badges as pictures: well formed, readable, and as wide as their text."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from activation_study.report.citing import badge, said
from activation_study.report.claims.verdict import Verdict
from report.claims.made_verdicts import every_label

SVG = "{http://www.w3.org/2000/svg}"
MADE = {verdict.claim.id: verdict for verdict in every_label()}


def contrast_with_white(colour: str) -> float:
    """Return the contrast of WCAG 2.2 between white and a colour written as #rrggbb."""
    code = colour.removeprefix("#")
    parts = [int(code[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 1.05 / (np.dot(linear, (0.2126, 0.7152, 0.0722)) + 0.05)


@pytest.mark.parametrize("verdict", MADE.values(), ids=MADE)
def test_a_badge_can_be_read(verdict: Verdict) -> None:
    picture = ElementTree.fromstring(badge(verdict))
    title, texts = picture.find(f"{SVG}title").text, list(picture.iter(f"{SVG}text"))
    assert [text.text for text in texts] == ["Activations on Trial", said(verdict)]
    assert title == f"Activations on Trial: “{verdict.claim.assertion}” {said(verdict)}"
    font, ends = FontProperties(family="DejaVu Sans"), []
    for text in texts:
        drawn = TextPath((0, 0), text.text, size=11, prop=font).get_extents().width
        width = float(text.get("textLength"))
        assert width == pytest.approx(drawn, rel=0.12, abs=4)
        ends.append((float(text.get("x")), float(text.get("x")) + width))
    left, right = picture.find(f"{SVG}g").findall(f"{SVG}rect")
    assert ends[0][1] < float(right.get("x")) < ends[1][0] < ends[1][1] < float(left.get("width"))
    assert all(contrast_with_white(ground.get("fill")) >= 4.5 for ground in (left, right))


def test_a_badge_without_evidence_is_grey_and_says_so() -> None:
    grounds = {
        name: ElementTree.fromstring(badge(MADE[name])).find(f"{SVG}g")[1].get("fill")
        for name in ("all-true", "nobody-knows", "thinned", "gone")
    }
    assert grounds["thinned"] == grounds["gone"]
    assert len(set(grounds.values())) == 3
    assert said(MADE["thinned"]) == "cannot tell (quick tier: no evidence)"
