"""Chapters as code: whoever opens one meets the package's face and nothing behind it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import activation_study

CHAPTERS = sorted((Path(__file__).parents[2] / "chapters").glob("*.md"))
CELL = re.compile(
    r"^```\{code-cell\}[^\n]*\n(?::[^\n]*\n|---\n.*?^---\n)*(.*?)^```", re.MULTILINE | re.DOTALL
)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_imports_the_face_alone(chapter: Path) -> None:
    imported = set()
    for cell in CELL.findall(chapter.read_text()):
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.Import):
                assert not any(each.name.startswith("activation_study.") for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module.startswith("activation_study"):
                assert node.module == "activation_study", ast.unparse(node)
                imported |= {each.name for each in node.names}
    assert imported
    assert imported <= set(activation_study.__all__)
