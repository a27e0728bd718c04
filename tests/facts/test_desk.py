"""What the page of questions says: a sentence by the outcome, and the number of the box."""

import re
from pathlib import Path

import pytest

from activation_study import claims, facts, tables
from activation_study.facts.desk import LEADS, OUTCOMES
from report.claims.made_verdicts import claim, contrast, demonstration, primary, verdict

CHAPTER = Path(__file__).parents[2] / "chapters" / "questions.md"
NAME = "sigmoid-single-label"


def made(direction: str, size: str, **rule):
    shown = primary(-0.0012, direction, size)
    return verdict(claim(NAME, contrast(**rule)), label="cannot tell", primary=shown)


@pytest.mark.parametrize(
    ("direction", "size", "place"),
    [
        ("as claimed", "matters", 0),
        ("as claimed", "too small to matter", 1),
        ("not shown", "too small to matter", 1),
        ("contrary", "matters", 2),
        ("not shown", "open", 3),
    ],
)
def test_the_sentence_follows_the_outcome(direction: str, size: str, place: int) -> None:
    said = facts.desk([made(direction, size)])
    assert said[f"{NAME}_said"] == LEADS[NAME][place]
    # 0.0012 of 10,000 images.
    assert "12 fewer of 10,000 test images are right" in said[NAME]
    assert "matter" not in said[NAME]


def test_each_outcome_of_each_claim_has_a_sentence() -> None:
    known = {each.id for each in claims.load_claims()}
    assert set(LEADS) <= known
    for sentences in LEADS.values():
        assert len(sentences) == len(OUTCOMES)
        assert all(re.fullmatch(r"[A-Z].*[.]", sentence) for sentence in sentences)


def test_what_has_no_answer_yet_says_so_and_why() -> None:
    waits = verdict(claim(NAME, contrast()), "incomplete record", "no answer yet")
    said = facts.desk([waits])
    assert said[f"{NAME}_said"] == "This has no answer yet."
    assert "is not tried yet: its rule is registered (2026-11-26)" in said[NAME]
    no_rule = verdict(claim("other", None), "not tried yet", "not tried yet")
    assert facts.desk([no_rule])["other"].endswith("is not tried yet.")


def test_a_line_leads_to_a_box_of_the_book_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = "activation_study.report.tables.verdicts._pages"
    monkeypatch.setattr(pages, lambda: {"softmax-or-sigmoid"})
    line = tables.verdict_line(made("as claimed", "matters"))._repr_html_()
    assert f'<a href="softmax-or-sigmoid.html#verdict-{NAME}">' in line
    assert line.endswith("\N{MINUS SIGN}0.12 (\N{MINUS SIGN}0.16 to \N{MINUS SIGN}0.08) points")
    monkeypatch.setattr(pages, lambda: {"softmax"})
    shown = tables.verdict_line(verdict(claim("sums", demonstration()), "demonstrated", "holds"))
    assert "<a" not in shown._repr_html_()
    assert shown._repr_html_().endswith("</span>")
    assert "sums" in str(shown)


def test_the_page_glues_what_there_is() -> None:
    text = CHAPTER.read_text(encoding="utf-8")
    asked = set(re.findall(r"\{glue:text\}`([^`]+)`", text))
    shown = {name.removesuffix("_box") for name in re.findall(r"\{glue:\}`([^`]+)`", text)}
    known = {each.id for each in claims.load_claims()}
    assert asked <= known | {f"{name}_said" for name in LEADS}
    assert shown <= known
    # Each sentence that is written is used, and none stands without its verdict below it.
    assert {name.removesuffix("_said") for name in asked if name.endswith("_said")} == LEADS.keys()
    answers = re.split(r"^### ", text, flags=re.MULTILINE)[1:]
    for answer in answers:
        said = re.findall(r"\{glue:text\}`([^`]+)_said`", answer)
        boxes = re.findall(r"\{glue:\}`([^`]+)_box`", answer)
        assert set(said) <= set(boxes), answer.splitlines()[0]
        assert boxes
        assert "**Where the usual answer is right.**" in answer
        assert "```python" in answer
        assert re.search(r"^Asked .*\(https://", answer, re.MULTILINE)
