"""A question before the answer: what readers expect, and then what the record says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from activation_study.catalogue.spelling import with_minus
from activation_study.registry import unknown_name
from activation_study.report.claims.box import QUICK
from activation_study.report.claims.box.wording import fill, placeholders
from activation_study.report.claims.rules import ContrastRule
from activation_study.report.claims.verdict import Verdict

OUTCOMES = ("as claimed", "too small", "contrary", "not shown")
"""How a contrast may come out; of a demonstration the first and the third."""
LETTERS = "ABCD"


def outcome(verdict: Verdict) -> str | None:
    """Return which of the ``OUTCOMES`` a verdict has; None of a count, and where runs are missing.

    Of a claim of no harm, the direction alone answers.
    """
    rule, primary = verdict.claim.rule, verdict.primary
    if isinstance(rule, ContrastRule) and primary:
        is_small = primary.size == "too small to matter" and rule.expected != "no_worse"
        return "too small" if is_small else primary.direction
    if verdict.checks:
        return "as claimed" if all(check.holds for check in verdict.checks) else "contrary"
    return None


@dataclass(frozen=True)
class Question:
    """A question that a verdict answers; the answer is folded.

    Attributes:
        question: in a sentence.
        options: what may be expected, in the order in which it is offered.
        answer: the option that came out, and what the record says.
        claim_id: whose box gives the evidence.
    """

    question: str
    options: tuple[str, ...]
    answer: str
    claim_id: str

    def __repr__(self) -> str:
        offered = (f"{letter}: {text}" for letter, text in zip(LETTERS, self.options, strict=False))
        return "\n".join([f"Predict first: {self.question}", *offered, self.answer])

    def _repr_html_(self) -> str:
        offered = "".join(f"<li>{_text(each)}</li>" for each in self.options)
        return (
            '<div class="predict" role="group" aria-label="Predict first">'
            f"<p><b>Predict first:</b> {_text(self.question)}</p>"
            f'<ol type="A">{offered}</ol><details><summary>What the record says</summary>'
            f'<p>{_text(self.answer)} <a href="#verdict-{self.claim_id}">The verdict</a></p>'
            "</details></div>"
        )


def ask(verdict: Verdict, question: str, options: Mapping[str, str]) -> Question:
    """Ask what a verdict answers; which option is right follows from the record.

    Args:
        verdict: On a contrast or a demonstration.
        question: In a sentence.
        options: What may be expected, by the outcome that makes it right. ``{margin}`` becomes the
            least difference that matters.

    Raises:
        ValueError: An outcome is not one of the ``OUTCOMES``.
    """
    for name in options:
        if name not in OUTCOMES:
            raise unknown_name("outcome", name, OUTCOMES)
    values = {"margin": "what matters here"} | placeholders(verdict)
    offered = {name: fill(text, values) for name, text in options.items()}
    shown = tuple(dict.fromkeys(offered.values()))
    parts = [verdict.sentence] if verdict.tier == "full" else [verdict.sentence, QUICK]
    if came := outcome(verdict):
        right = offered.get(came)
        parts.insert(0, f"{LETTERS[shown.index(right)]}: {right}." if right else "None of these.")
    return Question(fill(question, values), shown, " ".join(parts), verdict.claim.id)


def _text(text: str) -> str:
    return escape(with_minus(text))
