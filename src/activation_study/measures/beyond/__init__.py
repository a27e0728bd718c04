"""What a network says of images that are not like those it was trained on."""

from activation_study.measures.beyond.shift import SHIFT, shift_table
from activation_study.measures.beyond.unknowns import (
    SCORES,
    UNKNOWN,
    UNKNOWNS,
    unknown_table,
)

__all__ = ["SCORES", "SHIFT", "UNKNOWN", "UNKNOWNS", "shift_table", "unknown_table"]
