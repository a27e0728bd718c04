"""What a reader takes along: pages printed with their folds open, and a chapter's notebook."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import print_book

TALL = "<div style='height: 3000px'>long</div>"


@pytest.mark.browser
@pytest.mark.parametrize(("folded_as", "is_printed"), [("", True), ("hide above-input", False)])
def test_print_is_tagged_has_an_outline_and_opens_what_is_not_code(
    folded_as: str, is_printed: bool, tmp_path: Path
) -> None:
    if print_book.browser_path() is None:
        pytest.skip("no Chromium")
    page, target = tmp_path / "page.html", tmp_path / "page.pdf"
    folded = f"<details class='{folded_as}'><summary>More</summary>{TALL}</details>"
    page.write_text(f"<title>A page</title><h1>Found</h1>{folded}")
    # By its command: the browser of the other tests runs in this process.
    subprocess.run([sys.executable, print_book.__file__, page, target], check=True)
    said = target.read_bytes()
    for part in (b"/StructTreeRoot", b"/Outlines", print_book.TITLE.encode()):
        assert part in said
    assert (len(re.findall(rb"/Type /Page\b", said)) > 1) is is_printed


def results(notebook: nbformat.NotebookNode) -> list[bool]:
    """Return which cells end in something that is shown."""
    outputs = (cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    return [any(each.output_type == "execute_result" for each in of) for of in outputs]


def test_downloaded_notebook_says_what_it_needs_and_runs(site: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(site / "_sources" / "chapters" / "rounds.ipynb", as_version=4)
    assert "make setup" in notebook.cells[0].source
    as_built = results(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    NotebookClient(notebook, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert results(notebook) == as_built
    assert any(as_built)
