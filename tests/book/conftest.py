"""The built site, a local server for it, and a browser."""

from __future__ import annotations

import functools
import json
import os
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from print_book import browser_path

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
# A book that is built elsewhere can be tested too.
SITE = Path(os.environ.get("ACTIVATION_STUDY_SITE", ROOT / "_build" / "html"))
# Written by Sphinx and the theme; what the book says is not in them.
GENERATED = {"genindex.html", "search.html"}
VERDICTS = "verdicts/"


def site_pages() -> list[str]:
    """Return the paths of the book's own pages below the site's root.

    Of the pages of verdicts, which are made alike, one of each status, with and without findings.
    """
    found = (path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html"))
    own = {page for page in found if page not in GENERATED and not page.startswith(("_", VERDICTS))}
    listed = SITE / "verdicts.json"
    verdicts = json.loads(listed.read_text(encoding="utf-8")) if listed.is_file() else []
    of_a_kind = {
        (each["status"], bool(each["claim"]["published"])): each["claim"]["id"] for each in verdicts
    }
    return sorted(own | {f"{VERDICTS}{name}.html" for name in of_a_kind.values()})


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `page_path` on each page of the site."""
    if "page_path" in metafunc.fixturenames:
        metafunc.parametrize("page_path", site_pages() or ["the site"])


def unavailable(reason: str) -> NoReturn:
    """Skip the test for `reason`, or fail it where nothing may be left out."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason} (continuous integration leaves nothing out)")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site."""
    if not (SITE / "index.html").is_file():
        unavailable("the site is not built: run `make book` first")
    return SITE


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a line in the log for each."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site_url(site: Path) -> Iterator[str]:
    """The address at which the built site is served, on this machine alone."""
    handler = functools.partial(QuietHandler, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    path = browser_path()
    if path is None:
        unavailable("no Chromium: install Debian's `chromium`, or set CHROMIUM to its path")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield launched
        launched.close()
