"""Judges claims by numerical demonstrations: measured values against bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from activation_study.report.claims.rules import DemonstrationRule
from activation_study.report.claims.verdict import Check


def satisfies(value: float, relation: str, bound: float) -> bool:
    """Whether `value relation bound` holds; never for a value that is not a number."""
    return {"<=": value <= bound, ">=": value >= bound, "==": value == bound}[relation]


def checks_of(
    rule: DemonstrationRule, measure: Callable[[str], Mapping[str, float]]
) -> tuple[Check, ...]:
    """Hold measured values against the bounds of a rule.

    Args:
        rule: the registered bounds.
        measure: name of the demonstration -> check name -> measured value.

    Raises:
        ValueError: the demonstration's checks are not those of the rule.
    """
    values = measure(rule.demonstration)
    if set(values) != set(rule.checks):
        raise ValueError(
            f"Demonstration {rule.demonstration!r}: received checks {sorted(values)}; "
            f"accepted: {sorted(rule.checks)}."
        )
    return tuple(
        Check(
            name=name,
            value=float(values[name]),
            holds=satisfies(values[name], bound.relation, bound.bound),
            **bound.model_dump(),
        )
        for name, bound in rule.checks.items()
    )
