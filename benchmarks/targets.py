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
        of_epoch: Whether the figure follows from the seconds of this engine's epoch.
    """

    name: str
    relation: str
    bound: float
    value: Callable[[Results], float | None]
    of_epoch: bool = True

    def judge(self, results: Results) -> Results:
        """Returns the target, its figure and whether the bound is met, as plain values.

        ``at_roofline`` is the figure of an epoch that takes no longer than the roofline: where that
        misses the bound as well, no engine meets it on this machine with these libraries.
        """
        value = _rounded(self.value(results))
        met = None if value is None else RELATIONS[self.relation](value, self.bound)
        limit = _rounded(self.value(_at_roofline(results))) if self.of_epoch else None
        return {
            "name": self.name,
            "relation": self.relation,
            "bound": self.bound,
            "value": value,
            "met": met,
            "at_roofline": limit,
        }


def judge(results: Results) -> list[Results]:
    """Judges every target."""
    return [target.judge(results) for target in TARGETS]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _at_roofline(results: Results) -> Results:
    """The results if this engine's epochs, in two processes, took the roofline's seconds."""
    seconds = results["roofline"]["seconds_per_epoch"]
    rows = [
        row | {"seconds_per_epoch": seconds, "epochs_per_second": row["processes"] / seconds}
        if (row["name"], row["setting"]) == (names.OURS, names.TWO_PROCESSES)
        else row
        for row in results["rows"]
    ]
    ours = _field(results, names.OURS, names.TWO_PROCESSES, "seconds_per_epoch") or seconds
    runs = results["runs"]
    saved = runs["runs_per_worker"] * runs["epochs"] * max(0.0, ours - seconds)
    elapsed = [each - saved for each in runs["elapsed_seconds"]]
    return results | {"rows": rows, "runs": runs | {"elapsed_seconds": elapsed}}


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
        of_epoch=False,
    ),
    Target(
        "peak memory of a worker in megabytes",
        "less than",
        900.0,
        lambda results: max(results["runs"]["peak_megabytes"]),
        of_epoch=False,
    ),
)
