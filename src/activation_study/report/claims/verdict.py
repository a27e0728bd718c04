"""A verdict: what is concluded about a claim, and how it is shown."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

VERDICTS = ("supported", "refuted", "depends", "no practical difference", "inconclusive")
UNTRIED = ("not tried yet", "incomplete record")

_CLASSES = {
    "supported": "tip",
    "refuted": "danger",
    "depends": "warning",
    "no practical difference": "note",
    "inconclusive": "note",
}
_SHOWN = {
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


def format_value(value: float, metric: str = "", *, signed: bool = False) -> str:
    """Write a value in the unit of its metric: accuracies and shares in percent, nats, epochs."""
    if not math.isfinite(value):
        return "not defined"
    sign = "+" if signed else ""
    if metric.endswith("accuracy"):
        return f"{100 * value:{sign}.2f} " + ("points" if signed else "%")
    if metric.startswith("share of"):
        return f"{100 * value:.1f} %"
    if metric.endswith("_nll"):
        return f"{value:{sign}.4f} nats"
    if metric.startswith("epochs_to_"):
        return f"{value:{sign}.2f} epochs"
    return f"{value:{sign}.4g}"


@dataclass(frozen=True)
class Verdict:
    """What the record says about a claim.

    Attributes:
        claim: id of the claim.
        assertion: what is claimed.
        chapter: where it is tried.
        verdict: one of `VERDICTS` or `UNTRIED`.
        condition: which part holds where, in words, or what is missing.
        effect: the effect that leads the verdict, in the unit of the metric.
        interval: its 95 % bootstrap interval.
        effect_of: what the effect is the effect of.
        metric: the column that it is measured in.
        margin: the margin, or the bound, that it is held against.
        rows: one row for each contrast, check, setting or source of variance.
        study: the study that was read.
        num_runs: number of its runs that were compared.
        num_study_runs: number of all its runs, those that chose the rates among them.
        tier: "full" or "quick".
        scope: what was varied, what was fixed, where it would flip.
        why: why this rule answers the claim.
        registered: the day on which the rule was written down.
    """

    claim: str
    assertion: str
    chapter: str
    verdict: str
    condition: str = ""
    effect: float | None = None
    interval: tuple[float, float] | None = None
    effect_of: str = ""
    metric: str = ""
    margin: float | None = None
    rows: pd.DataFrame = field(default_factory=pd.DataFrame, compare=False, repr=False)
    study: str | None = None
    num_runs: int = 0
    num_study_runs: int = 0
    tier: str = "full"
    scope: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    registered: str | None = None

    @property
    def is_evidence(self) -> bool:
        """Whether the verdict may be quoted: a judgement, at the full tier."""
        return self.verdict in VERDICTS and self.tier == "full"

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON values; what is not finite becomes None."""

        def plain(value: Any) -> Any:
            return None if isinstance(value, float) and not math.isfinite(value) else value

        rows = json.loads(self.rows.to_json(orient="records")) if len(self.rows) else []
        return {
            "id": self.claim,
            "assertion": self.assertion,
            "chapter": self.chapter,
            "verdict": self.verdict,
            "condition": self.condition,
            "effect": plain(self.effect),
            "interval": None if self.interval is None else [plain(end) for end in self.interval],
            "effect_of": self.effect_of,
            "metric": self.metric,
            "margin": plain(self.margin),
            "study": self.study,
            "num_runs": self.num_runs,
            "num_study_runs": self.num_study_runs,
            "tier": self.tier,
            "is_evidence": self.is_evidence,
            "scope": dict(self.scope),
            "registered": self.registered,
            "rows": rows,
        }

    def _effect_line(self) -> str:
        if self.effect is None:
            return ""
        # A difference has a sign worth printing; a level or a share has not.
        signed = " minus " in self.effect_of or self.effect_of.startswith("largest effect")
        text = f"{self.effect_of}: {format_value(self.effect, self.metric, signed=signed)}"
        if self.interval is not None:
            ends = (format_value(end, self.metric, signed=signed) for end in self.interval)
            text += f" (95 % interval {' to '.join(ends)})"
        if self.margin is not None:
            held = format_value(self.margin, self.metric, signed=signed).removeprefix("+")
            text += f", {'margin' if signed else 'bound'} {held}"
        return f"{text[0].upper()}{text[1:]}."

    def _source_line(self) -> str:
        if self.study is None:
            return "A numerical demonstration, computed anew wherever it is shown."
        return (
            f"Judged on {self.num_runs:,} of the {self.num_study_runs:,} runs of the study "
            f"{self.study!r}."
        )

    def table(self) -> pd.DataFrame:
        """Return the rows as they are shown: formatted text, readable headings."""
        rows = self.rows.copy()
        metrics = rows.get("metric", pd.Series("", index=rows.index))
        if {"low", "high"} <= set(rows):
            signed = "effect" in rows
            rows["interval"] = [
                f"{format_value(low, metric, signed=signed)} to "
                f"{format_value(high, metric, signed=signed)}"
                for low, high, metric in zip(rows["low"], rows["high"], metrics, strict=True)
            ]
        for name in ("effect", "value", "bound"):
            if name in rows:
                rows[name] = [
                    format_value(value, metric, signed=name == "effect")
                    for value, metric in zip(rows[name], metrics, strict=True)
                ]
        for column in rows.select_dtypes("number").columns.tolist():
            rows[column] = [f"{value:.3g}" if value == value else "" for value in rows[column]]
        hidden = {"p_value"} if "holm_p_value" in rows else set()
        shown = [column for column in _SHOWN if column in rows and column not in hidden]
        return rows[shown].astype(str).rename(columns=_SHOWN)

    def __str__(self) -> str:
        """Return the verdict as text for a terminal."""
        lines = [f"{self.claim}: {self.verdict}", f"  {self.assertion}"]
        if self.condition:
            lines.append(f"  {self.condition}")
        if self.effect is not None:
            lines.append(f"  {self._effect_line()}")
        if self.verdict in VERDICTS:
            lines.append(f"  {self._source_line()}")
        if self.tier != "full":
            lines.append("  Quick tier: this is no evidence.")
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        """Return the verdict box: a MyST admonition below the anchor `verdict-<claim id>`."""
        parts = [f"*{self.assertion}*"]
        if self.tier != "full":
            parts.append("**Built at the quick tier: this is no evidence.**")
        if self.condition:
            parts.append(f"{self.condition[0].upper()}{self.condition[1:]}.")
        parts += [line for line in (self._effect_line(),) if line]
        if self.verdict in VERDICTS:
            parts.append(f"{self._source_line()} Rule registered {self.registered}. {self.why}")
        if len(self.rows):
            parts.append(_folded("In detail", _pipe_table(self.table())))
        if self.scope:
            titles = {"varied": "Varied", "fixed": "Fixed", "would_flip": "Would flip"}
            items = [f"- **{titles[key]}.** {text}" for key, text in self.scope.items()]
            parts.append(_folded("Scope", "\n".join(items)))
        body = "\n\n".join(parts)
        style = _CLASSES.get(self.verdict, "attention")
        return (
            f"(verdict-{self.claim})=\n`````{{admonition}} Verdict: {self.verdict}\n"
            f":class: {style} verdict\n\n{body}\n`````\n"
        )


def _folded(title: str, body: str) -> str:
    return f"````{{admonition}} {title}\n:class: dropdown\n\n{body}\n````"


def _pipe_table(frame: pd.DataFrame) -> str:
    """Write a frame of text as a Markdown table, with pipes in cells escaped."""
    lines = [list(frame.columns), ["---"] * frame.shape[1], *frame.to_numpy().tolist()]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )
