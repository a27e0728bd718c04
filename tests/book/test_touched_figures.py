"""Figures that a reader can touch, moved by keys in Chromium and held against SciPy and the record.

The figure under test is what the package returns, with the book's own script and style sheets.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from scipy import special

from activation_study.report import claims, figures
from activation_study.report.analysis.derived.cells import SETUPS
from activation_study.report.drawing.looks import look_of
from book.accessibility import violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from activation_study.engine.records.records import Runs
    from activation_study.report.drawing.interactive import Interactive

pytestmark = pytest.mark.browser

STATIC = Path(__file__).parents[2] / "_static"
SCRIPTS = [STATIC / "explorer.js", STATIC / "interactive.js"]
HERE = "http://book.test/page.html"
GROUNDS = {"light": "background:#fff;color:#222832", "dark": "background:#14181e;color:#ced6dd"}
OVERHANG = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALLEST = """Math.min(...[...document.querySelectorAll("main *")].map(
    (element) => parseFloat(getComputedStyle(element).fontSize)
))"""
CHOSEN = """[...document.querySelectorAll("select, input, output")].map((each) => each.value)"""
# What the script may change, as it stands in the page.
DRAWN = """[...document.querySelectorAll("[data-part]")].map((part) => part.outerHTML)"""


@cache
def core() -> Runs:
    return claims.recorded("core-2")


FIGURES: dict[str, Callable[[], Interactive]] = {
    "softmax_bench": figures.softmax_bench,
    "rate_duel": lambda: figures.rate_duel(core(), reading="averaged"),
    "activation_lab": figures.activation_lab,
}


@cache
def explorer() -> Interactive:
    names = [study for setup in SETUPS.values() for study in setup.studies]
    return figures.explorer({name: claims.recorded(name) for name in names})


FIGURES["explorer"] = explorer


@cache
def shown_as(name: str) -> str:
    return FIGURES[name]()._repr_html_()


def as_page(*names: str, ground: str = "light", script: bool = True) -> str:
    sheets = "".join(
        f"<style>{(STATIC / sheet).read_text()}</style>"
        for sheet in ("custom.css", "interactive.css")
    )
    scripts = (f"<script>{path.read_text()}</script>" for path in SCRIPTS if script)
    return (
        f'<!doctype html><html lang="en"><title>{names}</title>{sheets}'
        f'<body style="{GROUNDS[ground]};font-family:sans-serif"><main><h1>{names}</h1>'
        f"{''.join(map(shown_as, names))}</main>{''.join(scripts)}"
    )


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a figure, with the book's script unless it is told otherwise."""
    contexts, asked = [], list[str]()

    def open_one(
        *names: str, width: int = 1000, ground: str = "light", script: bool = True, at: str = ""
    ) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        body = as_page(*names, ground=ground, script=script)
        page.route(
            HERE, lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8")
        )
        page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
        page.goto(HERE + at)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert set(asked) == {HERE}


def press(page: Page, control: str, key: str, times: int = 1) -> None:
    page.locator(f'[name="{control}"]').focus()
    for _ in range(times):
        page.keyboard.press(key)


def pick(page: Page, control: str, value: str) -> None:
    """Choose in a list by its arrows."""
    places = "(list, value) => [...list.options].findIndex((each) => each.value === value)"
    chosen = page.locator(f'[name="{control}"]')
    steps = chosen.evaluate(places, value) - chosen.evaluate("(list) => list.selectedIndex")
    key = "ArrowDown" if steps > 0 else "ArrowUp"
    # What cannot be chosen is passed over.
    for _ in range(abs(steps)):
        if chosen.input_value() != value:
            press(page, control, key)
    assert chosen.input_value() == value


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
    still.locator("summary").first.focus()
    still.keyboard.press("Enter")
    assert still.locator("details table").first.is_visible()
    # The script finds every part as it would draw it.
    assert opened(name).evaluate(DRAWN) == still.evaluate(DRAWN)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("width", [1000, 390])
@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_can_be_read_and_used_by_everybody(
    opened: Callable[..., Page], name: str, width: int, ground: str
) -> None:
    page = opened(name, width=width, ground=ground)
    page.locator("summary").first.click()
    assert violations(page) == []
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


def whole(value: float) -> str:
    return f"{math.floor(round(value, 1) + 0.5):,}"


def interval(values: pd.Series) -> list[float]:
    """Mean and 95 % t interval, by SciPy."""
    ends = scipy.stats.t.interval(0.95, len(values) - 1, values.mean(), values.sem())
    return [values.mean(), *ends]


@pytest.mark.parametrize(("first", "second"), [("tanh", "sigmoid"), ("relu", "prelu")])
def test_rates_follow_the_keys_as_the_record_says(
    opened: Callable[..., Page], first: str, second: str
) -> None:
    page = opened("rate_duel")
    pick(page, "first", first)
    pick(page, "second", second)
    press(page, "rate", "Home")
    curve = core().summary.query("is_curve and head == 'softmax'")
    counts = 1e4 * (1 - curve["averaged_test_accuracy"].fillna(0.1))
    by_seed = counts.groupby([curve["hidden"], curve["learning_rate"], curve["seed"]]).first()
    for place, rate in enumerate(sorted(curve["learning_rate"].unique())):
        assert page.get_by_label("learning rate").get_attribute("aria-valuetext") == f"{rate:g}"
        mine, theirs = by_seed[first, rate], by_seed[second, rate]
        mean, low, high = interval(mine - theirs)
        words = re.sub(r", \d+ of 10 runs diverged", "", shown(page, "said"))
        said = re.findall(r"-?[\d,]*\d", words.partition(" Of ")[0])
        sides = [*interval(mine), *interval(theirs)]
        assert said[:6] == list(map(whole, sides))
        is_clear = not low <= 0 <= high
        lead = shown(page, f"lead{place}")
        if is_clear:
            assert lead == said[6] == whole(abs(mean))
            assert said[7:9] == list(map(whole, sorted((abs(low), abs(high)))))
            winner = page.locator(f'[data-part="winner{place}"]')
            assert winner.get_attribute("fill") == look_of(first if mean < 0 else second).colour
        else:
            assert lead == "≈"
        press(page, "rate", "ArrowRight")


def test_a_function_against_itself_wins_nowhere(opened: Callable[..., Page]) -> None:
    page = opened("rate_duel")
    pick(page, "second", "tanh")
    assert {shown(page, f"lead{place}") for place in range(7)} == {"≈"}
    assert "tanh wins at 0 and tanh at 0" in shown(page, "said")


def test_lab_follows_the_keys_as_formulas_say(opened: Callable[..., Page]) -> None:
    page = opened("activation_lab")
    pick(page, "function", "tanh")
    pick(page, "weights", "he_normal")
    press(page, "z", "ArrowLeft", 15)
    press(page, "depth", "Home")
    press(page, "depth", "ArrowRight", 2)
    value, slope = math.tanh(-0.75), 1 - math.tanh(-0.75) ** 2
    said = shown(page, "said")
    assert f"score of -0.75: f = {value:.3f}, slope f' = {slope:.3f}" in said
    variance, product = 2.0, 1.0
    for _ in range(3):
        moments = [
            scipy.stats.norm(scale=math.sqrt(variance)).expect(power)
            for power in (lambda z: (1 - math.tanh(z) ** 2) ** 2, lambda z: math.tanh(z) ** 2)
        ]
        product, variance = product * math.sqrt(moments[0]), 2.0 * moments[1]
    assert f"by {product:.2g}, slopes and weights by {product * 2**1.5:#.2g}." in said
    assert page.get_by_label("score z").get_attribute("aria-valuetext") == "\u22120.75"
    assert page.get_by_label("layers d").get_attribute("aria-valuetext") == "3"


def test_explorer_follows_the_keys_as_the_record_says(opened: Callable[..., Page]) -> None:
    page = opened("explorer")
    pick(page, "reading", "last")
    pick(page, "hidden", "tanh")
    pick(page, "head", "sigmoid")
    pick(page, "rate", "0.00316")
    pick(page, "rate2", "0.01")
    curve = core().summary.query("is_curve")
    wrong = 1e4 * (1 - curve["test_accuracy"])
    by_seed = wrong.groupby([curve[name] for name in ("hidden", "head", "learning_rate", "seed")])
    values = by_seed.first()
    mine, theirs = values["tanh", "sigmoid", 0.00316], values["sigmoid", "softmax", 0.01]
    expected = [each for own in (mine, theirs, mine - theirs) for each in interval(own)]
    said = re.findall(r"(-?[\d,]+) \((-?[\d,]+) to (-?[\d,]+)\)", shown(page, "said"))
    found = [int(each.replace(",", "")) for ends in said for each in ends]
    assert found == pytest.approx(expected, abs=0.51)
    assert shown(page, "value0-4").startswith(f"{mine.mean():.0f} (")
    assert page.locator('[data-part="dots0"]').get_attribute("d").count("M") == 7


def test_explorer_offers_what_was_run_alone(opened: Callable[..., Page]) -> None:
    page = opened("explorer")
    pick(page, "task", "scenes")
    offered = """(list) => [...list.options].filter((each) => !each.disabled).map((e) => e.value)"""
    recorded = claims.recorded("scenes").summary
    for name, column in (("hidden", "hidden"), ("head", "head")):
        chosen = set(page.locator(f'[name="{name}"]').evaluate(offered))
        assert chosen == set(recorded[column])
    own = recorded[recorded["head"] == page.locator('[name="head"]').input_value()]
    rates = page.locator('[name="rate"]').evaluate(offered)
    assert rates == [f"{rate:g}" for rate in sorted(own["learning_rate"].unique())]
    closed = page.locator('[name="head"] option[disabled]').first
    assert str(closed.text_content()).endswith("(not run)")
    pick(page, "hidden2", "")
    assert page.locator('[name="rate2"]').is_disabled()
    assert shown(page, "value1-4") == ""


@pytest.mark.parametrize("names", [("explorer",), ("softmax_bench", "rate_duel")])
def test_the_address_keeps_what_is_chosen(opened: Callable[..., Page], names: Any) -> None:
    page = opened(*names)
    before = page.evaluate("history.length")
    if names == ("explorer",):
        pick(page, "hidden", "gelu")
        expected = ["hidden=gelu", "head=softmax", "rate=0.001", "task=digits"]
    else:
        press(page, "score1", "ArrowLeft", 3)
        pick(page, "second", "gelu")
        press(page, "rate", "Home")
        expected = ["score1=1.2", "temperature=1.0", "2.second=gelu", "2.rate=0.0001"]
    page.wait_for_url(lambda url: all(each in re.split("[#&]", url) for each in expected))
    # In the place of the former address: the way back leads off the page.
    assert page.evaluate("history.length") == before
    chosen = page.evaluate(CHOSEN)
    page.reload()
    assert page.evaluate(CHOSEN) == chosen
    assert opened(*names, at="#" + page.url.partition("#")[2]).evaluate(CHOSEN) == chosen
    assert opened(*names).evaluate(CHOSEN) != chosen


def test_an_address_that_names_nothing_changes_nothing(opened: Callable[..., Page]) -> None:
    at = "#score1=cat&temperature=0.15&second=nobody&shift=&rate=9&z=1"
    pages = [opened("softmax_bench", at=at), opened("softmax_bench")]
    assert pages[0].evaluate(DRAWN) == pages[1].evaluate(DRAWN)
