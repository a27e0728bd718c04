"""A verdict as data: what a rule finds in the runs, joined with the claim."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from activation_study.report.claims import show
from activation_study.report.claims.rules import Claim

VERDICTS = ("supported", "refuted", "depends", "no practical difference", "inconclusive")
UNTRIED = ("not tried yet", "incomplete record")


@dataclass(frozen=True)
class Finding:
    """The result of one rule.

    Attributes:
        verdict: one of `VERDICTS` or `UNTRIED`.
        condition: which part holds where, in words, or what is missing.
        rows: one row for each contrast, check, setting or source of variance.
        effect: the effect that leads the verdict, in the unit of the metric.
        interval: its 95 % bootstrap interval, where there is one.
        effect_of: what the effect is the effect of.
        is_difference: whether the effect is a difference, which has a sign and is held against a
            margin; a level or a share is held against a bound.
        metric: the column that it is measured in.
        margin: the margin, or the bound, that it is held against.
        keys: keys of the runs that were compared.
    """

    verdict: str
    condition: str
    rows: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False, repr=False)
    effect: float | None = None
    interval: tuple[float, float] | None = None
    effect_of: str = ""
    is_difference: bool = False
    metric: str = ""
    margin: float | None = None
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Verdict:
    """What the record says about a claim.

    Attributes:
        claim: what is claimed, and the rule that was applied.
        finding: what came out.
        num_study_runs: number of all runs of the study, those that chose the rates among them.
        tier: "full" or "quick".
    """

    claim: Claim
    finding: Finding
    num_study_runs: int = 0
    tier: str = "full"

    @property
    def verdict(self) -> str:
        """One of `VERDICTS` or `UNTRIED`."""
        return self.finding.verdict

    @property
    def rows(self) -> pd.DataFrame:
        """One row for each contrast, check, setting or source of variance."""
        return self.finding.rows

    @property
    def study(self) -> str | None:
        """The study that was read; None for a demonstration."""
        return self.claim.study

    @property
    def is_judgement(self) -> bool:
        """Whether the rule could be applied."""
        return self.verdict in VERDICTS

    @property
    def is_evidence(self) -> bool:
        """Whether the verdict may be quoted: a judgement, at the full tier."""
        return self.is_judgement and self.tier == "full"

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON values; what is not finite becomes None."""
        claim, found, rule = self.claim, self.finding, self.claim.rule
        return {
            "id": claim.id,
            "assertion": claim.assertion,
            "chapter": claim.chapter,
            "verdict": found.verdict,
            "condition": found.condition,
            "effect": _plain(found.effect),
            "interval": None if found.interval is None else list(map(_plain, found.interval)),
            "effect_of": found.effect_of,
            "metric": found.metric,
            "margin": _plain(found.margin),
            "study": claim.study,
            "num_runs": len(found.keys),
            "num_study_runs": self.num_study_runs,
            "tier": self.tier,
            "is_evidence": self.is_evidence,
            "scope": {} if rule is None else rule.scope.model_dump(),
            "registered": None if rule is None else rule.registered,
            "rows": json.loads(found.rows.to_json(orient="records")) if len(found.rows) else [],
        }

    def __str__(self) -> str:
        """Return the verdict as text for a terminal."""
        return show.text(self)

    def _repr_markdown_(self) -> str:
        """Return the verdict's box for a page."""
        return show.markdown(self)


def from_parts(outcomes: list[str]) -> str:
    """Return the verdict of parts that each `holds`, `fails` or are `undecided`."""
    found = set(outcomes)
    if len(found) != 1:
        return "depends"
    return {"holds": "supported", "fails": "refuted", "undecided": "inconclusive"}[outcomes[0]]


def _plain(value: float | None) -> float | None:
    return value if value is None or math.isfinite(value) else None
