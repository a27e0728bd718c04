"""What a verdict's box shows, as text: page and terminal lay out the same."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from activation_study.catalogue.spelling import field_written
from activation_study.measures.metrics import label_of, metric_of
from activation_study.registry import listed
from activation_study.report.claims.box.wording import (
    Amounts,
    fill,
    how_sure,
    number_in_words,
    placeholders,
    side,
    span,
)
from activation_study.report.claims.rules import ContrastRule, CountRule

if TYPE_CHECKING:
    from activation_study.report.claims.past import PastVerdict
    from activation_study.report.claims.verdict import Check, Primary, Row, Verdict

QUICK = "Built at the quick tier: this is no evidence."
FATES = {
    "kept": "Its rule is kept",
    "mended": "Its rule has been mended since",
    "withdrawn": "Its rule is withdrawn",
    "new": "The question is new in the second round",
}
ANSWERS = ("as claimed", "not shown", "contrary")
MEANINGS = {
    "no_worse": ("no worse", "cannot tell if worse", "worse"),
    "same": (
        "no difference that matters",
        "cannot tell if it matters",
        "a difference that matters",
    ),
}
"""What these answers say where a claim expects no direction: there a difference may be shown, and
the claim not."""


def answers(verdict: Verdict) -> list[str]:
    """Return the answer of each row, or of each check, those as claimed first.

    None for a claim of dependence, of which no row alone can say whether it came true.
    """
    if getattr(verdict.claim.rule, "asks", "mean") == "dependence":
        return []
    given = [row.direction for row in verdict.rows] or [
        "as claimed" if check.holds else "contrary" for check in verdict.checks
    ]
    return sorted(given, key=ANSWERS.index)


def meanings(verdict: Verdict) -> dict[str, str]:
    """Return the words for each answer of a row."""
    expected = getattr(verdict.claim.rule, "expected", None)
    return dict(zip(ANSWERS, MEANINGS.get(str(expected), ANSWERS), strict=True))


def count(verdict: Verdict) -> str:
    """Say how many rows came out as claimed, "3 of 5", unless the label does or there is one."""
    given = answers(verdict)
    said = f"{verdict.num_as_claimed} of {len(given)}"
    return said if len(given) > 1 and not verdict.label.endswith(said) else ""


def sentence(verdict: Verdict) -> str:
    """Say what came out, how sure it is, and how large, with numbers from the record.

    Where nothing came out yet, say why, and what the first round had said.
    """
    if not verdict.is_judgement:
        return " ".join(unjudged(verdict))
    rule = verdict.claim.rule
    if not isinstance(rule, ContrastRule | CountRule):
        return f"Computed: {'; '.join(map(found, verdict.checks))}."
    said = fill(rule.sentence, placeholders(verdict))
    if isinstance(rule, CountRule):
        reach = span(verdict, metric_of(rule.metric).shown)
        return f"{said} Their means go {reach}." if reach else said
    if verdict.primary is None:
        return said
    fields = listed([f"the {field_written(field)}" for field in verdict.depends_on])
    # A level that the sentence gives stands there with its span.
    is_said = "{arm_value}" in rule.sentence and not isinstance(rule.reference, dict)
    reach = "" if is_said else f", {span(verdict, Amounts.of(rule).number)}".rstrip(", ")
    depends = f" How large it is depends on {fields}{reach}." if fields else ""
    return f"{said} {how_sure(rule, verdict.primary)}{depends}"


def unjudged(verdict: Verdict) -> list[str]:
    """Say why there is no answer, and what the first round had said."""
    said = [verdict.reason]
    if verdict.status == "incomplete record":
        rule = verdict.claim.rule
        said = [
            f"The rule was registered on {rule and rule.registered}, before its runs. These are "
            "still being made: not all of them are recorded."
        ]
    before, fate = past(verdict), verdict.claim.first_round
    if before and fate:
        said.append(f'The first round of the study said "{before.word}".')
    if fate:
        said.append(f"{FATES[fate.fate]} ({fate.date}): {fate.reason}")
    return said


def past(verdict: Verdict) -> PastVerdict | None:
    """Return what the first round's rule gave; None where there was none."""
    # What was registered knows the form of a verdict, and so its box.
    from activation_study.report.claims.past import first_round

    found = first_round(verdict.claim.id)
    return found if found and found.word != "not tried yet" else None


def found(check: Check) -> str:
    """Say what a check measured: by its `found`, else by its name."""
    template = check.found or f"{check.name.replace('_', ' ')}: {{value}}"
    value = measured(check.value)
    error = f"with an error of {value}" if check.value else "to the last digit"
    said = template.format(value=value, error=error)
    return said if check.holds else f"{said}, outside of its bound"


def measured(value: float) -> str:
    """Write a measured value: a rounding error by its size, anything else in four digits."""
    if 0 < abs(value) < 1e-3:
        digits, power = f"{value:.1e}".split("e")
        return f"{digits}e{int(power)}"
    return f"{value:.4g}"


def lines(verdict: Verdict) -> list[tuple[str, Primary | Row]]:
    """Return what stands on the scale: the mean first, then the rows where there are several."""
    rows = [(row.name + (" *" if row.is_at_unequal_rates else ""), row) for row in verdict.rows]
    if verdict.primary is None:
        return list(rows)
    if len(rows) < 2:
        return [(rows[0][0] if rows else "all seeds", verdict.primary)]
    is_mean = bool(answers(verdict))
    name = f"mean of {len(rows)}" if is_mean else "largest difference between two"
    return [(name, verdict.primary), *rows]


def origin(verdict: Verdict) -> float:
    """Return what the rows are held against: a count's bound, else no difference."""
    rule = verdict.claim.rule
    return rule.bound if isinstance(rule, CountRule) else 0.0


def sides(verdict: Verdict) -> tuple[str, str]:
    """Return what lies to the left and to the right of the origin, in words."""
    rule = verdict.claim.rule
    if isinstance(rule, ContrastRule):
        return rule.sides
    said = metric_of(rule.metric).shown(rule.bound) if isinstance(rule, CountRule) else "0"
    return f"below {said}", f"above {said}"


def number(verdict: Verdict, value: float) -> str:
    """Write a number of the scale: a difference, or of a count a mean."""
    rule = verdict.claim.rule
    if isinstance(rule, ContrastRule):
        return Amounts.of(rule).number(value)
    return metric_of(rule.metric).number(value) if isinstance(rule, CountRule) else f"{value:g}"


def key(verdict: Verdict) -> list[str]:
    """Explain the scale: its unit, its region, and what is special about its rows."""
    rule, notes = verdict.claim.rule, []
    if isinstance(rule, ContrastRule):
        of = _measures(rule) if "metric" in rule.over else Amounts.of(rule).axis()
        is_held = rule.reference and not isinstance(rule.reference, Mapping)
        start = f", counted from {side(rule.reference, rule.metric)}" if is_held else ""
        notes = [f"Numbers: {of}{start}, {rule.weights}"]
        if verdict.primary:
            least = Amounts.of(rule).amount(verdict.primary.margin)
            notes.append(f"shaded: less than {least}, too small to matter here")
    elif isinstance(rule, CountRule):
        unit = metric_of(rule.metric).unit
        notes = [f"Numbers: {label_of(rule.metric)}{unit and f', {unit}'}, {rule.weights}"]
    rates = [
        _at_unequal_rates(rule, row)
        for row in verdict.rows
        if row.is_at_unequal_rates and isinstance(rule, ContrastRule)
    ]
    if rates:
        notes.append(f"* the two ran at different learning rates: {listed(rates)}")
    notes += [
        f"{row.name} and {listed(row.merged)} are the same runs, counted once"
        for row in verdict.rows
        if row.merged
    ]
    return notes


def _measures(rule: ContrastRule) -> str:
    """Say that the rows are of several measures, and in which unit these are."""
    found = [Amounts(str(name)).metric for name in rule.over["metric"]]
    units = {
        f"in {metric.difference_unit}"
        if metric.difference_unit
        else "on a scale from {:g} to {:g}".format(*metric.bounded)
        for metric in found
    }
    measures = number_in_words(len(found))
    return f"the rows are of {measures} measures, {listed(sorted(units))}"


def _at_unequal_rates(rule: ContrastRule, row: Row) -> str:
    """Return the rates of both sides of a row; the row may have no name, and a side none either."""
    sides = (rule.arm, row.arm_rate), (rule.reference, row.reference_rate)
    said = "; ".join(
        # A side that is a rate is named by it.
        side(own) if "learning_rate" in own else f"{side(own)}: {_rate(rate)}".strip(": ")
        for own, rate in sides
        if isinstance(own, Mapping)
    )
    return f"{row.name} ({said})" if row.name else said


def _rate(rate: float | None) -> str:
    return "several" if rate is None or math.isnan(rate) else f"{rate:g}"


def advice(verdict: Verdict) -> list[tuple[str, str]]:
    """Return what to do, what was not tried, and what another rate would have said."""
    rule = verdict.claim.rule
    said = [("So", verdict.claim.advice), ("Not tried", getattr(rule, "not_tried", ""))]
    if verdict.sensitivity:
        said.append(("Not firm", " ".join(verdict.sensitivity.doubts)))
    return [(name, text) for name, text in said if text]
