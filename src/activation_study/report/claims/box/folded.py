"""What a verdict's box keeps folded: statistics, forecast, runs, scope, sources, history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activation_study import studies
from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.measures.metrics import Metric, label_of
from activation_study.report.analysis.derived import RANGES
from activation_study.report.claims.box import contents
from activation_study.report.claims.box.wording import Amounts, side
from activation_study.report.claims.claim import NOBODY
from activation_study.report.claims.rules import (
    ContrastRule,
    CountRule,
    DemonstrationRule,
    WithdrawnRule,
)

Facts = list[tuple[str, str]]
"""Names, and what is said of them."""

RELATIONS = {"<=": "up to", ">=": "from", "==": "exactly"}

if TYPE_CHECKING:
    from activation_study.report.claims.verdict import Verdict


def sections(verdict: Verdict) -> list[tuple[str, Facts]]:
    """Return title and contents of every folded part that has any."""
    found = [
        ("Statistics", statistics(verdict)),
        ("How firm", [("Answer", str(verdict.sensitivity))] if verdict.sensitivity else []),
        ("Forecast", forecast(verdict)),
        ("Runs", runs(verdict)),
        ("Scope", scope(verdict)),
        ("Sources", sources(verdict)),
        ("First round", first_round(verdict)),
        ("Notes", [(note.date, note.text) for note in verdict.claim.notes]),
    ]
    return [(title, facts) for title, facts in found if facts]


def statistics(verdict: Verdict) -> Facts:
    """Return the numbers of the primary estimand, and how its runs were chosen and read."""
    rule, primary = verdict.claim.rule, verdict.primary
    if not isinstance(rule, ContrastRule | CountRule):
        return [
            (
                check.name.replace("_", " "),
                f"{contents.measured(check.value)}; accepted: {RELATIONS[check.relation]} "
                f"{check.bound:g} ({check.reason})",
            )
            for check in verdict.checks
        ]
    metric, facts = Amounts.of(rule).metric, []
    if isinstance(rule, ContrastRule):
        compared = f"{side(rule.arm) or 'every setting'} against "
        compared += side(rule.reference, rule.metric)
        if rule.less:
            compared += f", less the same with {side(rule.less)}"
        facts.append(("Compared", compared))
    if primary:
        tested = f"{p_value(primary.p_value)} alone"
        if not verdict.claim.control:
            corrected = p_value(primary.holm_p)
            tested += f"; {corrected}, corrected for all claims of the chapter (Holm)"
        facts += [
            ("Direction", contents.meanings(verdict)[primary.direction]),
            ("Test of no difference", tested),
            ("Size", primary.size),
            ("Least that matters", metric.shown(primary.margin, signed=True).lstrip("+")),
            ("Difference", metric.shown(primary.effect, signed=True)),
            ("95 % interval", interval(metric, primary.low, primary.high)),
            ("90 % interval, for the size", interval(metric, primary.low_90, primary.high_90)),
            ("Seeds", f"{primary.num_seeds}, each in every setting"),
        ]
    over = getattr(rule, "over", {})
    measured = "the measures of the rows" if "metric" in over else label_of(rule.metric)
    return [*facts, ("Measured", f"{measured}, at the {rule.weights}")]


def rows(verdict: Verdict) -> list[list[str]]:
    """Return the numbers of each row as a table of text, its heading first; [] of none."""
    rule = verdict.claim.rule
    if not isinstance(rule, ContrastRule | CountRule) or not verdict.rows:
        return []
    metric, signed = Amounts.of(rule).metric, isinstance(rule, ContrastRule)
    words = contents.meanings(verdict)
    mean = "difference" if signed else "mean"
    corrected = f"p, corrected for {len(verdict.rows)} rows (Holm)" if verdict.rows[1:] else "p"
    table = [["row", "answer", mean, "95 % interval", corrected, "seeds"]]
    table += [
        [
            row.name,
            f"{words[row.direction]}, {row.size}" if signed else words[row.direction],
            metric.number(row.effect, signed=signed),
            interval(metric, row.low, row.high, signed=signed),
            p_value(row.p_value).removeprefix("p ").removeprefix("= "),
            str(row.num_seeds),
        ]
        for row in verdict.rows
    ]
    return table


def forecast(verdict: Verdict) -> Facts:
    """Return what was expected before the runs, what came, and whether the forecast held."""
    rule, score, primary = verdict.claim.rule, verdict.forecast, verdict.primary
    if not isinstance(rule, ContrastRule | CountRule):
        return []
    said, came = rule.forecast, ("", "", "")
    if isinstance(rule, CountRule):
        held, total = verdict.num_as_claimed, len(verdict.rows)
        name, between = "Count", f"{said.low:g} to {said.high:g}"
        came = str(rule.answer(held, total)), "", f"{held} of {total}"
    else:
        metric = Amounts.of(rule).metric
        name, between = "Difference", interval(metric, said.low, said.high)
        if primary:
            effect = metric.shown(primary.effect, signed=True)
            came = str(primary.direction), str(primary.size), effect
    fared = (score.direction, score.size, score.interval) if score else (None, None, None)
    expected = {"Direction": said.direction, "Size": said.size, name: between}
    words = {True: "the forecast held", False: "the forecast did not hold"}
    return [
        (name, f"forecast: {text}" + (f"; came: {result}; {words[hit]}" if hit is not None else ""))
        for (name, text), result, hit in zip(expected.items(), came, fared, strict=True)
        if text
    ]


def runs(verdict: Verdict) -> Facts:
    """Return what was computed, and since when the rule stands."""
    rule = verdict.claim.rule
    if rule is None or isinstance(rule, WithdrawnRule):
        return []
    said = ("Compared", "A numerical demonstration, computed anew wherever it is shown.")
    if verdict.status == "incomplete record":
        said = ("Not recorded yet", verdict.reason)
    elif verdict.study:
        pairs = isinstance(getattr(rule, "reference", None), dict)
        said = (
            "Compared" if pairs else "Read",
            f"{verdict.num_runs:,} of the {verdict.num_study_runs:,} runs of the study "
            f"{verdict.study!r}{pairs * ': the same seeds, split and batches on both sides'}.",
        )
    return [said, ("Rule", f"Registered {rule.registered}. {rule.why}".rstrip())]


def scope(verdict: Verdict) -> Facts:
    """Return how far the verdict reaches."""
    rule = verdict.claim.rule
    if isinstance(rule, DemonstrationRule):
        return [(name.replace("_", " ").capitalize(), said) for name, said in rule.scope]
    if not isinstance(rule, ContrastRule | CountRule):
        return []
    tried = [("Tried", rule.tried)] if rule.tried else []
    return [*tried, ("Learning rate", learning_rate(rule))]


def learning_rate(rule: ContrastRule | CountRule) -> str:
    """Say at which learning rates the runs are read."""
    rates = studies.get(rule.study).tuning.rates
    if rule.metric in RANGES:
        return f"the range is counted over all {len(rates)} from {rates[0]:g} to {rates[-1]:g}"
    wheres = (rule.fixed, rule.over, getattr(rule, "arm", {}), getattr(rule, "reference", {}))
    if any({"rate", "learning_rate"} & set(where) for where in wheres if isinstance(where, dict)):
        return "as named in the rows"
    if rule.rate == "tuned":
        return f"of each arm its own, the best for {label_of(str(rule.criterion))}"
    if rule.rate == "default":
        return f"Keras's default, {DEFAULT_LEARNING_RATE:g}, for all"
    return f"{rule.rate:g} for all"


def sources(verdict: Verdict) -> Facts:
    """Return who says it and who studied it, by the keys of the bibliography, in one line."""
    both = {"by": verdict.claim.said_by, "studied in": verdict.claim.studied_in}
    said = [
        f"{word} {', '.join(NOBODY.get(key, key) for key in keys)}"
        for word, keys in both.items()
        if keys
    ]
    return [("Said", "; ".join(said))] if said else []


def first_round(verdict: Verdict) -> Facts:
    """Return what the first round said, and what became of its rule."""
    said, fate = contents.past(verdict), verdict.claim.first_round
    facts = [("It said", str(said))] if said else []
    if fate and verdict.is_judgement:
        facts.append((fate.date, f"{fate.fate.capitalize()}. {fate.reason}"))
    return facts


def interval(metric: Metric, low: float, high: float, *, signed: bool = True) -> str:
    """Write both ends of an interval, the unit once."""
    return f"{metric.number(low, signed=signed)} to {metric.shown(high, signed=signed)}"


def p_value(value: float) -> str:
    """Write a p-value."""
    return "p < 0.0001" if value < 1e-4 else f"p = {value:.2g}"
