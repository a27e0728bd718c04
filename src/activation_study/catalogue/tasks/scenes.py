"""Which digits does the picture show? None, one or several of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from activation_study.catalogue.tasks.canvas import (
    CELLS,
    anywhere,
    apart,
    halved,
    in_cells,
    noisy,
)
from activation_study.catalogue.tasks.task import Examples, Task, TuningRule
from activation_study.measures.multilabel import MULTILABEL, guess

NUM_LABELS = 10
PARTNERS = np.arange(NUM_LABELS) ^ 1
"""Of each digit: 0 and 1 are partners, 2 and 3, and so on."""


@dataclass(frozen=True)
class Scenes:
    """How scenes are made; called as a task's `compose`, it makes as many as there are images.

    Attributes:
        numbers: How often a scene has 0, 1, 2, 3 digits; some of them may be the same digit.
        weights: How often each digit is drawn, in proportion; None for any image as often.
        partners: Share of the scenes of several digits whose second is made the first's partner.
        noise: Standard deviation of the noise in every pixel, of pixels from 0 to 1.
        spacing: Least distance in pixels of the centres of digits that lie anywhere; None where
            each has one of four cells to itself.
    """

    numbers: tuple[float, ...] = (0.1, 0.3, 0.3, 0.3)
    weights: tuple[float, ...] | None = None
    partners: float = 0.0
    noise: float = 0.0
    spacing: float | None = None

    def __call__(
        self, images: np.ndarray, labels: np.ndarray, generator: np.random.Generator
    ) -> Examples:
        """Make scenes of these images."""
        size = (len(images), CELLS)
        chosen = generator.choice(len(images), size=size, p=self._odds(labels))
        number = generator.choice(len(self.numbers), size=(len(images), 1), p=self.numbers)
        # The digits go to random cells: those whose rank in a random order is below their number.
        rank = generator.permuted(np.tile(np.arange(CELLS), (len(images), 1)), axis=1)
        is_there = rank < number
        if self.partners:
            self._make_partners(chosen, rank, labels, generator)
        digits = halved(images)[chosen] * is_there[:, :, None, None].astype(np.uint8)
        if self.spacing is None:
            pictures = in_cells(digits)
        else:
            pictures = anywhere(digits, apart(is_there, self.spacing, generator))
        if self.noise:
            pictures = noisy(pictures, self.noise, generator)
        targets = np.zeros((len(images), NUM_LABELS), np.uint8)
        targets[np.nonzero(is_there)[0], labels[chosen[is_there]]] = 1
        return Examples(pictures, targets)

    def _odds(self, labels: np.ndarray) -> np.ndarray | None:
        """How often each image is drawn, shape (images,)."""
        if self.weights is None:
            return None
        images_of = np.bincount(labels, minlength=NUM_LABELS)
        odds = (np.array(self.weights) / np.maximum(images_of, 1))[labels]
        return odds / odds.sum()

    def _make_partners(
        self,
        chosen: np.ndarray,
        rank: np.ndarray,
        labels: np.ndarray,
        generator: np.random.Generator,
    ) -> None:
        """Put a share of the second digits' images, in place, by those of the first's partner."""
        first, second = (np.argmax(rank == place, axis=1) for place in (0, 1))
        scene = np.arange(len(chosen))
        wanted = PARTNERS[labels[chosen[scene, first]]]
        is_partner = generator.random(len(chosen)) < self.partners
        for digit in np.unique(labels):
            hit = np.flatnonzero(is_partner & (wanted == digit))
            images = np.flatnonzero(labels == digit)
            chosen[hit, second[hit]] = generator.choice(images, len(hit))

    def frequencies(self) -> np.ndarray:
        """Return how often each label is there, shape (labels,).

        Without weights it is so were the digits of the images equally frequent.
        """
        share = np.array(self.weights or (1.0,) * NUM_LABELS)
        share /= share.sum()
        absent = 1.0 - share
        # Neither the first digit nor the second: nor, of partners, the first's partner.
        partner_too = absent - share[PARTNERS]
        of_two = (1.0 - self.partners) * absent**2 + self.partners * partner_too
        return 1.0 - self.numbers @ np.array([absent**0, absent, of_two, of_two * absent])


def _scenes(name: str, description: str, scenes: Scenes) -> Task:
    return Task(
        name=name,
        description=description,
        num_outputs=NUM_LABELS,
        measures=MULTILABEL,
        tuning=TuningRule(metric="mean_average_precision", tie_breaker="label_brier"),
        guess=guess(scenes.frequencies(), none=scenes.numbers[0]),
        compose=scenes,
    )


MANY_PAIRS = (0.1, 0.2, 0.5, 0.2)

TASKS = (
    _scenes("scenes",
            "Which of the ten digits does the picture show? None to three of them are there.",
            Scenes()),
    _scenes("scenes_pairs",
            "As scenes, in noise; most second digits are the first's partner: 0-1, 2-3, ...",
            Scenes(MANY_PAIRS, partners=0.8, noise=0.35)),
    _scenes("scenes_noisy",
            "As scenes_pairs, but which digits come together is left to chance.",
            Scenes(MANY_PAIRS, noise=0.35)),
    _scenes("scenes_rare",
            "As scenes, with digits from frequent (0) to rare (9).",
            Scenes(weights=(1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.1, 0.06, 0.035, 0.02))),
    _scenes("scenes_free",
            "As scenes, with the digits anywhere instead of in cells; they may overlap.",
            Scenes(spacing=8.0)),
)  # fmt: skip
