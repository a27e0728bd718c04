"""A verdict as data: two answers that are never merged, and what they rest on."""

from __future__ import annotations

import json
import math
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, TypeAdapter, computed_field
from pydantic.dataclasses import dataclass

from activation_study.catalogue.spelling import field_written
from activation_study.registry import listed
from activation_study.report.claims import box
from activation_study.report.claims.claim import Claim
from activation_study.report.claims.parts import Direction, Size
from activation_study.report.claims.rules import ContrastRule, CountRule

Status = Literal["judged", "demonstrated", "not tried yet", "withdrawn", "incomplete record"]
Number = Annotated[
    float,
    PlainSerializer(lambda value: value if math.isfinite(value) else None, float | None),
]
"""In JSON what is not finite is null."""


@dataclass(frozen=True)
class Row:
    """One setting of a rule's `over`, or one member of its list, on its own.

    Attributes:
        name: of the setting or the member.
        effect: arm minus reference, or a member's mean, in the metric's unit.
        low: lower end of the 95 % t interval over seeds.
        high: upper end.
        num_seeds: how many.
        p_value: adjusted by Holm over the rows of the claim.
        direction: the answer of this row alone.
        size: the same about the size.
        arm_rate: the arm's learning rate; NaN where its cells have several.
        reference_rate: the reference's; None where it is a number.
        merged: names of the other settings that have the same runs.
    """

    name: str
    effect: Number
    low: Number
    high: Number
    num_seeds: int
    p_value: Number
    direction: Direction
    size: Size
    arm_rate: Number | None = None
    reference_rate: Number | None = None
    merged: tuple[str, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def is_at_unequal_rates(self) -> bool:
        """Whether arm and reference ran at different learning rates."""
        rates = self.arm_rate, self.reference_rate
        # The same several rates on both sides are said as two NaN, which differ.
        return self.reference_rate is not None and str(rates[0]) != str(rates[1])


@dataclass(frozen=True)
class Primary:
    """The one estimand of a claim: the mean over its settings, seed by seed.

    Attributes:
        effect: arm minus reference, in the metric's unit; of a claim of dependence the largest
            difference between two levels.
        low: lower end of the 95 % t interval over seeds.
        high: upper end.
        low_90: lower end of the 90 % interval, which is held against the margin.
        high_90: upper end.
        p_value: two-sided, of no effect.
        holm_p: adjusted over the primary estimands of the chapter.
        num_seeds: seeds that all settings have.
        margin: largest effect that does not matter.
        reference: mean of the reference, or its number.
        direction: whether the claim's direction is shown.
        size: whether the effect matters.
    """

    effect: Number
    low: Number
    high: Number
    low_90: Number
    high_90: Number
    p_value: Number
    holm_p: Number
    num_seeds: int
    margin: Number
    reference: Number
    direction: Direction
    size: Size


@dataclass(frozen=True)
class Check:
    """One measured value of a demonstration, held against its bound."""

    name: str
    value: Number
    relation: str
    bound: float
    reason: str
    holds: bool
    found: str = ""


@dataclass(frozen=True)
class Score:
    """How a forecast fared: was the direction, the size, and the interval right."""

    direction: bool
    size: bool | None
    interval: bool


@dataclass(frozen=True)
class Move:
    """What the label becomes where one arm's rate moves to a neighbour that ties with it."""

    arm: str
    criterion: str
    rate: float
    moved_to: float
    label: str

    def __str__(self) -> str:
        """Say what the answer becomes."""
        return (
            f"For {self.arm}, the rate {self.moved_to:g} tied with the chosen {self.rate:g}; with "
            f"it the answer would be {self.label!r}"
        )


@dataclass(frozen=True)
class Sensitivity:
    """What the words of a verdict become under small changes.

    Attributes:
        label: of the verdict as it is, without the number of rows; of a list whether its share is
            reached.
        halves: label -> in how many of the random halves of the seeds it came out.
        directions: the same of the direction; a count has none.
        moves: every move of a rate that the record can answer.
    """

    label: str
    halves: dict[str, int]
    directions: dict[str, int]
    moves: tuple[Move, ...]

    @property
    def changes(self) -> tuple[Move, ...]:
        """The moves after which the verdict says something else."""
        return tuple(move for move in self.moves if move.label != self.label)

    @property
    def doubts(self) -> list[str]:
        """What makes the answer less than firm, a sentence each: half of the runs, another rate."""
        kept, total = self.halves.get(self.label, 0), sum(self.halves.values())
        said = [f"{move}." for move in self.changes]
        if 2 * kept < total:
            other, times = max(self.halves.items(), key=lambda each: each[1])
            if other != self.label:
                said.append(f"With half of the seeds it is {other!r} in {times} of {total} cases.")
        return said

    def __str__(self) -> str:
        """Say which words change, a sentence each."""
        kept, total = self.halves.get(self.label, 0), sum(self.halves.values())
        others = [f"{each!r} {n}" for each, n in self.halves.items() if each != self.label]
        said = [f"On random halves of the seeds the answer is the same in {kept} of {total}"]
        said[0] += f", else {', '.join(others)}." if others else "."
        said += [f"{move}." for move in self.changes]
        if self.moves and not self.changes:
            said.append("No neighbouring rate that tied with a chosen one changes it.")
        return " ".join(said)


@dataclass(frozen=True)
class Verdict:
    """What the record says about a claim.

    Attributes:
        claim: what is claimed, and the rule that was applied.
        status: whether it was judged, and if not, why.
        label: the answer in a few words.
        primary: the estimand that answers it; None of a count or a demonstration.
        rows: every setting or member on its own.
        depends_on: fields on which the effect was shown to depend.
        checks: of a demonstration.
        forecast: how the sealed forecast fared.
        sensitivity: what small changes make of the label; where one claim was asked for.
        reason: why nothing is judged.
        keys: of the runs that were compared.
        num_study_runs: all runs of the study, those that chose the rates among them.
        tier: "full" or "quick".
    """

    claim: Claim
    status: Status
    label: str
    primary: Primary | None = None
    rows: tuple[Row, ...] = ()
    depends_on: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    forecast: Score | None = None
    sensitivity: Sensitivity | None = None
    reason: str = ""
    keys: Annotated[frozenset[str], Field(exclude=True)] = frozenset()
    num_study_runs: int = 0
    tier: str = "full"

    @computed_field  # type: ignore[prop-decorator]
    @property
    def num_runs(self) -> int:
        """Number of runs that were compared."""
        return len(self.keys)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def num_as_claimed(self) -> int:
        """Number of rows that came out as claimed, or of checks that hold."""
        held = [row.direction == "as claimed" for row in self.rows]
        return sum(held or [check.holds for check in self.checks])

    @computed_field  # type: ignore[prop-decorator]
    @property
    def is_evidence(self) -> bool:
        """Whether the verdict may be quoted: it is one, and of the full tier."""
        return self.is_judgement and self.tier == "full"

    @property
    def is_judgement(self) -> bool:
        """Whether the rule could be applied."""
        return self.status in ("judged", "demonstrated")

    @property
    def study(self) -> str | None:
        """The study that was read; None where no run was."""
        return self.claim.study

    @property
    def sentence(self) -> str:
        """What came out, how sure that is and how large; else why there is no answer yet."""
        return box.sentence(self)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON values, by the schema `verdicts.schema.json`."""
        return ADAPTER.dump_python(self, mode="json")

    def __str__(self) -> str:
        """Return the verdict as text for a terminal."""
        return box.as_text(self)

    def _repr_html_(self) -> str:
        """Return the verdict's box for a page."""
        return box.as_html(self)


ADAPTER = TypeAdapter(Verdict)


def schema() -> bytes:
    """Return the JSON Schema of a list of verdicts, as `activation-study claims --json` prints."""
    found = TypeAdapter(list[Verdict]).json_schema(mode="serialization")
    return (json.dumps(found, indent=1) + "\n").encode()


def label_of(rule: ContrastRule, primary: Primary, rows: tuple[Row, ...], on: list[str]) -> str:
    """Return what a box says of a contrast: its two answers, or what they depend on.

    A dependence leads where the claim came true in some settings and not in all; elsewhere it tells
    how much and not whether, and the box says so in its text.
    """
    held = sum(row.direction == "as claimed" for row in rows)
    if on and rule.asks == "mean" and 0 < held < len(rows):
        return f"depends on {listed([field_written(name) for name in on])}: {held} of {len(rows)}"
    said = {"as claimed": "came true", "contrary": "opposite"}.get(primary.direction)
    if said is None:
        if primary.size == "too small to matter":
            return f"did not come true: {primary.size}"
        is_of_size = rule.expected in ("same", "no_worse")
        asked = "the difference matters" if is_of_size else "there is a difference"
        return f"cannot tell if {asked}"
    # Of these two expectations the size is the claim itself.
    if primary.size == "matters" or rule.expected in ("same", "no_worse"):
        return said
    return f"{said}, size open" if primary.size == "open" else f"{said}, but {primary.size}"


def count_label(rule: CountRule, rows: tuple[Row, ...]) -> str:
    """Return how many members of a list are shown to clear the bound."""
    return f"{sum(row.direction == 'as claimed' for row in rows)} of {len(rows)}"
