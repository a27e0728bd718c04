"""Boxes of every label in Chromium, light and dark, at a desk and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from book.accessibility import violations
from report.claims.made_verdicts import claim, contrast, every_label, primary, verdict

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

GROUNDS = {"light": "background:#fff;color:#222832", "dark": "background:#14181e;color:#ced6dd"}
SIZES = """[...document.querySelectorAll("main *")].map(
    (element) => parseFloat(getComputedStyle(element).fontSize)
)"""
OVERHANG = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("width", [1400, 390])
def test_boxes_can_be_read(browser: Browser, ground: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    boxes = "".join(made._repr_html_() for made in every_label())
    page.set_content(
        f'<!doctype html><html lang="en"><title>Boxes</title><style>a {{ color: inherit }}</style>'
        f'<body style="{GROUNDS[ground]}"><main><h1>Boxes</h1>{boxes}</main>'
    )
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = violations(page)
    overhang, smallest = page.evaluate(OVERHANG), min(page.evaluate(SIZES))
    page.close()
    assert found == []
    assert overhang <= 0
    assert smallest >= 12


def test_a_long_number_stays_in_its_box_and_beside_its_track(browser: Browser) -> None:
    rule = contrast(metric="train_loss", margin=0.001)
    shown = primary(-0.001876, "not shown", "open", low=-0.004, high=0.001)
    made = verdict(claim("long", rule), primary=shown)
    page = browser.new_page(viewport={"width": 800, "height": 900})
    wide = f'<body style="font-family:monospace;letter-spacing:.2em">{made._repr_html_()}'
    page.set_content(wide)
    track, number = (page.locator(f".verdict li > {each}") for each in ("svg", "svg ~ span"))
    assert number.inner_text() == "\N{MINUS SIGN}0.001876"
    is_whole = number.evaluate("span => span.scrollWidth <= Math.ceil(span.clientWidth)")
    first, last = track.bounding_box(), number.bounding_box()
    end = page.locator(".verdict .key").bounding_box()
    page.close()
    assert first is not None
    assert last is not None
    assert end is not None
    assert is_whole
    assert first["x"] + first["width"] <= last["x"]
    assert last["x"] + last["width"] <= end["x"] + end["width"] + 0.5


def test_folded_parts_open_by_the_keyboard(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(every_label()[0]._repr_html_())
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    is_open = page.locator("details").get_attribute("open")
    page.close()
    assert is_open is not None
