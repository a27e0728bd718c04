"""How a verdict is shown: text for a terminal, Markdown for a page, its rows as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from activation_study.measures.metrics import metric_of
from activation_study.registry import listed

if TYPE_CHECKING:
    from activation_study.report.claims.verdict import Finding, Verdict

MOST_NAMED = 8
"""Rows of one outcome that are named; of a larger group only the number is given, and the detail
table lists it."""

_CLASSES = {
    "supported": "tip",
    "refuted": "danger",
    "depends": "warning",
    "no practical difference": "note",
    "inconclusive": "note",
}
_HEADINGS = {
    "name": "what",
    "effect": "difference",
    "value": "value",
    "interval": "95 % interval",
    "rates": "learning rates",
    "relation": "relation",
    "bound": "bound",
    "num_pairs": "seeds",
    "holm_p_value": "p (Holm)",
    "equivalence_p_value": "p (equivalence)",
    "probability_of_superiority": "P(arm higher)",
    "best": "best mean",
    "num_as_good": "as good as the best",
    "one_seed_winners": "winners by one seed",
    "share": "share of variance",
    "f": "F",
    "p_value": "p",
    "outcome": "outcome",
}


def text(verdict: Verdict) -> str:
    """Return a verdict as text for a terminal."""
    found = verdict.finding
    lines = [
        f"{verdict.claim.id}: {found.verdict}",
        *(f"  {line}" for line in (verdict.claim.assertion, found.condition, _effect(found))),
    ]
    if verdict.is_judgement:
        lines.append(f"  {_source(verdict)}")
    if verdict.tier != "full":
        lines.append("  Quick tier: this is no evidence.")
    return "\n".join(line for line in lines if line.strip())


def markdown(verdict: Verdict) -> str:
    """Return a verdict's box: a MyST admonition below the anchor `verdict-<claim id>`."""
    found, rule = verdict.finding, verdict.claim.rule
    parts = [f"*{verdict.claim.assertion}*"]
    if verdict.tier != "full":
        parts.append("**Built at the quick tier: this is no evidence.**")
    if found.condition:
        parts.append(f"{found.condition[0].upper()}{found.condition[1:]}.")
    if said := _effect(found):
        parts.append(said)
    if rule is not None and verdict.is_judgement:
        parts.append(f"{_source(verdict)} Rule registered {rule.registered}. {rule.why}")
    if len(found.rows):
        parts.append(_folded("In detail", _pipe_table(table(found.rows))))
    if rule is not None:
        items = [
            f"- **{name.replace('_', ' ').capitalize()}.** {said}" for name, said in rule.scope
        ]
        parts.append(_folded("Scope", "\n".join(items)))
    body = "\n\n".join(parts)
    style = _CLASSES.get(found.verdict, "attention")
    return (
        f"(verdict-{verdict.claim.id})=\n`````{{admonition}} Verdict: {found.verdict}\n"
        f":class: {style} verdict\n\n{body}\n`````\n"
    )


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a finding as they are shown: formatted text, readable headings."""
    rows = rows.copy()
    metrics = rows.get("metric", pd.Series("", index=rows.index))
    if {"low", "high"} <= set(rows):
        signed = "effect" in rows
        rows["interval"] = [
            _interval((low, high), metric, signed=signed)
            for low, high, metric in zip(rows["low"], rows["high"], metrics, strict=True)
        ]
    for name in ("effect", "value", "bound"):
        if name in rows:
            rows[name] = [
                metric_of(metric).shown(value, signed=name == "effect")
                for value, metric in zip(rows[name], metrics, strict=True)
            ]
    for column in rows.select_dtypes("number").columns.tolist():
        rows[column] = [f"{value:.3g}" if value == value else "" for value in rows[column]]
    hidden = {"p_value"} if "holm_p_value" in rows else set()
    shown = [column for column in _HEADINGS if column in rows and column not in hidden]
    return rows[shown].astype(str).rename(columns=_HEADINGS)


def describe_groups(rows: pd.DataFrame) -> str:
    """Say which rows came out how: "better for tanh; equivalent for ReLU and GELU".

    The largest group, where it has more than ``MOST_NAMED`` rows, comes last and is counted.
    """
    groups = {str(found): list(part) for found, part in rows.groupby("outcome", sort=False)["name"]}
    if len(groups) == 1 and len(rows) > 1:
        return f"{next(iter(groups))} in all {len(rows)} comparisons"
    largest = max(groups, key=lambda outcome: len(groups[outcome]))
    counted = largest if len(groups[largest]) > MOST_NAMED else None
    said = [
        f"{outcome} for {_listed(names)}" for outcome, names in groups.items() if outcome != counted
    ]
    if counted:
        said.append(f"{counted} for the other {len(groups[counted])}")
    return "; ".join(said)


def _effect(found: Finding) -> str:
    if found.effect is None:
        return ""
    # A difference has a sign worth printing; a level or a share has not.
    signed = found.is_difference
    said = f"{found.effect_of}: {metric_of(found.metric).shown(found.effect, signed=signed)}"
    if found.interval is not None:
        said += f" (95 % interval {_interval(found.interval, found.metric, signed=signed)})"
    if found.margin is not None:
        held = metric_of(found.metric).shown(found.margin, signed=signed).removeprefix("+")
        said += f", {'margin' if signed else 'bound'} {held}"
    return f"{said[0].upper()}{said[1:]}."


def _interval(ends: tuple[float, float], metric: str, *, signed: bool) -> str:
    return " to ".join(metric_of(metric).shown(end, signed=signed) for end in ends)


def _source(verdict: Verdict) -> str:
    if verdict.study is None:
        return "A numerical demonstration, computed anew wherever it is shown."
    return (
        f"Judged on {len(verdict.finding.keys):,} of the {verdict.num_study_runs:,} runs of the "
        f"study {verdict.study!r}."
    )


def _folded(title: str, body: str) -> str:
    return f"````{{admonition}} {title}\n:class: dropdown\n\n{body}\n````"


def _pipe_table(frame: pd.DataFrame) -> str:
    """Write a frame of text as a Markdown table, with pipes in cells escaped."""
    lines = [list(frame.columns), ["---"] * frame.shape[1], *frame.to_numpy().tolist()]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def _listed(names: list[str]) -> str:
    """Join names; where one of several holds a comma, brackets keep them apart."""
    if len(names) > 1 and any("," in name for name in names):
        return " and ".join(f"({name})" for name in names)
    return listed(names)
