"""Verdicts as the front page lists them: by question, and what was not tried apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

import pandas as pd

from activation_study.report.claims import box
from activation_study.report.claims.verdict import Verdict
from activation_study.report.tables.table import Table

QUESTIONS = {
    "convergence": "Which hidden activation learns best?",
    "softmax-or-sigmoid": "Softmax or sigmoid, when one label is right?",
    "prior-bias": "Does a sigmoid need a head start?",
    "softmax": "What does softmax do?",
    "activations": "What is an activation?",
}
"""Chapter -> the question that it answers, in the order of the front page."""

CONTROLS = "Controls: does the method find a difference where there is none?"


@dataclass(frozen=True)
class VerdictTables:
    """A table for each question.

    Attributes:
        groups: question -> its verdicts.
    """

    groups: dict[str, list[Verdict]]

    @property
    def notice(self) -> str:
        """Say that these are no evidence, where that is so."""
        tiers = {each.tier for verdicts in self.groups.values() for each in verdicts}
        return box.QUICK if tiers - {"full"} else ""

    def _repr_html_(self) -> str:
        """Show each saying, which leads to its box, with its answer and how large that is."""
        shown = [f"<p><strong>{self.notice}</strong></p>"] if self.notice else []
        for question, verdicts in self.groups.items():
            frame = pd.DataFrame(
                {
                    "saying": _link(verdict),
                    "answer": box.badge(verdict.label),
                    "size": escape(box.size(verdict)),
                }
                for verdict in verdicts
            )
            table = Table(frame, markup=tuple(frame.columns))
            heading = f'<p style="margin:1.25rem 0 .4rem"><strong>{question}</strong></p>'
            shown.append(heading + table._repr_html_())
        return "".join(shown)

    def __str__(self) -> str:
        """Return the same as text for a terminal."""
        groups = [
            "\n".join([question, *map(box.as_line, verdicts)])
            for question, verdicts in self.groups.items()
        ]
        return "\n\n".join([*groups, self.notice] if self.notice else groups)


def verdict_tables(verdicts: Iterable[Verdict]) -> VerdictTables:
    """List the claims that were tried by question, those on training runs first, controls last."""
    groups: dict[str, list[Verdict]] = {question: [] for question in QUESTIONS.values()}
    controls: list[Verdict] = []
    for verdict in sorted(verdicts, key=lambda each: each.status != "judged"):
        if verdict.is_judgement:
            chapter = verdict.claim.chapter
            group = groups.setdefault(QUESTIONS.get(chapter, chapter), [])
            (controls if verdict.claim.control else group).append(verdict)
    return VerdictTables(
        {name: group for name, group in (groups | {CONTROLS: controls}).items() if group}
    )


def untried_table(verdicts: Iterable[Verdict]) -> Table:
    """List the claims that have no answer, and why."""
    rows = [
        {
            "claim": verdict.claim.assertion,
            "question": QUESTIONS.get(verdict.claim.chapter, verdict.claim.chapter),
            "why": verdict.reason or verdict.label,
        }
        for verdict in verdicts
        if not verdict.is_judgement
    ]
    return Table(pd.DataFrame(rows), "" if rows else "Every claim has been tried.")


def _link(verdict: Verdict) -> str:
    claim = verdict.claim
    return f'<a href="{claim.chapter}.html#verdict-{claim.id}">{escape(claim.assertion)}</a>'
