"""The pages of the verdicts: in a small build with made-up ones, and in the built site."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import jsonschema
import pytest
from bs4 import BeautifulSoup

from activation_study.report.claims.judging import load_claims
from report.claims.made_verdicts import every_label

TESTS = Path(__file__).parents[1]
CONFIGURATION = f"""
import sys
sys.path[:0] = [{str(TESTS.parent / "_ext")!r}, {str(TESTS)!r}]
import verdict_pages
from report.claims.made_verdicts import every_label
verdict_pages.judge_all = lambda firm: every_label()
extensions = ["myst_nb", "sphinxcontrib.bibtex", "page_notes", "verdict_pages"]
bibtex_bibfiles = ["sources.bib"]
project, copyright = "A Book", "2026"
html_theme = "sphinx_book_theme"
html_baseurl = BASE
"""
PAGE = """\
# A chapter

Its first sentence, which describes it.

<div id="verdict-all-true">
<a class="permalink" href="#verdict-all-true">all-true</a>
</div>
"""
SOURCES = """\
@misc{lu-2019,
  author = {Lu, Lu and Shin, Yeonjong and Su, Yanhui and Karniadakis, George Em},
  title  = {Dying {ReLU} and initialization},
  year   = {2019},
  url    = {https://arxiv.org/abs/1903.06733},
}

@online{course,
  author = {{A course}},
  title  = {Is it so?},
  url    = {https://example.org/course},
}
"""
BASE = "https://example.org/book/"


def built(book: Path, base: str, tier: str = "full", sources: str = SOURCES) -> Path:
    """Write a book of one chapter, build it, and return the site."""
    (book / "chapters").mkdir(exist_ok=True)
    (book / "conf.py").write_text(CONFIGURATION.replace("BASE", repr(base)))
    (book / "index.md").write_text(
        "# Front\n\nA page.\n\n```{toctree}\nchapters/softmax-or-sigmoid\n```\n"
    )
    (book / "chapters" / "softmax-or-sigmoid.md").write_text(PAGE)
    (book / "sources.bib").write_text(sources)
    (book / "CITATION.cff").write_bytes((TESTS.parent / "CITATION.cff").read_bytes())
    return build(book, tier)


def build(book: Path, tier: str = "full") -> Path:
    """Build a book as it is, with warnings as errors, and return the site."""
    command = [sys.executable, "-m", "sphinx", "-T", "-n", "-W", "--keep-going", ".", "_build"]
    environment = os.environ | {"ACTIVATION_STUDY_TIER": tier}
    done = subprocess.run(command, cwd=book, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return book / "_build"


def parsed(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.mark.slow
def test_a_verdict_has_a_page_to_cite(tmp_path: Path) -> None:
    site, made = built(tmp_path, ""), {each.claim.id: each for each in every_label()}
    folder = site / "verdicts"
    assert {path.stem for path in folder.glob("*.html")} == made.keys()
    text = (folder / "all-true.html").read_text()
    page = parsed(folder / "all-true.html")
    # No line of a page breaks between a number and its percent sign.
    other = (folder / "true-but-small.html").read_text().replace("\N{NO-BREAK SPACE}%", " %")
    assert made["true-but-small"]._repr_html_() in other
    assert "who-says-it" not in other
    # Keys of the bibliography become names, each with a link to the source itself.
    study = '<a href="https://arxiv.org/abs/1903.06733" title="Dying ReLU and initialization">'
    study += "Lu and others (2019)</a>"
    assert f"<li>{study}: <em>Dying ReLU and initialization</em>.</li>" in text
    course = '<a href="https://example.org/course" title="Is it so?">A course</a>'
    assert f"<dt>Said</dt><dd>by {course}; studied in {study}</dd>" in text
    assert [each["id"] for each in page.select("h2")] == ["who-says-it", "studies", "cite", "badge"]
    back = page.select_one("section.verdict-page > p > a")
    assert (back["href"], back.text) == (
        "../chapters/softmax-or-sigmoid.html#verdict-all-true",
        "A chapter",
    )
    cite = parsed(site / "chapters" / "softmax-or-sigmoid.html").select_one("a.cite")
    assert cite["href"] == "../verdicts/all-true.html"
    # The chapter has no box of the others: there is no such place to lead to.
    other = parsed(folder / "wrong-way.html").select_one("section.verdict-page > p > a")
    assert other["href"] == "../chapters/softmax-or-sigmoid.html"
    assert json.loads((folder / "all-true.json").read_text()) == made["all-true"].as_dict()
    title = page.select_one('meta[property="og:title"]')["content"]
    assert title == f"“{made['all-true'].claim.assertion}” Verdict: came true"
    # Nothing names an address that the site has not, and the search leads to chapters alone.
    assert not page.select("link[rel=canonical], meta[property='og:url']")
    assert not (site / "sitemap.xml").exists()
    assert "verdicts/" not in (site / "searchindex.js").read_text()
    # Another version is cited at once, though no chapter has changed.
    assert "version 0.1.0" in page.select("pre")[0].text
    cited = (tmp_path / "CITATION.cff").read_text()
    (tmp_path / "CITATION.cff").write_text(cited.replace("version: 0.1.0", "version: 0.2.0"))
    assert "version 0.2.0" in (build(tmp_path) / "verdicts" / "all-true.html").read_text()


@pytest.mark.slow
def test_a_missing_key_fails_the_build(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="'all-true': the bibliography has no key 'lu-2019'"):
        built(tmp_path, "", sources=SOURCES.replace("lu-2019", "lu-2020"))


@pytest.mark.slow
def test_an_address_of_the_site_is_named_everywhere(tmp_path: Path) -> None:
    site = built(tmp_path, BASE, tier="quick")
    urls = [each.text for each in ElementTree.parse(site / "sitemap.xml").iter() if each.text]
    folders = (site / name for name in ("chapters", "verdicts"))
    pages = {f"{folder.name}/{path.name}" for folder in folders for path in folder.glob("*.html")}
    assert {url.removeprefix(BASE) for url in urls} == pages | {"index.html"}
    assert all(url.startswith(BASE) for url in urls)
    page = parsed(site / "verdicts" / "thinned.html")
    address = f"{BASE}verdicts/thinned.html"
    assert page.select_one("link[rel=canonical]")["href"] == address
    assert page.select_one("meta[property='og:url']")["content"] == address
    assert address in page.select("pre")[0].text
    assert page.select(".tier-notice")
    listed = re.findall(r"\]\((\S+)\):", (site / "llms.txt").read_text())
    assert set(urls) >= {url for url in listed if url.endswith(".html")} >= {address}


def test_the_built_site_has_what_each_claim_needs(site: Path) -> None:
    everything = json.loads((site / "verdicts.json").read_text())
    jsonschema.validate(everything, json.loads((site / "verdicts.schema.json").read_text()))
    claims = {claim.id for claim in load_claims()}
    assert [each["claim"]["id"] for each in everything] == [claim.id for claim in load_claims()]
    for ending in ("html", "json", "svg"):
        assert {path.stem for path in (site / "verdicts").glob(f"*.{ending}")} == claims
    for each in everything:
        own = json.loads((site / "verdicts" / f"{each['claim']['id']}.json").read_text())
        assert own == each
    # An answer that may turn with half of the seeds says so on its page too.
    judged = [each for each in everything if each["status"] == "judged"]
    assert all(each["sensitivity"] for each in judged)
    listed = re.findall(r"^- \[.+?\]\((\S+?)\): ", (site / "llms.txt").read_text(), re.MULTILINE)
    assert {Path(urlsplit(url).path).stem for url in listed} >= claims


def test_every_box_of_a_chapter_leads_to_its_page_and_back(site: Path) -> None:
    boxes = {
        name: path.name
        for path in (site / "chapters").glob("*.html")
        for name in re.findall(r'id="verdict-([a-z0-9-]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(boxes) > 100
    for name, chapter in boxes.items():
        text = (site / "chapters" / chapter).read_text(encoding="utf-8")
        assert f'<a class="cite" href="../verdicts/{name}.html"' in text
    shown = {claim.id: f"{claim.shown_on}.html" for claim in load_claims()}
    for name in boxes:
        back = f'href="../chapters/{shown[name]}#verdict-{name}"'
        assert back in (site / "verdicts" / f"{name}.html").read_text(encoding="utf-8")
