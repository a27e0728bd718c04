"""Figures that a reader can touch, moved by keys in Chromium and held against SciPy and the record.

The figure under test is what the package returns, with the book's own script and style sheets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from scipy import special

from activation_study.report import figures

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from activation_study.report.drawing.interactive import Interactive

pytestmark = pytest.mark.browser

STATIC = Path(__file__).parents[2] / "_static"
GROUNDS = {"light": "background:#fff;color:#222832", "dark": "background:#14181e;color:#ced6dd"}
OVERHANG = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALLEST = """Math.min(...[...document.querySelectorAll("main *")].map(
    (element) => parseFloat(getComputedStyle(element).fontSize)
))"""
# What the script may change, as it stands in the page.
DRAWN = """[...document.querySelectorAll("[data-part]")].map((part) => part.outerHTML)"""
FIGURES: dict[str, Callable[[], Interactive]] = {"softmax_bench": figures.softmax_bench}


def as_page(name: str, ground: str = "light") -> str:
    sheets = "".join(
        f"<style>{(STATIC / sheet).read_text()}</style>"
        for sheet in ("custom.css", "interactive.css")
    )
    return (
        f'<!doctype html><html lang="en"><title>{name}</title>{sheets}'
        f'<body style="{GROUNDS[ground]};font-family:sans-serif"><main><h1>{name}</h1>'
        f"{FIGURES[name]()._repr_html_()}</main>"
    )


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a figure, with the book's script unless it is told otherwise."""
    contexts = []

    def open_one(
        name: str, *, width: int = 1000, ground: str = "light", script: bool = True
    ) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.set_content(as_page(name, ground))
        if script:
            page.add_script_tag(path=STATIC / "interactive.js")
        return page

    yield open_one
    for context in contexts:
        context.close()


def press(page: Page, control: str, key: str, times: int = 1) -> None:
    page.locator(f'[name="{control}"]').focus()
    for _ in range(times):
        page.keyboard.press(key)


def shown(page: Page, part: str) -> str:
    return str(page.locator(f'[data-part="{part}"]').first.text_content()).replace("\u2212", "-")


@pytest.mark.parametrize("name", FIGURES)
def test_without_its_script_a_figure_lacks_nothing_but_its_controls(
    opened: Callable[..., Page], name: str
) -> None:
    still = opened(name, script=False)
    assert not still.locator(".controls").is_visible()
    assert still.locator("svg").first.is_visible()
    assert still.locator(".said").is_visible()
    still.locator("summary").focus()
    still.keyboard.press("Enter")
    assert still.locator("table").is_visible()
    # The script finds every part as it would draw it.
    assert opened(name).evaluate(DRAWN) == still.evaluate(DRAWN)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("width", [1000, 390])
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_can_be_read_and_used_by_everybody(
    opened: Callable[..., Page], name: str, width: int, ground: str
) -> None:
    page = opened(name, width=width, ground=ground)
    page.locator("summary").click()
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    assert page.evaluate(OVERHANG) <= 0
    assert page.evaluate(SMALLEST) >= 12


def test_bench_follows_the_keys_as_scipy_computes(opened: Callable[..., Page]) -> None:
    page = opened("softmax_bench")
    press(page, "score1", "ArrowRight", 8)
    press(page, "score3", "Home")
    press(page, "shift", "ArrowLeft", 4)
    press(page, "temperature", "ArrowLeft", 2)
    scores = (np.array([2.0, 2.3, 0.5, -5.0]) - 0.4) / 0.5
    expected = {"softmax": special.softmax(scores), "sigmoid": special.expit(scores)}
    for head, values in expected.items():
        for place, value in enumerate(values):
            assert shown(page, f"{head}-value{place}") == f"{value:.3f}"
            width = page.locator(f'[data-part="{head}-bar{place}"]').get_attribute("width")
            assert float(str(width).rstrip("%")) == pytest.approx(68 * value, abs=2e-3)
        assert shown(page, f"{head}-sum") == f"{values.sum():.3f}"
    said = re.findall(r"\d+\.\d+", shown(page, "said"))
    assert said == [
        f"{each:.3f}" for values in expected.values() for each in (values[1], values.sum())
    ]
    slider = page.locator('[name="score3"]')
    assert slider.get_attribute("aria-valuetext") == "\u22125.0"
    assert page.get_by_label("temperature").get_attribute("aria-valuetext") == "0.5"


def test_a_shift_of_every_score_moves_the_sigmoids_alone(opened: Callable[..., Page]) -> None:
    page = opened("softmax_bench")
    before = {head: shown(page, f"{head}-value0") for head in ("softmax", "sigmoid")}
    press(page, "shift", "End")
    assert shown(page, "softmax-value0") == before["softmax"]
    assert shown(page, "sigmoid-value0") == f"{special.expit(5.0):.3f}" != before["sigmoid"]
