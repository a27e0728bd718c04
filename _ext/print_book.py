"""Print a page of the built book into a tagged PDF with an outline, in the Chromium of the tests.

What is folded on the page is open in print, the code of figures aside: a reader of paper cannot
click.

    python _ext/print_book.py _build/singlehtml/book.html _build/activations-on-trial.pdf
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TITLE = "Activations on Trial"
LONGEST_WAIT = 600_000
"""Milliseconds for one step, of a page that holds the whole book."""
OPEN_ALL = """document.querySelectorAll("details:not(.above-input)").forEach((each) => {
  each.open = true;
})"""
FORMULAS_ARE_SET = "window.MathJax?.startup?.promise ?? null"
SCALE = 0.75
"""Of the type on the screen, which is large on paper."""
FOOT = (
    '<p style="width: 100%; text-align: center; font: 8px sans-serif">'
    '<span class="title"></span>, page <span class="pageNumber"></span></p>'
)


def browser_path() -> str | None:
    """Return where Chromium is: CHROMIUM in the environment, or the first of its usual names."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


def print_page(page: Path, target: Path) -> None:
    """Write the PDF `target` of the HTML file `page`, A4.

    Raises:
        SystemExit: there is no Chromium.
    """
    found = browser_path()
    if found is None:
        sys.exit("no Chromium: install Debian's `chromium`, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, as whom a container runs.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        opened = browser.new_page(color_scheme="light")
        opened.set_default_timeout(LONGEST_WAIT)
        opened.goto(page.resolve().as_uri(), wait_until="load")
        opened.evaluate("title => { document.title = title; }", TITLE)
        opened.evaluate(OPEN_ALL)
        opened.evaluate(FORMULAS_ARE_SET)
        opened.pdf(
            path=target,
            format="A4",
            scale=SCALE,
            margin={"top": "18mm", "bottom": "18mm", "left": "18mm", "right": "18mm"},
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOT,
            tagged=True,
            outline=True,
        )
        browser.close()


if __name__ == "__main__":
    print_page(Path(sys.argv[1]), Path(sys.argv[2]))
