"""What surprised: only what came out so, with the numbers, margins and misses of its verdicts."""

import re

from activation_study import facts, figures
from activation_study.report.claims.verdict import Score
from report.claims.made_verdicts import claim, contrast, primary, verdict


def made(name, effect, direction, size, forecast=None, margin=0.002):
    shown = primary(effect, direction, size, margin=margin)
    scored = forecast if forecast is None else Score(forecast, None, True)
    return verdict(claim(name, contrast()), primary=shown, forecast=scored)


def test_what_does_not_surprise_any_more_is_left_out():
    small = made("gelu-beats-relu", 0.001, "as claimed", "too small to matter")
    large = made("gelu-beats-relu", 0.01, "as claimed", "matters")
    assert [each for _, each in facts.surprises([small])] == [small]
    assert facts.surprises([large, made("other", -0.01, "contrary", "matters")]) == []
    assert "Nothing recorded" in figures.surprises([])._repr_html_()


def test_rows_are_sorted_and_each_has_its_number_its_margin_and_its_link():
    rows = [
        ("Small.", made("gelu-beats-relu", 0.0011, "as claimed", "too small to matter", True)),
        ("Large.", made("prior-bias-many", -0.03, "contrary", "matters", False, margin=0.01)),
    ]
    shown = figures.surprises(rows)
    assert "findings: one" in shown.title
    html = shown._repr_html_()
    assert re.findall(r"<span>([^<]*\d)</span>", html) == ["\N{MINUS SIGN}300", "+11"]
    links = re.findall(r'<a href="([^"]+)">([^<]+)</a>( \*)?', html)
    assert links == [
        ("../verdicts/prior-bias-many.html", "Large.", " *"),
        ("../verdicts/gelu-beats-relu.html", "Small.", ""),
    ]
    assert "95 % interval".replace(" %", "\N{NO-BREAK SPACE}%") in html
    # A margin five times as large shades five times as much.
    large, small = (
        float(width) for width in re.findall(r'<rect x="[^"]+" width="([\d.]+)%"', html)
    )
    assert abs(large / small - 5) < 0.05
