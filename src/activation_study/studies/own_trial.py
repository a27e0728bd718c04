"""A trial of one's own: hidden activations of any kind by the protocol of the book."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from activation_study.studies.protocol import study_of
from activation_study.studies.study import Study, arms


def trial(
    hidden: str | Callable[..., Any] | Iterable[str | Callable[..., Any]],
    heads: str | Iterable[str] = ("softmax",),
) -> Study:
    """Hidden activations of your own choice, one's own among them, by the protocol of the book.

    Each is tuned alike and judged on fresh seeds; what the studies of the book have recorded of
    them is not trained again. It has no name, and is not published.

    Args:
        hidden: Names of the catalogue or registered ones, or functions.
        heads: Output heads, each of which is combined with each activation.

    Raises:
        ValueError: No activation or head, or an unknown one.
    """
    functions = [hidden] if isinstance(hidden, str) or callable(hidden) else list(hidden)
    outputs = [heads] if isinstance(heads, str) else list(heads)
    if not functions or not outputs:
        raise ValueError(
            f"trial() received {len(functions)} activations and {len(outputs)} heads; accepted: at "
            "least one of each"
        )
    return study_of(None, arms(hidden=functions, head=outputs))
