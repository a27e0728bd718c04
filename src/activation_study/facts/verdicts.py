"""What verdicts say together, and the number that answers one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from activation_study.report.claims.asking import outcome
from activation_study.report.claims.box.wording import Amounts
from activation_study.report.claims.rules import ContrastRule
from activation_study.report.claims.verdict import Primary, Verdict

NO_ANSWER = "(no answer yet)"
"""What a page says where runs are missing."""


def standing(verdicts: Iterable[Verdict]) -> dict[str, str]:
    """How many claims there are, and how they stand."""
    counts = Counter(verdict.status for verdict in verdicts)
    return {
        "num_claims": f"{counts.total():,}",
        "num_answered": f"{counts['judged'] + counts['demonstrated']:,}",
        "num_waiting": f"{counts['incomplete record']:,}",
        "num_untried": f"{counts['not tried yet']:,}",
        "num_withdrawn": f"{counts['withdrawn']:,}",
    }


def rounds(verdicts: Iterable[Verdict]) -> dict[str, str]:
    """How far the second round is, and how many of the claims that have a rule it answers."""
    found = standing(verdicts := list(verdicts))
    num_ruled = sum(verdict.status != "not tried yet" for verdict in verdicts)
    done = "was done twice" if found["num_waiting"] == "0" else "is being done a second time"
    return found | {"done": done, "num_ruled": f"{num_ruled:,}"}


def primary_of(verdict: Verdict) -> Primary:
    """Return the estimand that answers a claim which has one."""
    assert verdict.primary is not None, f"{verdict.claim.id}: {verdict.label}"
    return verdict.primary


def answer(verdict: Verdict, sentences: Mapping[str, str]) -> str:
    """Return the sentence for how a contrast came out; of no harm, its direction alone answers.

    Args:
        verdict: On a contrast.
        sentences: By direction, and ``too small`` for a difference that is too small to matter.
    """
    came = outcome(verdict)
    return NO_ANSWER if came is None else sentences[came]


def answers(
    verdicts: Mapping[str, Verdict], sentences: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Return what ``sides`` says, and of each contrast its ``_change`` and its sentence, ``_said``.

    Args:
        verdicts: On contrasts, by the name under which a page glues them.
        sentences: Of each name those that ``answer`` chooses from.
    """
    found = sides(**verdicts)
    for name, verdict in verdicts.items():
        rule, primary = verdict.claim.rule, verdict.primary
        assert isinstance(rule, ContrastRule)
        change = Amounts.of(rule).change(primary.effect) if primary else NO_ANSWER
        found |= {f"{name}_change": change, f"{name}_said": answer(verdict, sentences[name])}
    return found


def sides(**verdicts: Verdict) -> dict[str, str]:
    """What both sides of each contrast reach, as its box writes them, and their difference.

    Returns:
        By the name of each verdict what its arm reaches; with ``_reference`` behind it the other
        side, and with ``_difference`` the first less the second. Of what has no answer yet, so.
    """
    found: dict[str, str] = {}
    for name, verdict in verdicts.items():
        rule, primary = verdict.claim.rule, verdict.primary
        assert isinstance(rule, ContrastRule)
        amounts = Amounts.of(rule)
        said = {"": "", "_reference": "", "_difference": ""}
        if primary is not None:
            said = {
                "": amounts.level(primary.reference + primary.effect),
                "_reference": amounts.level(primary.reference),
                "_difference": amounts.metric.shown(primary.effect, signed=True),
            }
        found |= {f"{name}{end}": value or NO_ANSWER for end, value in said.items()}
    return found
