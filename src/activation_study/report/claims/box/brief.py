"""A verdict in a few words, as lists and tables give it beside others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from activation_study.report.claims.box.wording import (
    Amounts,
    fill,
    is_shown,
    placeholders,
    side,
)
from activation_study.report.claims.rules import HOW, ContrastRule

if TYPE_CHECKING:
    from activation_study.report.claims.verdict import Primary, Row, Verdict

RATES = {"tuned": "each at its own rate", "default": "at Keras's rate"}


def short(verdict: Verdict, *, in_all: bool = False) -> str:
    """Say the difference as a table does: "10 fewer right", "F1 lower by 42.71 points".

    Of an arm that is held against a number, say its level; of a difference of differences, its
    size; of a count or a computation nothing, as its label says all. Nor of a mean over several
    measures: it has none of their names.

    Args:
        verdict: what is said.
        in_all: whether to say of how many images, "10 fewer of 10,000 right".
    """
    rule, primary = verdict.claim.rule, verdict.primary
    if not isinstance(rule, ContrastRule) or primary is None or "metric" in rule.over:
        return ""
    amounts, said = Amounts.of(rule), rule.sentence
    metric = amounts.metric
    name = metric.short or metric.label
    if "{change}" not in said and "{reference_value}" not in said:
        if "{arm_value}" in said:
            return f"{name} {amounts.level(primary.reference + primary.effect)}"
        unit = "images" if amounts.is_counted else metric.difference_unit
        return (
            f"a difference of {amounts.number(abs(primary.effect), signed=False)} {unit}".rstrip()
        )
    reference = primary.reference if rule.relative_margin else None
    change = amounts.change(primary.effect, reference)
    if amounts.is_counted:
        return f"{change.partition(f' {amounts.part} ' if in_all else ' of ')[0]} right"
    return change.removeprefix("the ").replace(metric.label, name, 1).replace(" is ", " ", 1)


def size(verdict: Verdict) -> str:
    """Say in a few words how large the answer is: the change, or what was computed."""
    rule, primary = verdict.claim.rule, verdict.primary
    if isinstance(rule, ContrastRule) and primary:
        # Some sentences speak of a level, or of a difference of differences, and stand for it.
        if "{change}" not in rule.sentence:
            return fill(rule.sentence, placeholders(verdict))
        return f"{Amounts.of(rule).change(primary.effect)} ({rule.weights})"
    return "computed" if verdict.checks else ""


def fared(verdict: Verdict) -> str:
    """Say how the arm fares beside its reference: "better", "worse", "about the same", "unclear".

    Nothing where no two sides are compared, or neither direction is the better one.
    """
    rule, primary = verdict.claim.rule, verdict.primary
    if not isinstance(rule, ContrastRule) or not isinstance(rule.reference, dict):
        return ""
    better = Amounts.of(rule).metric.better
    if primary is None or better is None or rule.less or rule.asks == "dependence":
        return ""
    if primary.size == "too small to matter":
        return "about the same"
    if not is_shown(rule, primary):
        return "unclear"
    return "better" if (primary.effect > 0) == (better == "higher") else "worse"


def turned(verdict: Verdict) -> Verdict:
    """Return a verdict that speaks of its reference beside its arm; for `fared` and `short`."""
    primary = verdict.primary
    if primary is None:
        return verdict
    other = replace(
        primary,
        effect=-primary.effect,
        low=-primary.high,
        high=-primary.low,
        reference=primary.reference + primary.effect,
    )
    return replace(verdict, primary=other)


def among(verdict: Verdict, others: Iterable[Verdict]) -> str:
    """Say what `short` says, and what sets it apart from others on the same two sides.

    That is weights, rate, or what else is the same in all settings: "10 fewer right, at the
    averaged weights".
    """
    own, said = verdict.claim.rule, short(verdict)
    if not isinstance(own, ContrastRule) or not said:
        return said
    rules = [each.claim.rule for each in others]
    twins = [
        _how(rule) for rule in rules if isinstance(rule, ContrastRule) and _pair(rule) == _pair(own)
    ]
    apart = [
        text for name, text in _how(own).items() if any(text != twin.get(name) for twin in twins)
    ]
    return ", ".join([said, *apart])


def _pair(rule: ContrastRule) -> list[Any]:
    """Return what is compared in what, whichever weights are read."""
    sides = [
        {field: value for field, value in each.items() if field != "reading"}
        if isinstance(each, Mapping)
        else each
        for each in (rule.arm, rule.reference)
    ]
    return [rule.metric, *sides, {} if sides[0] else rule.over]


def _how(rule: ContrastRule) -> dict[str, str]:
    """Return how the runs of a rule are chosen and read, and what all of them share, in words."""
    number = f"at a rate of {rule.rate:g}" if isinstance(rule.rate, float) else ""
    rate = RATES.get(str(rule.rate), number)
    fixed = {field: side({field: each}) for field, each in rule.fixed.items() if field not in HOW}
    return {"weights": f"at the {rule.weights}", "rate": rate, **fixed}


def interval(verdict: Verdict, own: Primary | Row | None = None) -> str:
    """Write our difference, or that of one row, as the box of the claim does."""
    if verdict.status == "demonstrated":
        return "computed"
    rule, own = verdict.claim.rule, own or verdict.primary
    if own is None or not isinstance(rule, ContrastRule):
        return ""
    metric = Amounts.of(rule).metric
    ends = [metric.number(end, signed=True) for end in (own.low, own.high)]
    effect = metric.number(own.effect, signed=True)
    return f"{effect} ({' to '.join(ends)}) {metric.difference_unit}".rstrip()
