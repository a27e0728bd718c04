"""How a verdict is shown: text for a terminal, Markdown for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activation_study.measures.metrics import metric_of

if TYPE_CHECKING:
    from activation_study.report.claims.verdict import Verdict


def text(verdict: Verdict) -> str:
    """Return a verdict as text for a terminal."""
    return "\n".join(f"{'  ' * (number > 0)}{line}" for number, line in enumerate(_lines(verdict)))


def markdown(verdict: Verdict) -> str:
    """Return a verdict's box: a MyST admonition below the anchor `verdict-<claim id>`."""
    body = "\n\n".join(_lines(verdict)[1:])
    return (
        f"(verdict-{verdict.claim.id})=\n`````{{admonition}} Verdict: {verdict.label}\n"
        f":class: note verdict\n\n{body}\n`````\n"
    )


def _lines(verdict: Verdict) -> list[str]:
    claim, primary = verdict.claim, verdict.primary
    lines = [f"{claim.id}: {verdict.label}", claim.assertion]
    if verdict.reason:
        lines.append(verdict.reason)
    if primary is not None:
        metric = metric_of(getattr(claim.rule, "metric", ""))
        effect, low, high = (
            metric.shown(value, signed=True)
            for value in (primary.effect, primary.low, primary.high)
        )
        lines.append(
            f"{primary.direction}; {primary.size}: {effect} ({low} to {high}), Holm p "
            f"{primary.holm_p:.2g}, {primary.num_seeds} seeds"
        )
    if verdict.rows or verdict.checks:
        lines.append(
            f"as claimed: {verdict.num_as_claimed} of {len(verdict.rows) or len(verdict.checks)}"
        )
    if verdict.tier != "full":
        lines.append("Built at the quick tier: this is no evidence.")
    return lines
