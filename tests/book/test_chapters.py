"""Chapters as code: whoever opens one meets the package's face and nothing behind it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import activation_study

CHAPTERS = [
    path
    for path in sorted((Path(__file__).parents[2] / "chapters").glob("*.md"))
    # The glossary and the list of sources have no code.
    if "{code-cell}" in path.read_text(encoding="utf-8")
]
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


TAUGHT = (
    "activations",
    "calibration",
    "centring",
    "convergence",
    "dead-units",
    "deep-networks",
    "linear-and-step",
    "loss-pairs",
    "many-classes",
    "multi-label",
    "my-network-does-not-learn",
    "none-of-the-above",
    "prior-bias",
    "rare-labels",
    "regression",
    "softmax",
    "softmax-hidden",
    "softmax-or-sigmoid",
    "vanishing",
    "which-one",
)
ASKED = re.compile(r"^\*\*\d\.\*\*", re.MULTILINE)


@pytest.mark.parametrize("name", TAUGHT)
def test_a_chapter_that_teaches_ends_with_exercises_on_the_record(name: str) -> None:
    text = next(path for path in CHAPTERS if path.stem == name).read_text()
    before, exercises = text.split("\n## Exercises\n")
    assert "\n## " not in exercises
    num_asked = len(ASKED.findall(exercises))
    assert num_asked >= 2
    cells = CELL.findall(exercises)
    # What is to be trained later has no solution.
    assert num_asked - 1 <= len(cells) == exercises.count("tags: [hide-cell, raises-exception]")
    for number, cell in enumerate(cells, start=1):
        assert f'code_prompt_show: "Solution {number}"' in exercises
        called = {node.func for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Call)}
        trains = {"run", "fit", "compile", "Experiment"}
        assert not trains & {ast.unparse(each).rpartition(".")[2] for each in called}
        assert not re.search(r"\b(keras|tensorflow)\b", cell)
    assert before.count("claims.ask(") <= 1
