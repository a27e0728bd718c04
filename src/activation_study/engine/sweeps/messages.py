"""What a sweep says of itself: what was asked for, what failed, and how workers died."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable
from typing import Any

from activation_study.engine.sweeps.worker import Failure
from activation_study.experiment import FIELDS, Experiment

MOST_REASONS = 10
MOST_ALIKE = 5
"""Reasons, and experiments with one reason, that a message lists."""

MEMORY = (
    "where memory runs short the system kills so: try fewer workers (num_workers=1, or "
    "--workers 1), or a smaller network"
)
"""The likeliest cause of a signal 9, and its remedy."""

_ERROR = re.compile(r"[\w.]*(Error|Exception|Exit|Interrupt)(:|$)")
_WRAPPED = re.compile(r"Exception encountered when calling|in user code:$")
_TERMINAL_CODES = re.compile(r"\x1b\[[0-9;]*m")


def describe_failures(failures: list[Failure], total: int) -> str:
    """Says which experiments of how many failed, and why; each reason once, in a line first."""
    others = "; the others are recorded" if len(failures) < total else ""
    lines = [f"{len(failures)} of {total} experiments failed{others}:"]
    alike: dict[str, list[Failure]] = {}
    for failure in failures:
        alike.setdefault(_in_a_line(failure.reason), []).append(failure)
    for reason, group in list(alike.items())[:MOST_REASONS]:
        lines += [f"- Experiment({in_words(each.experiment)})" for each in group[:MOST_ALIKE]]
        if len(group) > MOST_ALIKE:
            lines.append(f"- and {len(group) - MOST_ALIKE} more with the same reason")
        lines.append(reason)
        if (whole := _TERMINAL_CODES.sub("", group[0].reason).strip()) != reason:
            lines.append(whole)
    if len(alike) > MOST_REASONS:
        left_out = sum(map(len, list(alike.values())[MOST_REASONS:]))
        lines.append(f"- and {left_out} more, for other reasons")
    return "\n".join(lines)


def _in_a_line(reason: str) -> str:
    """The error that a traceback ends with, in a line; a plain sentence as it is.

    Keras and TensorFlow put an error's own words on a line below, after words of theirs.
    """
    lines = [line.strip() for line in _TERMINAL_CODES.sub("", reason).splitlines() if line.strip()]
    starts = [number for number, line in enumerate(lines) if _ERROR.match(line)]
    if not starts:
        return lines[-1]
    line, *below = lines[starts[-1] :]
    if _WRAPPED.search(line) and below:
        return f"{line.partition(':')[0]}: {below[0]}"
    return line


def in_words(experiment: Experiment, always: Iterable[str] = ()) -> str:
    """The fields that the reference network does not have, and those that are always named."""
    reference, own = Experiment().describe(), experiment.describe()
    shown = [field for field in FIELDS if field in always or own[field] != reference[field]]
    return ", ".join(f"{field}={own[field]!r}" for field in shown)


def describe_sweep(
    experiments: list[Experiment], name: str | None, tier: str, num_trained: int
) -> str:
    """Says in a few lines what was asked for: how many, what varies, what is fixed, what is new."""
    described = [experiment.describe() for experiment in experiments]
    title = f"Study {name!r} ({tier} tier)" if name else "Experiments"
    lines = [
        f"{title}: {len(experiments):,} in all, "
        f"{len(experiments) - num_trained:,} loaded, {num_trained:,} trained"
    ]
    fixed = []
    for field in FIELDS:
        values = list(dict.fromkeys(fields[field] for fields in described))
        if len(values) == 1:
            fixed.append(f"{field}={values[0]}")
        else:
            lines.append(f"  varies: {field:14} {_shortened(values)}")
    lines.append("  fixed:  " + ", ".join(fixed))
    return "\n".join(lines)


def _shortened(values: list[Any], limit: int = 8) -> str:
    """Lists values, in order where they are numbers, leaving out the middle of a long list."""
    if all(isinstance(value, int | float) for value in values):
        values = sorted(values)
    shown = [f"{value:g}" if isinstance(value, float) else str(value) for value in values]
    if len(shown) > limit:
        shown = [*shown[: limit - 1], "...", shown[-1]]
    return f"{len(values)}: " + ", ".join(shown)


def describe_death(exit_code: int) -> str:
    """How a process ended, by its exit code: negative for a signal, as `subprocess` has it."""
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    return f"was killed by signal {-exit_code} ({signal.strsignal(-exit_code) or 'unknown'})"
