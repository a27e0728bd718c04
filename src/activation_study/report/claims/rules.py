"""The registered rules as types: what a file of claims may hold, and what the judges are given.

The fields of these models are the keys of `data/claims.yml`; `claims.schema.json` beside it is
generated from them, for editors.
"""

from __future__ import annotations

import datetime
from collections import Counter
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from activation_study.registry import nearest, unknown_name

Item = TypeVar("Item")
# Strict about numbers and text, not about a list of YAML where a tuple is meant.
Several = Annotated[tuple[Item, ...], Field(strict=False, min_length=1)]


def _is_a_day(text: str) -> str:
    datetime.date.fromisoformat(text)
    return text


def _each_once(names: list[str]) -> None:
    if repeated := [name for name, count in Counter(names).items() if count > 1]:
        raise ValueError(f"received {repeated!s:.200} more than once; accepted: each once.")


Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_is_a_day)]
Positive = Annotated[float, Field(gt=0)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Where = Annotated[dict[str, str | int | float], Field(min_length=1)]
Rate = Literal["tuned", "default"]
Better = Literal["higher", "lower"]


class Part(BaseModel):
    """A mapping of the file: it has every key that is asked for, and no other."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _has_its_keys(cls, received: Any) -> Any:
        if not isinstance(received, dict):
            return received
        accepted = cls.model_fields
        if extra := [str(name) for name in received if name not in accepted]:
            raise ValueError(
                f"received {extra!s:.200}; accepted: {', '.join(sorted(accepted))}."
                f"{nearest(extra[0], accepted)}"
            )
        needed = [name for name, field in accepted.items() if field.is_required()]
        if missing := [name for name in needed if name not in received]:
            raise ValueError(f"received {list(received)!s:.200}; missing: {', '.join(missing)}.")
        return received


class Scope(Part):
    """How far a verdict reaches: what was varied, what was fixed, where it would flip."""

    varied: str
    fixed: str
    would_flip: str


class _Rule(Part):
    registered: Day
    why: str
    scope: Scope


class Contrast(Part):
    """One paired difference, arm minus reference, of a metric at one of the two rates."""

    name: str
    metric: str
    better: Better
    arm: Where
    reference: Where
    fixed: Where = Field(default_factory=dict)
    rate: Rate
    margin: Positive | None = None
    predicted: Literal["arm_better", "arm_worse", "equivalent", "varies"]


class ContrastRule(_Rule):
    """Paired contrasts, each predicted, combined into one verdict."""

    kind: Literal["contrast"]
    study: str
    combine: Literal["all", "mixed"]
    contrasts: Several[Contrast]

    @model_validator(mode="after")
    def _can_be_combined(self) -> Self:
        _each_once([contrast.name for contrast in self.contrasts])
        for contrast in self.contrasts:
            if (contrast.predicted == "varies") != (self.combine == "mixed"):
                raise ValueError(
                    f"{contrast.name!r:.80}: received predicted {contrast.predicted!r} with "
                    f"combine {self.combine!r}; accepted: 'varies' with 'mixed', the other "
                    "predictions with 'all'."
                )
        return self


class Bound(Part):
    """What a demonstration's measured value is held against, and why."""

    relation: Literal["<=", ">=", "=="]
    bound: float
    reason: str


class DemonstrationRule(_Rule):
    """Measured values of a numerical demonstration against bounds."""

    kind: Literal["demonstration"]
    demonstration: str
    checks: Annotated[dict[str, Bound], Field(min_length=1)]
    study: ClassVar[None] = None


class _Check(Part):
    name: str
    relation: Literal["<=", ">="]
    bound: float


class SummaryCheck(_Check):
    """The mean of a column of the runs against a bound."""

    table: Literal["summary"]
    column: str


class ConfusionCheck(_Check):
    """The share of runs in which a class is among the likeliest wrong ones, against a bound."""

    table: Literal["confusion"]
    true_class: Annotated[int, Field(ge=0)]
    predicted_class: Annotated[int, Field(ge=0)]
    among_largest: Annotated[int, Field(ge=1)]


class ThresholdRule(_Rule):
    """One number of each run against a bound, group by group."""

    kind: Literal["threshold"]
    study: str
    checks: Several[Annotated[SummaryCheck | ConfusionCheck, Field(discriminator="table")]]
    groups: Annotated[dict[str, Several[str | int | float]], Field(min_length=1)]
    rate: Rate


class WinnersRule(_Rule):
    """Whether one level of `over` is the best in every setting of head and rate."""

    kind: Literal["winners"]
    study: str
    metric: str
    better: Better
    over: str
    heads: Several[str]
    rates: Several[Rate]
    majority: Annotated[float, Field(gt=0, le=1)]


class FactorialRule(_Rule):
    """Whether two factors interact."""

    kind: Literal["factorial"]
    study: str
    metric: str
    factors: Annotated[tuple[str, ...], Field(strict=False, min_length=2, max_length=2)]
    rate: Rate


Rule = ContrastRule | DemonstrationRule | ThresholdRule | WinnersRule | FactorialRule


class Claim(Part):
    """One assertion and the rule that judges it.

    Attributes:
        id: permanent name.
        chapter: the page that tries it; also its family for Holm's adjustment.
        assertion: what is claimed.
        rule: the registered rule, None while there is none.
    """

    id: Name
    chapter: Name
    assertion: Annotated[str, Field(min_length=1)]
    rule: Annotated[Rule, Field(discriminator="kind")] | None = None

    @property
    def study(self) -> str | None:
        """Name of the study whose runs judge the claim; None where no run does."""
        return None if self.rule is None else self.rule.study


class Bootstrap(Part):
    """How intervals are resampled; more than a million samples would take hours."""

    resamples: Annotated[int, Field(ge=100, le=1_000_000)]
    seed: Annotated[int, Field(ge=0)]


class ClaimsFile(Part):
    """Every claim, and what the rules have in common.

    Attributes:
        version: of the form of the file.
        alpha: level of every test.
        bootstrap: number of resamples and their seed.
        minimum_pairs: tier -> seeds that an arm needs before it is judged.
        best_excludes: hidden activations never taken as the best reference.
        margins: metric -> the largest difference that counts as none.
        claims: in the order of the file.
    """

    version: Literal[1]
    alpha: Annotated[float, Field(gt=0, lt=1)]
    bootstrap: Bootstrap
    minimum_pairs: Annotated[
        dict[Literal["full", "quick"], Annotated[int, Field(ge=2)]], Field(min_length=2)
    ]
    best_excludes: Annotated[tuple[str, ...], Field(strict=False)]
    margins: dict[str, Positive]
    claims: Several[Claim]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _each_once([claim.id for claim in self.claims])
        for claim in self.claims:
            needed = [getattr(claim.rule, "metric", None)]
            needed += [c.metric for c in getattr(claim.rule, "contrasts", ()) if not c.margin]
            for metric in filter(None, needed):
                if metric not in self.margins:
                    raise ValueError(
                        f"claim {claim.id!r}: received metric {metric!r:.80}, which has no margin; "
                        f"accepted: {', '.join(self.margins)}.{nearest(metric, self.margins)}"
                    )
        return self

    def get(self, claim_id: str) -> Claim:
        """Return the claim of that id.

        Raises:
            ValueError: no such claim; names the accepted ids and the nearest.
        """
        for claim in self.claims:
            if claim.id == claim_id:
                return claim
        raise unknown_name("claim", claim_id, (claim.id for claim in self.claims))

    def margin(self, contrast: Contrast) -> float:
        """Return the margin of a contrast: its own, else that of its metric."""
        return contrast.margin or self.margins[contrast.metric]
