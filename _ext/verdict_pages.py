"""A page for each verdict, to cite: with its citation, its JSON and its badge; and lists of all.

The pages are in the theme's layout and in no table of contents; the search does not find them, as
it finds the chapters that they stand in. What they say is computed in `report.citing`.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from activation_study import judge_all
from activation_study.files import sha256
from activation_study.report.citing import Edition, badge, listing, said
from activation_study.report.claims.box import replicated
from activation_study.report.claims.claims_file import VERDICTS_SCHEMA, where
from activation_study.report.claims.verdict import Verdict
from activation_study.settings import tier
from page_notes import NOTICE, NOTICE_TITLE, head
from sources import entries, listed, name_in_boxes

FOLDER = "verdicts"
# What is judged is kept for all processes; pages that list verdicts want the first soon.
JUDGE = "from activation_study import judge_all; judge_all(); judge_all(firm=True)"
PERMALINK = re.compile(r'<a class="permalink" href="#verdict-([a-z0-9-]+)">[^<]*</a>')
ANCHOR = re.compile(r'id="verdict-([a-z0-9-]+)"')
FILES = {
    "verdicts.json": "every verdict with all of its numbers, an array",
    VERDICTS_SCHEMA: "the JSON Schema of that array; a verdict's own file is one item of it",
}
REPLICATED = {"does not": "it does not replicate", "not tried yet": "not tried yet"}
"""Answers of a table's column that cannot follow \"it\" as they are."""


def judge_meanwhile(app: Sphinx) -> None:
    """Judge the record while chapters are read: all pages of verdicts are written at the end.

    At the quick tier chapters train what is to be judged.
    """
    if tier() == "quick":
        return
    judging = subprocess.Popen([sys.executable, "-c", JUDGE])

    def wait(app: Sphinx) -> tuple[()]:
        judging.wait()
        return ()

    # Before the default priority of 500, at which the pages are written.
    app.connect("html-collect-pages", wait, priority=400)


def page_of(claim_id: str) -> str:
    """Return the name of a verdict's page, without its ending."""
    return f"{FOLDER}/{claim_id}"


def link_to_citation(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Let each box of a chapter name its sources and lead to its page, where it can be cited."""

    def with_link(found: re.Match[str]) -> str:
        target = context["pathto"](page_of(found[1]))
        cite = f'<a class="cite" href="{target}" title="Cite {found[1]}">cite</a>'
        return f'<span class="links">{found[0]}{cite}</span>'

    if doctree is not None:
        body = PERMALINK.sub(with_link, context["body"])
        context["body"] = name_in_boxes(body, entries(app.env))


def collect(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Write what lies beside the pages of the verdicts, and give the pages to the builder."""
    root, verdicts = Path(app.outdir), judge_all(firm=True)
    year = str(app.config.copyright)[:4]
    edition = Edition.read(Path(app.srcdir, "CITATION.cff"), year, app.config.html_baseurl)
    shutil.rmtree(root / FOLDER, ignore_errors=True)
    (root / FOLDER).mkdir()
    for verdict in verdicts:
        path = root / page_of(verdict.claim.id)
        path.with_suffix(".json").write_bytes(_json(verdict.as_dict()))
        path.with_suffix(".svg").write_bytes(badge(verdict))
    (root / "verdicts.json").write_bytes(_json([verdict.as_dict() for verdict in verdicts]))
    shutil.copyfile(where().with_name(VERDICTS_SCHEMA), root / VERDICTS_SCHEMA)
    address = {each.claim.id: _uri(app, page_of(each.claim.id)) for each in verdicts}
    text = listing(verdicts, edition, address.__getitem__, FILES)
    (root / "llms.txt").write_text(text, encoding="utf-8")
    if edition.base:
        pages = [*(_uri(app, name) for name in sorted(app.env.found_docs)), *address.values()]
        (root / "sitemap.xml").write_bytes(_sitemap(map(edition.address, pages)))
    boxes = _boxes(app)
    for verdict in verdicts:
        yield page_of(verdict.claim.id), _context(app, verdict, edition, boxes), "page.html"


def _uri(app: Sphinx, page: str) -> str:
    return str(app.builder.get_target_uri(page))


def _json(content: Any) -> bytes:
    return (json.dumps(content, indent=1, allow_nan=False) + "\n").encode()


def _sitemap(addresses: Iterator[str]) -> bytes:
    """Return the list of pages that search engines read."""
    urls = ElementTree.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for address in addresses:
        ElementTree.SubElement(ElementTree.SubElement(urls, "url"), "loc").text = address
    return bytes(ElementTree.tostring(urls, encoding="utf-8", xml_declaration=True))


def _boxes(app: Sphinx) -> dict[str, set[str]]:
    """Return which boxes stand on each chapter as it was built, here or by an earlier build."""
    built = {name: Path(app.outdir, _uri(app, name)) for name in app.env.found_docs}
    return {
        name: set(ANCHOR.findall(path.read_text(encoding="utf-8")))
        for name, path in built.items()
        if path.is_file()
    }


def _context(
    app: Sphinx, verdict: Verdict, edition: Edition, boxes: dict[str, set[str]]
) -> dict[str, Any]:
    """Return what the theme's layout is filled with."""
    claim, page = verdict.claim, page_of(verdict.claim.id)
    title = f"“{claim.assertion}” Verdict: {said(verdict)}"
    tags = head(app, page, title, f"{said(verdict).capitalize()}. {verdict.sentence}")
    parts = [
        f"<h1>“{escape(claim.assertion)}”</h1>",
        _notice(verdict),
        name_in_boxes(verdict._repr_html_(), entries(app.env)),
        _origin(app, verdict, boxes),
        _sources(app, verdict),
        _citation(verdict, edition, _uri(app, page)),
        _files(verdict, edition, _uri(app, page)),
    ]
    alternate = f'<link rel="alternate" type="application/json" href="{claim.id}.json">'
    return {
        "title": escape(title),
        "body": f'<section class="verdict-page">{"".join(parts)}</section>',
        "metatags": tags + alternate,
    }


def _notice(verdict: Verdict) -> str:
    """Return the notice that every page of the quick tier has."""
    if verdict.tier == "full":
        return ""
    return (
        f'<div class="admonition warning tier-notice"><p class="admonition-title">{NOTICE_TITLE}'
        f"</p><p>{NOTICE}</p></div>"
    )


def _origin(app: Sphinx, verdict: Verdict, boxes: dict[str, set[str]]) -> str:
    """Name the chapter that a verdict stands on, and lead to it."""
    claim = verdict.claim
    chapter = f"chapters/{claim.shown_on}"
    if chapter not in boxes:
        return "<p>No chapter shows it yet.</p>"
    title = escape(app.env.titles[chapter].astext())
    anchor = f"#verdict-{claim.id}" if claim.id in boxes[chapter] else ""
    return f'<p>Tried on the page <a href="../{_uri(app, chapter)}{anchor}">{title}</a>.</p>'


def _sources(app: Sphinx, verdict: Verdict) -> str:
    """Say who says it and who studied it, and whether our runs repeat what was found."""
    claim, known, found = verdict.claim, entries(app.env), {}
    for each in claim.published:
        answer = replicated(verdict, each)
        ours = f"Our runs: {REPLICATED.get(answer, f'it {answer}')}."
        found[each.link] = f"{escape(each.found)} {ours}"
    studies = listed(claim.id, claim.studied_in, known, found)
    # What a study found is not said twice where its authors are those who say it.
    others = {link: said for link, said in found.items() if escape(link) not in studies}
    says = listed(claim.id, claim.said_by, known, others)
    return (f'<h2 id="who-says-it">Who says it</h2>{says}' if says else "") + (
        f'<h2 id="studies">Studies</h2>{studies}' if studies else ""
    )


def _copied(text: str) -> str:
    """Return text with the button that copies it."""
    return (
        '<div class="highlight-text notranslate"><div class="highlight"><pre>'
        f"{escape(text)}</pre></div></div>"
    )


def _citation(verdict: Verdict, edition: Edition, page: str) -> str:
    """Offer both forms of a citation, and say what names the record in them."""
    return (
        '<h2 id="cite">Cite this verdict</h2>'
        f"{_copied(edition.line(verdict, page))}{_copied(edition.bibtex(verdict, page))}"
        f"<p>{edition.record} is the record that was judged: the digest at the end of its "
        "<code>data/MANIFEST.json</code> begins so.</p>"
    )


def _files(verdict: Verdict, edition: Edition, page: str) -> str:
    """Offer the badge, with the Markdown that shows it elsewhere, and the data."""
    name, label = verdict.claim.id, f"{edition.title}: {said(verdict)}"
    picture, target = edition.address(f"{FOLDER}/{name}.svg"), edition.address(page)
    advice = "" if edition.base else " (put the address of the site before both)"
    return (
        f'<h2 id="badge">Badge and data</h2><p><img class="dark-light" '
        f'src="{name}.svg" alt="{escape(label)}"></p>'
        f"<p>In Markdown{advice}:</p>{_copied(f'[![{label}]({picture})]({target})')}"
        f'<p><a href="{name}.json">This verdict as JSON</a>, by <a href="../{VERDICTS_SCHEMA}">'
        'this schema</a>. <a href="../verdicts.json">All verdicts</a>.</p>'
    )


def note_citation(app: Sphinx, config: Config) -> None:
    """Make a change of the citation file, a new version say, a reason to write every page again."""
    config.verdict_citation = sha256(Path(app.srcdir, "CITATION.cff").read_bytes())


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.add_config_value("verdict_citation", "", "html", str)
    app.connect("config-inited", note_citation)
    app.connect("builder-inited", judge_meanwhile)
    app.connect("html-page-context", link_to_citation)
    app.connect("html-collect-pages", collect)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
