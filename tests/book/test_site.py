"""The built site as files: its links lead somewhere and nothing in it loads from elsewhere."""

from __future__ import annotations

import os
import re
from copy import copy
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pandas as pd
import pytest
from bs4 import BeautifulSoup


@cache
def parsed(path: Path) -> BeautifulSoup:
    """Return the page at `path`."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def broken_links(site: Path, page: Path) -> list[str]:
    """Return the addresses in `page` that should lead to a place in `site` and do not."""
    broken = []
    for tag in parsed(page).find_all(["a", "link", "img", "script"]):
        address = str(tag.get("href") or tag.get("src") or "")
        parts = urlsplit(address)
        if not address or parts.scheme or parts.netloc:
            continue
        target = page if not parts.path else (page.parent / unquote(parts.path)).resolve()
        if target.is_dir():
            target /= "index.html"
        inside = target.is_relative_to(site.resolve()) and target.is_file()
        if not inside or (parts.fragment and not has_anchor(target, unquote(parts.fragment))):
            broken.append(address)
    return broken


def has_anchor(page: Path, name: str) -> bool:
    """Return whether `page` has a place called `name`."""
    return page.suffix != ".html" or parsed(page).find(id=name) is not None


@pytest.mark.parametrize(
    ("link", "is_broken"),
    [
        ("other.html#there", False),
        ("#here", False),
        ("https://example.org/gone", False),
        ("other.html#nowhere", True),
        ("#nowhere", True),
        ("gone.html", True),
        ("../outside.html", True),
    ],
)
def test_broken_links_are_told_from_good_ones(tmp_path: Path, link: str, is_broken: bool) -> None:
    (tmp_path / "outside.html").write_text("")
    site = tmp_path / "site"
    site.mkdir()
    (site / "other.html").write_text('<p id="there">')
    (site / "page.html").write_text(f'<p id="here"><a href="{link}">link</a>')
    assert bool(broken_links(site, (site / "page.html").resolve())) is is_broken


def test_internal_links_resolve(site: Path, page_path: str) -> None:
    assert broken_links(site, (site / page_path).resolve()) == []


def test_nothing_is_loaded_from_another_host(site: Path, page_path: str) -> None:
    tags = parsed(site / page_path).select(
        "script[src], link[rel~=stylesheet], link[rel~=preload], img[src], iframe"
    )
    addresses = [str(tag.get("src") or tag.get("href")) for tag in tags]
    assert [address for address in addresses if urlsplit(address).netloc] == []


def test_images_have_alternative_text(site: Path, page_path: str) -> None:
    # What is within a drawing, and what is hidden from readers of the screen, needs no words.
    drawings = "article figure svg:not(svg svg, [aria-hidden])"
    images = parsed(site / page_path).select(f"article img, {drawings}")
    words = [
        str(image.get("alt") or image.get("aria-label") or image.find("title") or "").strip()
        for image in images
    ]
    assert [str(image)[:80] for image, said in zip(images, words, strict=True) if not said] == []


def test_no_cell_failed(site: Path, page_path: str) -> None:
    # Solutions may fail at the quick tier, where their arms are not trained, and nowhere else.
    if os.environ.get("ACTIVATION_STUDY_TIER") != "quick":
        assert "Traceback (most recent call last)" not in (site / page_path).read_text()


def test_every_figure_leads_to_its_drawing_and_its_numbers(site: Path, page_path: str) -> None:
    page = site / page_path
    names = set()
    for figure in parsed(page).select("figure.picture"):
        links = figure.find("p", class_="files", recursive=False)
        assert links is not None, figure.get_text()[:80]
        found = {link.get_text(): (page.parent / str(link["href"])) for link in links.find_all("a")}
        drawn = ElementTree.parse(found["SVG"]).getroot()
        assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
        assert len(list(drawn.iter())) > 10
        if "data (CSV)" in found:
            assert len(pd.read_csv(found["data (CSV)"])) > 0
        elif not figure.find("image"):
            # Without an image to be seen, what is drawn has numbers, or words alone.
            assert not figure.select(".wide g[id] use, [data-touch]"), figure.get_text()[:80]
        names |= set(found.values())
    assert all(path.is_file() for path in names)
    assert 'type="text/csv"' not in page.read_text(encoding="utf-8")


def test_no_line_breaks_before_a_percent_sign_and_code_keeps_its_spaces(
    site: Path, page_path: str
) -> None:
    page = copy(parsed(site / page_path))
    code = page.select("pre, code, script, style, svg")
    assert not any("\N{NO-BREAK SPACE}%" in each.get_text() for each in page.select("pre, code"))
    for each in code:
        each.decompose()
    said = [each.get_text() for each in page.select("article p, article li")]
    assert not [text for text in said if re.search(r"\d[ \n]%", text)]


def test_pages_name_their_icon(site: Path, page_path: str) -> None:
    # A browser asks a site for /favicon.ico, sooner or later, wherever a page names none.
    page = site / page_path
    icons = [link["href"] for link in parsed(page).select("link[rel=icon]")]
    assert icons
    assert all((page.parent / str(icon)).is_file() for icon in icons)


def test_pages_have_a_title_and_a_description_of_their_own(site: Path) -> None:
    heads = {}
    for path in sorted((site / "chapters").glob("*.html")):
        page = parsed(path)
        assert len(page.select("head title")) == 1
        (description,) = page.select("meta[name=description]")
        assert 30 <= len(str(description["content"])) <= 400, path.name
        heads[path.name] = (page.title.text, description["content"])
        assert page.title.text.count("Activations on Trial") == 1
    assert len(set(heads.values())) == len(heads)
