"""The built site as a reader meets it, in Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from book.accessibility import violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
SCREENSHOTS = Path(os.environ.get("ACTIVATION_STUDY_SCREENSHOTS", ROOT / "_build" / "screenshots"))
THEMES = ("light", "dark")
# Milliseconds: a page takes one second, on a busy machine many.
PATIENCE = 120_000
MATHEMATICS = "document.querySelectorAll('article .math').length"
TYPESET = "document.querySelectorAll('article mjx-container').length"
# What the book writes, without the frame that the theme puts around it.


class Visit:
    """An open page with what went wrong and what it asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(PATIENCE)
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._note_message)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def _note_message(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', 'no address')})")

    def open(self, url: str) -> None:
        """Go to `url` and wait until mathematics is set."""
        self.page.goto(url, wait_until="networkidle")
        if self.page.evaluate(MATHEMATICS):
            self.page.wait_for_function(f"{TYPESET} > 0")
            self.page.evaluate("MathJax.startup.promise.then(() => true)")


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def visit(browser: Browser, theme: str) -> Iterator[Visit]:
    context = browser.new_context(color_scheme=theme, viewport={"width": 1280, "height": 900})
    yield Visit(context.new_page())
    context.close()


def test_page_reads_well(visit: Visit, site_url: str, page_path: str, theme: str) -> None:
    visit.open(f"{site_url}/{page_path}")
    page = visit.page
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    name = (
        Path(page.url.removeprefix(site_url))
        .with_suffix("")
        .as_posix()
        .strip("/")
        .replace("/", "-")
    )
    page.screenshot(path=SCREENSHOTS / f"{name}-{theme}.png", full_page=True)

    assert visit.errors == []
    assert visit.hosts == {urlsplit(site_url).netloc}
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    assert page.evaluate(TYPESET) == page.evaluate(MATHEMATICS)
    assert page.locator("mjx-merror, .MathJax_Error").count() == 0
    assert (
        page.evaluate("[...document.images].filter(i => i.complete && !i.naturalWidth).length") == 0
    )
    assert [found for found in violations(page) if found["impact"] != "minor"] == []


def test_page_fits_a_phone(browser: Browser, site_url: str, page_path: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    visit = Visit(context.new_page())
    visit.open(f"{site_url}/{page_path}")
    overhang = visit.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    context.close()
    assert overhang <= 0


def test_axe_sees_a_picture_without_alternative_text(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        '<html lang="en"><title>t</title><main><h1>A</h1><img src="data:,"></main></html>'
    )
    assert [violation["rule"] for violation in violations(page)] == ["image-alt"]
    page.close()
