"""The index of the site's search, as Sphinx builds it with our extension."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx


def built(folder: Path) -> str:
    """Build the pages of a folder, those alone that have changed, and return the index."""
    out = folder / "_build"
    app = Sphinx(
        folder, None, out, out / "doctrees", "html", status=None,
        confoverrides={"extensions": ["question_search"], "exclude_patterns": ["_build"]},
    )  # fmt: skip
    app.build()
    return (out / "searchindex.js").read_text(encoding="utf-8")


def test_a_term_is_found_after_another_page_has_changed(tmp_path: Path) -> None:
    (tmp_path / "index.rst").write_text("Start\n=====\n\n.. toctree::\n\n   desk\n")
    (tmp_path / "desk.rst").write_text("Desk\n====\n\n.. index:: unheard-of term\n\nAnswer.\n")
    assert "unheard-of term" in built(tmp_path)
    with (tmp_path / "index.rst").open("a") as page:
        page.write("\nMore.\n")
    again = built(tmp_path)
    assert "more" in again
    assert "unheard-of term" in again
