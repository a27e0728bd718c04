"""Every verdict in a line of text, for programs that read the site: `llms.txt`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from activation_study.report.citing.badge import said
from activation_study.report.citing.edition import Edition
from activation_study.report.claims.verdict import Verdict
from activation_study.report.tables.verdicts import CONTROLS, QUESTIONS

HOW_TO_READ = """\
Each line below is a saying, the answer that recorded runs gave by a rule registered before them,
and what came out. "Came true" and "opposite" speak of the direction; "too small to matter" and
"size open" of whether the difference reaches the least that matters. Verdicts hold for the
networks, data and settings that were tried: each page says which. Cite the page of a verdict and
the version: {title}, {place}."""


def listing(
    verdicts: Iterable[Verdict],
    edition: Edition,
    page_of: Callable[[str], str],
    files: dict[str, str],
) -> str:
    """List every verdict by the question that it is an answer to, in the form of llmstxt.org.

    Args:
        verdicts: all of them.
        edition: of which they are.
        page_of: id of a claim -> its page, from the site's root.
        files: file for programs, from the site's root -> what it is.
    """
    groups: dict[str, list[str]] = {question: [] for question in (*QUESTIONS.values(), CONTROLS)}
    for verdict in verdicts:
        chapter = verdict.claim.chapter
        question = CONTROLS if verdict.claim.control else QUESTIONS.get(chapter, chapter)
        groups.setdefault(question, []).append(
            _line(verdict, edition.address(page_of(verdict.claim.id)))
        )
    parts = [
        f"# {edition.title}",
        f"> {edition.abstract}",
        HOW_TO_READ.format(title=edition.title, place=edition.place),
        *(f"## {question}\n\n" + "\n".join(lines) for question, lines in groups.items() if lines),
        "## For programs\n\n"
        + "\n".join(f"- [{name}]({edition.address(name)}): {what}" for name, what in files.items()),
    ]
    return "\n\n".join(parts) + "\n"


def _line(verdict: Verdict, address: str) -> str:
    """Write a verdict in one line: saying, address, answer, and what came out."""
    # Brackets would end the text of the link.
    saying = verdict.claim.assertion.replace("[", "(").replace("]", ")")
    return " ".join(f"- [{saying}]({address}): {said(verdict)}. {verdict.sentence}".split())
