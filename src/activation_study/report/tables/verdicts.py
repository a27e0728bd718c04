"""Verdicts as the front page lists them: by question, and what was not tried apart."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd
import yaml

from activation_study import settings
from activation_study.report.claims import box
from activation_study.report.claims.claim import Finding
from activation_study.report.claims.past import first_round
from activation_study.report.claims.verdict import Verdict
from activation_study.report.tables.table import Table

QUESTIONS = {
    "convergence": "Which hidden activation learns best?",
    "softmax-or-sigmoid": "Softmax or sigmoid, when one label is right?",
    "prior-bias": "Does a sigmoid need a head start?",
    "softmax": "What does softmax do?",
    "activations": "What is an activation?",
    "vanishing": "Do saturating activations stop deep networks from learning?",
    "deep-networks": "Which deep networks train?",
    "centring": "Must the outputs of a layer be centred on zero?",
    "dead-units": "Do ReLU units die, and does it cost anything?",
    "softmax-hidden": "Why not softmax in a hidden layer?",
    "linear-and-step": "What do linear layers and steps learn?",
    "which-one": "Does it hold with little data, and on a convolutional network?",
    "multi-label": "What if several labels may hold?",
    "rare-labels": "Weight rare labels, or move the threshold?",
    "loss-pairs": "Which loss belongs to which output?",
    "calibration": "Are the outputs probabilities?",
    "none-of-the-above": "Can a network say that it has never seen such a thing?",
    "many-classes": "Does softmax serve thousands of classes?",
    "regression": "What if the target is a number?",
    "which-output": "Which output layer for which task?",
}
"""Chapter -> the question that it answers or will, in the order of the front page."""

CONTROLS = "Controls: does the method find a difference where there is none?"

WAITING = "incomplete record"


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
        """Show each saying, which leads to its box, with its answer; computations are folded.

        The field that filters the rows is shown by ``_static/filter.js``, which moves it.
        """
        shown = [f"<p><strong>{self.notice}</strong></p>"] if self.notice else []
        shown.append(
            '<p class="filter" hidden><label>Filter the sayings: <input type="search"></label> '
            "<output></output></p>"
        )
        computed = []
        for question, verdicts in self.groups.items():
            trained = [each for each in verdicts if each.status != "demonstrated"]
            computed += [each for each in verdicts if each.status == "demonstrated"]
            if trained:
                rows = _rows(trained)._repr_html_()
                shown.append(f"<section><h3>{escape(question)}</h3>{rows}</section>")
        if computed:
            held = sum(each.label == "holds" for each in computed)
            shown.append(
                f"<section><details><summary>Mathematics, computed and not trained: {held} of "
                f"{len(computed)} hold</summary>{_rows(computed)._repr_html_()}</details></section>"
            )
        return f'<div class="verdict-list">{"".join(shown)}</div>'

    def __str__(self) -> str:
        """Return the same as text for a terminal."""
        groups = [
            "\n".join([question, *map(box.as_line, verdicts)])
            for question, verdicts in self.groups.items()
        ]
        return "\n\n".join([*groups, self.notice] if self.notice else groups)


@dataclass(frozen=True)
class VerdictLine:
    """A verdict among other text, in one line."""

    verdict: Verdict

    def _repr_html_(self) -> str:
        """Show the saying, which leads to its box, and the answer.

        Of two sides that were compared, also their difference and its 95 % interval.
        """
        is_of_two = isinstance(getattr(self.verdict.claim.rule, "reference", None), Mapping)
        ours = escape(box.interval(self.verdict)) if is_of_two else ""
        said = f"{_link(self.verdict)} {box.badge(self.verdict.label)} {ours}".rstrip()
        return said.replace(" %", "\N{NO-BREAK SPACE}%")

    def __str__(self) -> str:
        """Return the same as text for a terminal."""
        return box.as_line(self.verdict)


@dataclass(frozen=True)
class VerdictNumber:
    """How an arm fares, and by how much, in a few words that lead to the verdict's page."""

    verdict: Verdict

    def _repr_html_(self) -> str:
        """Show the difference, or the label of what has none."""
        address = self.verdict.claim.cited_at
        return f'<a href="{address}">{escape(str(self))}</a>'.replace(" %", "\N{NO-BREAK SPACE}%")

    def __str__(self) -> str:
        """Return the same as text for a terminal."""
        said = box.fared(self.verdict), box.short(self.verdict, in_all=True)
        return ", ".join(filter(None, said)) or self.verdict.label


def verdict_number(verdict: Verdict, *, turned: bool = False) -> VerdictNumber:
    """Show how an arm fares, for a page that says so in passing; turned, how its reference does."""
    return VerdictNumber(box.turned(verdict) if turned else verdict)


def verdict_line(verdict: Verdict) -> VerdictLine:
    """Show one verdict in a line, for a page that answers by several."""
    return VerdictLine(verdict)


def verdict_tables(verdicts: Iterable[Verdict]) -> VerdictTables:
    """List the claims that have an answer by question, computations and controls last."""
    groups: dict[str, list[Verdict]] = {question: [] for question in QUESTIONS.values()}
    controls: list[Verdict] = []
    for verdict in sorted(verdicts, key=lambda each: each.status == "demonstrated"):
        if verdict.is_judgement:
            chapter = verdict.claim.chapter
            group = groups.setdefault(QUESTIONS.get(chapter, chapter), [])
            (controls if verdict.claim.control else group).append(verdict)
    return VerdictTables(
        {name: group for name, group in (groups | {CONTROLS: controls}).items() if group}
    )


def untried_table(verdicts: Iterable[Verdict]) -> Table:
    """List the claims without an answer, by the question that it would be one to."""
    sayings: dict[str, list[str]] = {chapter: [] for chapter in QUESTIONS}
    for verdict in verdicts:
        if not verdict.is_judgement:
            why = f" Withdrawn: {verdict.reason}" if verdict.status == "withdrawn" else ""
            if rule := verdict.claim.rule if verdict.status == WAITING else None:
                why = f" The rule is registered ({rule.registered})."
            saying = f"<p>{escape(verdict.claim.assertion + why)}</p>"
            sayings.setdefault(verdict.claim.chapter, []).append(saying)
    rows = [
        {"question": QUESTIONS.get(chapter, chapter), "what people say": "".join(said)}
        for chapter, said in sayings.items()
        if said
    ]
    note = "" if rows else "Every claim has been tried."
    return Table(pd.DataFrame(rows), note, markup=("what people say",))


def rounds_table(verdicts: Iterable[Verdict]) -> Table:
    """Set what the first round said of each claim beside what the second says, and why."""
    rows, num_kept = [], 0
    for verdict in verdicts:
        fate = verdict.claim.first_round
        if fate is None or verdict.status == "demonstrated":
            num_kept += fate is not None and fate.fate == "kept"
            continue
        past = first_round(verdict.claim.id)
        if fate.fate == "new" and not verdict.is_judgement:
            # Neither round has said anything yet.
            continue
        said = past.word + (f", {past.span}" if past.span else "") if past else "was not asked"
        said = said.replace(" %", "\N{NO-BREAK SPACE}%")
        size = box.size(verdict)
        rows.append(
            {
                "saying": _link(verdict),
                "first round": escape(said),
                "second round": box.badge(verdict.label) + (f"<p>{escape(size)}</p>" * bool(size)),
                "what changed": escape(f"{fate.fate.capitalize()}. {fate.reason}"),
            }
        )
    note = f"Computations, made anew wherever they are shown, that keep their rules: {num_kept}."
    return Table(
        pd.DataFrame(rows), note, markup=("saying", "first round", "second round", "what changed")
    )


def findings_table(verdicts: Iterable[Verdict]) -> Table:
    """Set what others found beside what our runs say of the same, with their 95 % interval."""
    rows = [
        {
            "found elsewhere": f"<p>{escape(finding.found)}</p><p>{_source(finding)}</p>",
            "tried here": _link(verdict)
            if verdict.is_judgement
            else escape(verdict.claim.assertion),
            "ours": escape(box.ours(verdict, finding)),
            "answer": escape(box.replicated(verdict, finding)),
        }
        for verdict in verdicts
        for finding in verdict.claim.published
    ]
    note = (
        "Replicates: our difference is shown, in the same direction. Does not: it is shown in the "
        "other one, or too small to matter. Where neither is shown it cannot be told."
    )
    return Table(
        pd.DataFrame(rows), note, markup=("found elsewhere", "tried here", "ours", "answer")
    )


def _source(finding: Finding) -> str:
    return f'<a href="{escape(finding.link, quote=True)}">{escape(finding.source)}</a>'


def _rows(verdicts: Sequence[Verdict]) -> Table:
    """Return a row for each verdict: saying, answer, how large that is, and the page to cite."""
    frame = pd.DataFrame(
        {
            "saying": _link(verdict),
            "answer": box.badge(verdict.label),
            "size": escape(box.among(verdict, verdicts)),
            "see": f'<a href="{verdict.claim.cited_at}">{verdict.claim.id}</a>',
        }
        for verdict in verdicts
    )
    return Table(frame, markup=tuple(frame.columns))


@functools.cache
def _pages() -> frozenset[str] | None:
    """Return the chapters that the book has; None for a package used alone, which has no book."""
    root = settings.repository()
    if root is None:
        return None
    content = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    return frozenset(each["file"].removeprefix("chapters/") for each in content["chapters"])


def _link(verdict: Verdict) -> str:
    """Link a saying to its box; its page may still wait for the rest of its runs."""
    claim, pages = verdict.claim, _pages()
    if pages is not None and claim.shown_on not in pages:
        return escape(claim.assertion)
    return f'<a href="{claim.shown_on}.html#verdict-{claim.id}">{escape(claim.assertion)}</a>'
