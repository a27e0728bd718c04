"""The registered rules as types: what a file of claims may hold, and what the judges are given.

The fields of these models are the keys of `data/claims.yml`; `claims.schema.json` beside it is
generated from them, for editors.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from activation_study.measures.metrics import metric_of
from activation_study.registry import unknown_name
from activation_study.report.claims.parts import (
    Day,
    Direction,
    Forecast,
    Part,
    Positive,
    Rate,
    Reading,
    Scope,
    Several,
    Share,
    Text,
    Value,
    Where,
    check_placeholders,
)

HOW = ("metric", "reading", "rate", "criterion")
"""What a setting can change beside the fields of an experiment: how runs are chosen and read."""


@dataclass(frozen=True)
class Cell:
    """What one number of each seed is read from: an arm at a rate, in one column.

    Attributes:
        fields: the arm's fields and their values.
        column: of the runs' summary.
        rate: "tuned", "default", or a learning rate.
        criterion: what "tuned" means; None at another rate.
    """

    fields: frozenset[tuple[str, Value]]
    column: str
    rate: Rate
    criterion: str | None


class _Rule(Part):
    registered: Day


class _RunRule(_Rule):
    """What all rules about runs have in common.

    Attributes:
        study: whose runs are read.
        metric: column of the summary, without the prefix of a reading.
        reading: at the last weights, or at their running average.
        rate: "tuned", "default" or a learning rate; None where a setting names the learning rate.
        criterion: for what "tuned" rates were chosen.
        fixed: what is the same in every setting: fields of an experiment, or one of `HOW`.
        over: nuisance settings: field -> levels, all combined with each other.
        why: the reasoning behind the rule.
        forecast: sealed before the runs.
        sentence: what the box says, its placeholders filled from the record.
        tried: what was varied, and on what.
        not_tried: what was not.
    """

    study: str
    metric: str
    reading: Reading = "last"
    rate: Rate | None = None
    criterion: str | None = None
    fixed: Where = Field(default_factory=dict)
    over: dict[str, Several[Value]] = Field(default_factory=dict)
    why: str = ""
    forecast: Forecast
    sentence: Text
    tried: str = ""
    not_tried: str = ""
    placeholders: ClassVar[tuple[str, ...]] = ("k", "n", "settings")

    @model_validator(mode="after")
    def _can_be_said(self) -> Self:
        check_placeholders(self.sentence, self.placeholders)
        return self

    @property
    def settings(self) -> list[dict[str, Value]]:
        """Every combination of the levels of `over`; the last field varies fastest."""
        levels = itertools.product(*self.over.values())
        return [dict(zip(self.over, each, strict=True)) for each in levels]

    @property
    def weights(self) -> str:
        """At which weights the runs are read, in words."""
        wheres = [
            getattr(self, name, None) for name in ("fixed", "over", "arm", "reference", "less")
        ]
        stated = [where.get("reading", ()) for where in wheres if isinstance(where, dict)]
        named = {self.reading}.union(*([one] if isinstance(one, str) else one for one in stated))
        return f"{' and '.join(sorted(named, reverse=True))} weights"

    def cells(self, *changes: Mapping[str, Any]) -> list[Cell]:
        """Return what is read for a setting with these changes, the later ones over the earlier.

        Several values of a field stand for as many cells, over which the mean is taken.

        Raises:
            ValueError: no rate is named, or one too many.
        """
        merged: Where = {name: getattr(self, name) for name in HOW} | self.fixed
        for change in changes:
            merged = merged | dict(change)
        listed = [value if isinstance(value, tuple) else (value,) for value in merged.values()]
        cells = []
        for values in itertools.product(*listed):
            cell: dict[str, Any] = dict(zip(merged, values, strict=True))
            how = {name: cell.pop(name) for name in HOW}
            number = cell.pop("learning_rate", None)
            if (how["rate"] is None) == (number is None):
                raise ValueError(
                    f"received rate {how['rate']!r} and learning_rate {number!r}; accepted: one of "
                    "the two, rate as 'tuned', 'default' or a number."
                )
            rate = how["rate"] if number is None else number
            if (rate == "tuned") != (how["criterion"] is not None):
                raise ValueError(
                    f"received rate {rate!r} with criterion {how['criterion']!r}; accepted: a "
                    "criterion with 'tuned', and none with another rate."
                )
            prefix = {"last": "", "averaged": "averaged_"}.get(str(how["reading"]))
            if prefix is None:
                raise unknown_name("reading", how["reading"], ("last", "averaged"))
            column = f"{prefix}{how['metric']}"
            cells.append(Cell(frozenset(cell.items()), column, rate, how["criterion"]))
        return cells


class ContrastRule(_RunRule):
    """One paired difference, arm minus reference, in the mean over nuisance settings.

    Attributes:
        arm: fields, or one of `HOW`; several values of one are averaged.
        reference: the same, or a number that the arm's mean is held against.
        less: changes under which the same contrast is taken and subtracted.
        expected: what the claim says of arm minus reference; None where it says "it depends".
        asks: whether the claim is about the mean, or about a dependence on `over`.
        margin: the largest difference that does not matter, in the metric's unit; by default the
            file's of that metric.
        relative_margin: the same as a share of the reference's mean.
        sides: what a negative and a positive effect mean, in words.
    """

    kind: Literal["contrast"]
    placeholders = (
        *(*_RunRule.placeholders, "change", "effect", "margin", "arm", "reference"),
        *("arm_value", "reference_value"),
    )
    arm: Where
    reference: Where | float
    less: Annotated[Where, Field(min_length=1)] | None = None
    expected: Literal["higher", "lower", "same", "no_worse"] | None = None
    asks: Literal["mean", "dependence"] = "mean"
    margin: Positive | None = None
    relative_margin: Positive | None = None
    sides: Annotated[tuple[Text, Text], Field(strict=False)]

    @property
    def lower_is_better(self) -> bool:
        """Whether the lower value of the metric is the better one."""
        return metric_of(self.metric).better == "lower"

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if (self.asks == "mean") == (self.expected is None):
            raise ValueError(
                f"received expected {self.expected!r} with asks {self.asks!r}; accepted: 'higher', "
                "'lower', 'same' or 'no_worse' with 'mean', and none with 'dependence'."
            )
        if self.asks == "dependence" and all(len(levels) < 2 for levels in self.over.values()):
            raise ValueError(
                f"received asks 'dependence' over {self.over}; accepted: a field of two levels or "
                "more to depend on."
            )
        if self.expected == "no_worse" and metric_of(self.metric).better is None:
            raise ValueError(
                f"received expected 'no_worse' with metric {self.metric!r:.80}, of which neither "
                "direction is better; accepted: 'higher', 'lower' or 'same'."
            )
        if self.margin is not None and self.relative_margin is not None:
            raise ValueError("received margin and relative_margin; accepted: one of the two.")
        for setting in self.settings:
            self.sides_of(setting, self.less)
            arm, reference = self.sides_of(setting)
            if arm == reference:
                raise ValueError(
                    f"received arm {self.arm} and reference {self.reference}, which are the same "
                    f"runs; accepted: two that differ."
                )
        return self

    def sides_of(
        self, setting: Mapping[str, Any], changes: Mapping[str, Any] | None = None
    ) -> tuple[list[Cell], list[Cell] | float]:
        """Return the cells of the arm and of the reference, or the reference's number."""
        changed = (setting, *([changes] if changes else ()))
        arm = self.cells(*changed, self.arm)
        if isinstance(self.reference, dict):
            return arm, self.cells(*changed, self.reference)
        return arm, self.reference


class CountRule(_RunRule):
    """How many members of a list clear a bound, each shown by a one-sided test of its own.

    Attributes:
        each: the field whose values are the list.
        among: the values, or "all" that the study has.
        relation: of a member's mean, over `over`, to the bound.
        at_least: share of the list that must be shown for the claim to have come true.
    """

    kind: Literal["count"]
    placeholders = (*_RunRule.placeholders, "bound")
    each: str
    among: Literal["all"] | Several[Value]
    relation: Literal["<=", ">="]
    bound: float
    at_least: Share

    def answer(self, held: int, total: int) -> Direction:
        """Return the answer to the claim where so many members of all are shown."""
        return "as claimed" if held >= self.at_least * total else "contrary"

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        for setting in self.settings:
            self.cells(setting)
        return self


class Bound(Part):
    """What a demonstration's measured value is held against, and why.

    Attributes:
        relation: of the value to the bound.
        bound: the number.
        reason: why this one.
        found: what the box says of the value, which stands for `{value}`; what an identity is off
            by stands for `{error}`: "to the last digit", or "with an error of 1e-16".
    """

    relation: Literal["<=", ">=", "=="]
    bound: float
    reason: str
    found: str = ""

    @model_validator(mode="after")
    def _can_be_said(self) -> Self:
        check_placeholders(self.found, ("value", "error"))
        return self


class DemonstrationRule(_Rule):
    """Measured values of a numerical demonstration against bounds."""

    kind: Literal["demonstration"]
    why: str
    demonstration: str
    checks: Annotated[dict[str, Bound], Field(min_length=1)]
    scope: Scope
    study: ClassVar[None] = None


class WithdrawnRule(_Rule):
    """A claim that is no longer on trial, and why."""

    kind: Literal["withdrawn"]
    why: Text
    study: ClassVar[None] = None


Rule = ContrastRule | CountRule | DemonstrationRule | WithdrawnRule
