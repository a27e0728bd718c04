"""Let the site's search find the answer to a question that is typed as somebody asked it.

Sphinx gives a heading that is typed in full as many points as a page with all of its words, one of
them in a title, and shows equals by the alphabet. A term of the index has more, but leads to where
the term stands, and is shown under the name of its page. So terms are led to their section here,
and the script beside this file names that section, and puts the sections of the page of questions
before all else.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

SCORER = Path(__file__).with_suffix(".js")


def name_scorer(app: Sphinx, config: Config) -> None:
    """Name the script by its full path: Sphinx opens it from wherever it was started."""
    config.html_search_scorer = str(SCORER)


def lead_to_sections(app: Sphinx, doctree: nodes.document) -> None:
    """Let each term of the index lead to the section that it stands in."""
    for section in doctree.findall(nodes.section):
        for index in section.findall(addnodes.index):
            # A term of the glossary has a place of its own.
            if isinstance(index.parent, nodes.term):
                continue
            # Sections come from the outside in, so the innermost one is the last to be set.
            index["entries"] = [
                (kind, term, section["ids"][0], main, key)
                for kind, term, _, main, key in index["entries"]
            ]


def write_again(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Have pages with terms written by each build, as Sphinx forgets those of all others."""
    found = env.get_domain("index").data["entries"]
    return [name for name, entries in found.items() if entries]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension."""
    app.connect("config-inited", name_scorer)
    app.connect("doctree-read", lead_to_sections)
    app.connect("env-updated", write_again)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
