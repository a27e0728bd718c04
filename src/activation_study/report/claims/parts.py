"""What the models of a file of claims are made of: types of values, and a mapping's own checks."""

from __future__ import annotations

import datetime
import string
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from activation_study.registry import nearest, unknown_name

Item = TypeVar("Item")
# Strict about numbers and text, not about a list of YAML where a tuple is meant.
Several = Annotated[tuple[Item, ...], Field(strict=False, min_length=1)]


def _is_a_day(text: str) -> str:
    datetime.date.fromisoformat(text)
    return text


def each_once(names: list[str]) -> None:
    """Refuse a name that comes twice.

    Raises:
        ValueError: one does.
    """
    if repeated := [name for name, count in Counter(names).items() if count > 1]:
        raise ValueError(f"received {repeated!s:.200} more than once; accepted: each once.")


def check_placeholders(text: str, accepted: Iterable[str]) -> None:
    """Check that a sentence asks for nothing that nobody fills in.

    Raises:
        ValueError: it does, or its braces do not pair.
    """
    for _, name, form, conversion in string.Formatter().parse(text):
        if name is not None and (name not in accepted or form or conversion):
            raise unknown_name("placeholder", name, accepted)


Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_is_a_day)]
Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(gt=0, le=1)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, Field(min_length=1)]
Value = str | int | float | None
"""Of a field; None is the whole training part as ``train_size``."""
Where = dict[str, Value | Several[Value]]
Reading = Literal["last", "averaged"]
Rate = Literal["tuned", "default"] | Positive
Direction = Literal["as claimed", "contrary", "not shown"]
Size = Literal["matters", "too small to matter", "open"]


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


class Forecast(Part):
    """What was expected before the runs, sealed with the rule and scored afterwards.

    Attributes:
        direction: the answer to the claim.
        size: the answer about the size; None for a count.
        low: lower end of where the effect, or the count, was expected.
        high: upper end.
    """

    direction: Direction
    size: Size | None = None
    low: float
    high: float

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.low > self.high:
            raise ValueError(
                f"received low {self.low:g} and high {self.high:g}; accepted: low up to high."
            )
        return self
