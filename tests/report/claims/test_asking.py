"""Questions before the answer: the option that is right follows from the verdict."""

from __future__ import annotations

import dataclasses

import pytest
from bs4 import BeautifulSoup, Tag

from activation_study.report.claims.asking import ask
from activation_study.report.claims.verdict import Check
from report.claims.made_verdicts import answered, claim, demonstration, every_label, verdict

OPTIONS = {
    "contrary": "Fewer",
    "too small": "Less than {margin} more or fewer",
    "as claimed": "More",
}
WAITING = next(made for made in every_label() if made.status == "incomplete record")


@pytest.mark.parametrize(
    ("direction", "size", "begins"),
    [
        ("contrary", "matters", "A: Fewer. "),
        ("as claimed", "too small to matter", "B: Less than 20 images more or fewer. "),
        ("as claimed", "open", "C: More. "),
        ("not shown", "open", "None of these. "),
    ],
)
def test_the_record_says_which_option_is_right(direction: str, size: str, begins: str) -> None:
    made = answered(direction, size)
    asked = ask(made, "More or fewer?", OPTIONS)
    assert asked.answer == begins + made.sentence


def test_the_options_are_open_and_the_answer_is_folded() -> None:
    made = answered("contrary", "matters")
    page = BeautifulSoup(ask(made, "Is p < q?", OPTIONS)._repr_html_(), "html.parser")
    folded = page.find("details")
    assert isinstance(folded, Tag)
    assert folded.find("summary").get_text() == "What the record says"
    assert folded.find("a")["href"] == "#verdict-made"
    assert made.sentence.replace("-", "\u2212") in folded.get_text().replace("-", "\u2212")
    folded.extract()
    assert [each.get_text() for each in page("li")][::2] == ["Fewer", "More"]
    assert page.find("p").get_text() == "Predict first: Is p < q?"
    assert "Fewer." not in page.get_text()


def test_a_computation_answers_as_well() -> None:
    made = verdict(claim("made", demonstration()), "demonstrated")
    options = {"as claimed": "Yes", "contrary": "No"}
    for holds, begins in ((True, "A: Yes. "), (False, "B: No. ")):
        check = Check("max_sum_error", 0.0, "<=", 1e-14, "rounding", holds)
        asked = ask(dataclasses.replace(made, checks=(check,)), "Do they?", options)
        assert asked.answer.startswith(begins)


def test_without_runs_there_is_no_answer_yet() -> None:
    asked = ask(WAITING, "More or fewer?", OPTIONS)
    assert asked.answer == WAITING.sentence


def test_the_quick_tier_is_no_evidence() -> None:
    made = dataclasses.replace(answered("contrary", "matters"), tier="quick")
    assert "this is no evidence" in ask(made, "More or fewer?", OPTIONS).answer


def test_an_outcome_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="as claimed"):
        ask(WAITING, "More or fewer?", {"as claim": "More"})
