"""What the build adds to pages: the quick tier's notice, descriptions, executed notebooks."""

from __future__ import annotations

import posixpath
import re
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes
from sphinx.application import Sphinx

from activation_study.settings import tier

NOTICE_TITLE = "Built at the quick tier"
NOTICE = (
    "This page was built at the quick tier: a thinned grid, few seeds and few epochs, there to "
    "show that the code runs. No verdict on this page is evidence."
)
# Its heading is the book's own name, which every title ends with.
FRONT_TITLE = "Is the everyday advice about activation functions good?"
LONGEST_DESCRIPTION = 300
PERCENT = re.compile(r"(\d(?:</\w+>)*)\s%")
CODE = re.compile(
    r"(<(?:pre|code|script|style|svg)\b.*?</(?:pre|code|script|style|svg)>)", re.DOTALL
)
NARROW = re.compile(r'<table class="[^"]*\b(?:guide|stacked)\b.*?</table>', re.DOTALL)
# Where MyST-NB leaves what it executed, beside the folder of the pages.
EXECUTED_FOLDER = "jupyter_execute"
# Where the theme's button for a notebook points.
DOWNLOAD_FOLDER = "_sources"
GET_THE_PACKAGE = (
    "This notebook is a chapter of *Activations on Trial* and needs the book's package, which "
    "brings the record along. In a clone of the book's repository run `make setup`, and choose "
    "`.venv/bin/python` as the kernel. To run it elsewhere, make a wheel there with "
    "`pip wheel --no-deps .`, and `pip install` that one beside your Jupyter."
)


def add_tier_notice(app: Sphinx, doctree: nodes.document) -> None:
    """Put a warning below the title of the page being read, unless it is built at the full tier."""
    if tier() == "full":
        return
    notice = nodes.admonition("", classes=["warning", "tier-notice"])
    notice += nodes.title("", NOTICE_TITLE)
    notice += nodes.paragraph("", NOTICE)
    title = next(iter(doctree.findall(nodes.title)), None)
    if title is None or title.parent is None:
        doctree.insert(0, notice)
    else:
        title.parent.insert(title.parent.index(title) + 1, notice)


def head(app: Sphinx, page: str, title: str, text: str) -> str:
    """Return the tags that search engines and previews of links read.

    Args:
        app: the build.
        page: the page's name.
        title: of the page.
        text: what the page says; its first sentences are taken.
    """
    words = re.split(r"(?<=[.?!])\s+", text)
    while len(words) > 1 and len(" ".join(words)) > LONGEST_DESCRIPTION:
        words.pop()
    said = " ".join(" ".join(words).split())
    tags = {"title": title, "description": said, "type": "article"}
    tags["site_name"] = app.config.html_title or app.config.project
    if base := app.config.html_baseurl:
        tags["url"] = posixpath.join(base, app.builder.get_target_uri(page))
    tagged = (
        f'<meta property="og:{name}" content="{escape(each)}">' for name, each in tags.items()
    )
    return f'<meta name="description" content="{escape(said)}">{"".join(tagged)}'


def describe(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Describe a page by its first sentences."""
    if doctree is None:
        return
    title = app.env.titles[pagename].astext()
    if pagename == app.config.root_doc:
        context["title"] = title = FRONT_TITLE
    paragraphs = (
        each for each in doctree.findall(nodes.paragraph) if isinstance(each.parent, nodes.section)
    )
    tags = head(app, pagename, title, next(paragraphs, nodes.paragraph()).astext())
    # Docutils names a viewport of its own, as the theme does.
    own = re.sub(r'<meta name="viewport"[^>]*>\s*', "", context.get("metatags") or "")
    context["metatags"] = own + tags


def break_lines_well(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Let lines break where it misleads nobody."""
    context["body"] = _between_words(_with_whole_percents(context.get("body") or ""))


def _with_whole_percents(body: str) -> str:
    """Let no line of the text break between a number and its percent sign; code stays as it is."""
    parts = CODE.split(body)
    # Every second part is code, or no text at all.
    parts[::2] = [PERCENT.sub("\\1\N{NO-BREAK SPACE}%", part) for part in parts[::2]]
    return "".join(parts)


def _between_words(body: str) -> str:
    """Let code in narrow tables break behind a bracket or an underscore, and nowhere in a word."""

    def broken(code: re.Match[str]) -> str:
        return re.sub(r"(?<=[(_])(?=\w)", "<wbr>", code[0])

    return NARROW.sub(
        lambda table: re.sub(r"<code\b.*?</code>", broken, table[0], flags=re.DOTALL), body
    )


def leave_lists_to_readers(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Take the roles of a bibliography away: a list must hold items, and Docutils' hold none."""
    if "citation-list" in (context.get("body") or ""):
        context["body"] = re.sub(' role="(?:list|doc-biblioentry)"', "", context["body"])


def executed_notebook(app: Sphinx, page: str) -> Path:
    """Return where the executed notebook of `page` lies, whether or not there is one."""
    return Path(app.outdir).parent / EXECUTED_FOLDER / f"{page}.ipynb"


def offer_notebook(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Let the theme's download menu offer the executed notebook of a page that has one."""
    if doctree is not None and executed_notebook(app, pagename).is_file():
        context["ipynb_source"] = f"{pagename}.ipynb"


def copy_notebooks(app: Sphinx, exception: Exception | None) -> None:
    """Put the executed notebooks where the download menu points, and say first what they need."""
    if exception is not None or app.builder.format != "html":
        return
    for page in app.env.found_docs:
        source = executed_notebook(app, page)
        if source.is_file():
            target = Path(app.outdir) / DOWNLOAD_FOLDER / f"{page}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            notebook = nbformat.read(source, as_version=4)
            first = nbformat.v4.new_markdown_cell(GET_THE_PACKAGE, id="get-the-package")
            notebook.cells.insert(0, first)
            nbformat.write(notebook, target)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("doctree-read", add_tier_notice)
    app.connect("html-page-context", break_lines_well)
    app.connect("html-page-context", leave_lists_to_readers)
    app.connect("html-page-context", describe)
    # Before the theme, which makes its download menu at 501.
    app.connect("html-page-context", offer_notebook, priority=400)
    app.connect("build-finished", copy_notebooks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
