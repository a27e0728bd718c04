"""Whether the long forms of the tests are wanted: many more repetitions of the same checks."""

from __future__ import annotations

import os

LONG_VARIABLE = "ACTIVATION_STUDY_LONG"


def is_long() -> bool:
    """Whether the environment asks for the long forms (``ACTIVATION_STUDY_LONG=1``)."""
    return os.environ.get(LONG_VARIABLE, "0") == "1"


def repetitions(short: int, long: int) -> int:
    """The number of repetitions that is wanted."""
    return long if is_long() else short
