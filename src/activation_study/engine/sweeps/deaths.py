"""How worker processes died, in words."""

from __future__ import annotations

import signal

MEMORY = (
    "where memory runs short the system kills so: try fewer workers (num_workers=1, or "
    "--workers 1), or a smaller network"
)
"""The likeliest cause of a signal 9, and its remedy."""


def describe(exit_code: int | None) -> str:
    """How a process ended, by its exit code: negative for a signal, as `subprocess` has it."""
    if exit_code is None or exit_code >= 0:
        return f"ended with exit code {exit_code}"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = "unknown"
    return f"was killed by signal {-exit_code} ({name})"


def of_experiment(number: int, death: str) -> str:
    """Why an experiment is given up that has killed so many workers of its own."""
    return (
        f"its worker process died {number} times, the last time with no other run beside it, "
        f"when it {death}; {MEMORY}"
    )


def before_ready(number: int, death: str) -> str:
    """Why a sweep ends whose workers die before they are given anything."""
    return (
        f"worker processes died {number} times before they were ready to train; the last one "
        f"{death}; {MEMORY}; what it printed above may tell more"
    )
