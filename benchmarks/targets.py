"""What the costs are held to, computed from what was measured."""

from __future__ import annotations

import operator
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import contenders as names

Results = dict[str, Any]
RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "at least": operator.ge,
    "at most": operator.le,
    "more than": operator.gt,
    "less than": operator.lt,
}


@dataclass(frozen=True)
class Target:
    """A bound on one figure.

    Args:
        name: What the figure is.
        relation: One of ``RELATIONS``.
        bound: The bound.
        value: Computes the figure from the results; None where a part of it was not measured.
    """

    name: str
    relation: str
    bound: float
    value: Callable[[Results], float | None]

    def judge(self, results: Results) -> Results:
        """Returns name, relation, bound, value and whether the bound is met, as plain values."""
        value = self.value(results)
        if value is not None:
            value = round(value, 4)
        met = None if value is None else RELATIONS[self.relation](value, self.bound)
        return {
            "name": self.name,
            "relation": self.relation,
            "bound": self.bound,
            "value": value,
            "met": met,
        }


def judge(results: Results) -> list[Results]:
    """Judges every target."""
    return [target.judge(results) for target in TARGETS]


def _field(results: Results, name: str, setting: str, field: str) -> float | None:
    for row in results["rows"]:
        if (row["name"], row["setting"]) == (name, setting):
            return float(row[field])
    return None


def _ratio(above: float | None, below: float | None) -> float | None:
    return None if above is None or below is None else above / below


def _seconds_to(other: str) -> Callable[[Results], float | None]:
    """Our seconds of an epoch relative to another contender's, both in two processes."""

    def ratio(results: Results) -> float | None:
        ours, theirs = (
            _field(results, name, names.TWO_PROCESSES, "seconds_per_epoch")
            for name in (names.OURS, other)
        )
        return _ratio(ours, theirs)

    return ratio


def _rate_to_fit(results: Results) -> float | None:
    ours = _field(results, names.OURS, names.TWO_PROCESSES, "epochs_per_second")
    return _ratio(ours, _field(results, names.FIT, names.BOTH_CORES, "epochs_per_second"))


def _to_roofline(results: Results) -> float | None:
    ours = _field(results, names.OURS, names.TWO_PROCESSES, "seconds_per_epoch")
    return _ratio(ours, results["roofline"]["seconds_per_epoch"])


def _runs_an_hour(results: Results) -> float:
    runs = results["runs"]
    return sum(3600 * runs["runs_per_worker"] / seconds for seconds in runs["elapsed_seconds"])


TARGETS = (
    Target(
        "epochs a second of two workers, relative to model.fit with defaults on both cores",
        "at least",
        7.0,
        _rate_to_fit,
    ),
    Target(
        "seconds an epoch relative to model.fit with defaults, both in two processes",
        "at most",
        0.25,
        _seconds_to(names.FIT),
    ),
    Target(
        "seconds an epoch relative to JAX, both in two processes",
        "at most",
        1.0,
        _seconds_to(names.JAX),
    ),
    Target("seconds an epoch relative to the roofline", "at most", 1.6, _to_roofline),
    Target(
        "reference runs an hour, with all measures, by two workers",
        "more than",
        1000.0,
        _runs_an_hour,
    ),
    Target(
        "share of a run that goes into measuring",
        "less than",
        0.25,
        lambda results: statistics.median(results["runs"]["measure_shares"]),
    ),
    Target(
        "peak memory of a worker in megabytes",
        "less than",
        900.0,
        lambda results: max(results["runs"]["peak_megabytes"]),
    ),
)
