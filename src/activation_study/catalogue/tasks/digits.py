"""Which digit does the image show? One of ten, or of those that are kept."""

from __future__ import annotations

from functools import partial

import numpy as np

from activation_study.catalogue.tasks.classes import one_of
from activation_study.catalogue.tasks.task import Examples


def compose(
    images: np.ndarray, labels: np.ndarray, _: np.random.Generator, *, kept: tuple[int, ...]
) -> Examples:
    """Keep the images of some digits; classes are their places among those, in rising order."""
    is_kept = np.isin(labels, kept)
    return Examples(images[is_kept], np.searchsorted(kept, labels[is_kept]).astype(np.uint8))


TASKS = (
    one_of(10, "digits", "Which of the ten digits does the image show? Exactly one is right."),
    one_of(8, "digits_0_7",
           "Which of the digits 0 to 7 does the image show? Images of 8 and 9 are left out.",
           partial(compose, kept=tuple(range(8)))),
    one_of(2, "pairs_3_8", "Does the image show a 3 (class 0) or an 8 (class 1)?",
           partial(compose, kept=(3, 8))),
)  # fmt: skip
