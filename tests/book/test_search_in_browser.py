"""The site's own search, as a reader uses it: what somebody asked finds its answer first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

DESK = "chapters/questions"
CHAPTER = Path(__file__).parents[2] / f"{DESK}.md"
TERM = re.compile(r"\{index\}`!([^`]+)`")
TERMS = re.compile(r"^```\{index\} ! (?:single: )?(.+)$", re.MULTILINE)
# Pages set quotation marks in type.
PLAIN = str.maketrans({"\u201c": '"', "\u201d": '"', "\u2019": "'"})
FIRST_HIT = "#search-results ul.search > li:first-child > a"


def asked() -> list[tuple[str, str]]:
    """Return what people may type, each with the heading below which it is answered.

    That is each heading, the titles under which others asked the same, and a short term.
    """
    found = []
    for part in re.split(r"^### ", CHAPTER.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        heading, _, body = part.partition("\n")
        also = [" ".join(term.split()) for term in TERM.findall(body)]
        short = [terms.split(", !")[0] for terms in TERMS.findall(body)]
        found += [(typed, heading) for typed in (heading, *also, *short)]
    return list(dict.fromkeys(found))


@pytest.fixture(scope="module")
def page(browser: Browser, site_url: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.goto(f"{site_url}/chapters/method.html")
    yield opened
    context.close()


@pytest.fixture(scope="module")
def anchors(site: Path) -> dict[str, str]:
    """Heading -> the anchor of its section, as the built page has them."""
    html = BeautifulSoup((site / f"{DESK}.html").read_text(encoding="utf-8"), "html.parser")
    return {
        section.h3.text.removesuffix("#").translate(PLAIN): str(section["id"])
        for section in html.select("section section section[id]")
    }


def test_the_fifteen_questions_and_their_kin_are_asked() -> None:
    headings = {heading for _, heading in asked()}
    assert len(headings) >= 15
    assert len(asked()) >= 2 * len(headings)


@pytest.mark.parametrize(("typed", "heading"), asked(), ids=lambda said: said[:40])
def test_a_question_finds_its_answer_first(
    page: Page, site_url: str, anchors: dict[str, str], typed: str, heading: str
) -> None:
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.keyboard.press("Control+k")
    page.locator("input[name=q]:visible").first.fill(typed)
    with page.expect_navigation(wait_until="commit"):
        page.keyboard.press("Enter")
    hit = page.locator(FIRST_HIT)
    hit.wait_for()
    assert urlsplit(str(hit.get_attribute("href")))[2:] == (
        f"{DESK}.html",
        "",
        anchors[heading],
    )
    assert str(hit.text_content()).translate(PLAIN).endswith(heading)
    assert hosts == {urlsplit(site_url).netloc}
