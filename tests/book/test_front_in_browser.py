"""The front page and the decision guide of the built site, in Chromium, held against its JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

MOST_WORDS = 25
CHAPTERS = Path(__file__).parents[2] / "chapters"
ROWS = ".verdict-list tbody tr"
BEFORE = """cells => [
    ...new Set(cells.map((each) => getComputedStyle(each, "::before").content))
]"""


@pytest.fixture(scope="module")
def front(browser: Browser, site_url: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(f"{site_url}/chapters/index.html")
    yield page
    context.close()


def test_three_questions_are_answered_in_few_words_on_the_first_screen(front: Page) -> None:
    cards = front.locator(".bd-article .sd-card")
    assert cards.count() == 3
    for card in cards.all():
        box = card.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 900
        answer = card.locator("p.sd-card-text").first.inner_text()
        assert re.search(r"\d", answer)
        assert len(re.findall(r"[\w.,]+", answer)) <= MOST_WORDS
    assert [each.get_attribute("href") for each in cards.locator("a").all()] == [
        f"decision-guide.html#{part}"
        for part in ("output-layer", "hidden-layers", "it-does-not-learn")
    ]


def test_a_phone_shows_one_answer_first(browser: Browser, site_url: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{site_url}/chapters/index.html")
    box = page.locator(".bd-article .sd-card").first.bounding_box()
    added = page.locator(f"{ROWS} td").evaluate_all(BEFORE)
    page.close()
    assert box is not None
    assert box["y"] + box["height"] <= 844
    # Words that another table's cells get there, "First round", have no place in the list.
    assert added == ["none"]


def test_surprises_have_the_numbers_of_their_verdicts(front: Page, site: Path) -> None:
    verdicts = json.loads((site / "verdicts.json").read_text(encoding="utf-8"))
    effects = {each["claim"]["id"]: (each["primary"] or {}).get("effect") for each in verdicts}
    rows = front.locator(".surprises li:not(.sides)").all()
    assert rows
    for row in rows:
        claim = Path(str(row.locator("a").get_attribute("href"))).stem
        shown = row.locator("span").last.inner_text().replace("\N{MINUS SIGN}", "-")
        assert abs(int(shown) - 10_000 * effects[claim]) <= 0.5 + 1e-9


def test_sayings_are_filtered_by_keys_and_the_matches_are_announced(front: Page) -> None:
    rows = front.locator(ROWS)
    total = rows.count()
    field = front.get_by_label("Filter the sayings")
    field.focus()
    front.keyboard.type("GELU needs")
    found = front.locator(f"{ROWS}:visible")
    assert found.count() == 1
    assert "In deep networks GELU needs" in found.inner_text()
    said = front.get_by_role("status").filter(has_text="verdicts")
    assert said.inner_text() == f"1 of {total} verdicts"
    # What is folded opens where it matches.
    field.fill("one-hot arg")
    assert "The one-hot arg max" in found.inner_text()
    for _ in "one-hot arg":
        front.keyboard.press("Backspace")
    assert front.locator(f"{ROWS}[hidden]").count() == 0


def test_without_scripts_the_list_is_complete(browser: Browser, site_url: str, front: Page) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site_url}/chapters/index.html")
    assert page.locator(ROWS).count() == front.locator(ROWS).count()
    assert not page.locator(".verdict-list .filter").is_visible()
    context.close()


def test_each_row_of_the_guide_leads_on_or_says_that_it_was_not_tried(
    browser: Browser, site_url: str, site: Path
) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(f"{site_url}/chapters/decision-guide.html")
    # What to do with several labels is seen at once.
    box = page.locator("#several-labels").bounding_box()
    assert box is not None
    assert box["height"] <= 900
    rows = page.locator("article tbody tr").all()
    assert len(rows) > 30
    for row in rows:
        links = [str(each.get_attribute("href")) for each in row.locator("a").all()]
        cited = [link for link in links if link.startswith("../verdicts/")]
        assert all((site / "chapters" / link).resolve().is_file() for link in cited)
        assert cited or "#several-labels" in links or "not tried" in row.inner_text()
    pdf = page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "10mm"))
    page.close()
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 2


def test_the_guides_losses_are_those_of_the_page_on_output_layers() -> None:
    guide, page = (
        (CHAPTERS / name).read_text(encoding="utf-8")
        for name in ("decision-guide.md", "which-output.md")
    )
    losses = set(re.findall(r"`(\w+\((?:from_logits=True)?\))`", guide))
    assert len(losses) >= 4
    assert all(f"keras.losses.{loss}" in page for loss in losses)
