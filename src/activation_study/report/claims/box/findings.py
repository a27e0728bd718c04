"""What our runs say of what others found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activation_study.registry import unknown_name
from activation_study.report.claims.box.brief import interval

if TYPE_CHECKING:
    from activation_study.report.claims.claim import Finding
    from activation_study.report.claims.verdict import Primary, Row, Verdict


def replicated(verdict: Verdict, finding: Finding) -> str:
    """Say whether our runs, or our computation, repeat what was found elsewhere."""
    if verdict.status == "demonstrated":
        holds = verdict.label == "holds"
        return "replicates" if holds == (finding.expects == "as claimed") else "does not"
    own = _own(verdict, finding)
    if own is None:
        return "not tried yet"
    direction, size = own.direction, own.size
    if finding.expects == "too small to matter":
        is_it = {"too small to matter": "replicates", "matters": "does not"}
        return is_it.get(size, "cannot be told")
    is_small = size == "too small to matter"
    if direction == finding.expects:
        return "replicates, but too small to matter" if is_small else "replicates"
    return "does not" if direction != "not shown" or is_small else "cannot be told"


def _own(verdict: Verdict, finding: Finding) -> Primary | Row | None:
    """Return our answer to a finding: that of one row, where it is the one that they tried.

    Raises:
        ValueError: the verdict has no such row; names those that it has.
    """
    if verdict.primary is None or not finding.row:
        return verdict.primary
    rows = {row.name: row for row in verdict.rows}
    if finding.row not in rows:
        raise unknown_name(f"row of {verdict.claim.id!r}", finding.row, rows)
    return rows[finding.row]


def ours(verdict: Verdict, finding: Finding) -> str:
    """Write our difference with its 95 % interval, and in which row it was found."""
    if verdict.primary is None or not finding.row:
        return interval(verdict)
    return f"{interval(verdict, _own(verdict, finding))}, {finding.row}"
