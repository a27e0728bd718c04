"""Scenes: several halved digits, and the labels of exactly those."""

from __future__ import annotations

import numpy as np
import pytest

from activation_study.catalogue import tasks
from activation_study.catalogue.tasks import canvas, scenes

LABELS = np.arange(5_000, dtype=np.uint8) % 10
# The image of digit d is d + 1 everywhere, so that a scene's pixels tell its labels.
IMAGES = np.repeat(LABELS[:, None] + 1, 784, axis=1).astype(np.uint8)


@pytest.fixture(scope="module")
def examples() -> tasks.Examples:
    return scenes.compose(IMAGES, LABELS, np.random.default_rng(0))


def test_labels_are_those_of_the_digits_in_the_cells(examples: tasks.Examples) -> None:
    assert examples.images.shape == (5_000, 784)
    assert (examples.images.dtype, examples.targets.dtype) == (np.uint8, np.uint8)
    for image, target in zip(examples.images, examples.targets, strict=True):
        shown = set(np.unique(image).tolist()) - {0}
        assert shown == set((np.flatnonzero(target) + 1).tolist())


def test_numbers_and_places_of_the_digits_are_as_described(examples: tasks.Examples) -> None:
    cells = examples.images.reshape(-1, 2, 14, 2, 14)
    is_there = cells.max(axis=(2, 4)).reshape(-1, 4) > 0
    numbers = np.bincount(is_there.sum(axis=1), minlength=5) / len(is_there)
    np.testing.assert_allclose(numbers, [*scenes.NUMBERS, 0], atol=0.02)
    np.testing.assert_allclose(is_there.mean(axis=0), 0.45, atol=0.02)
    task = tasks.get("scenes")
    np.testing.assert_allclose(examples.targets.mean(axis=0), task.prior, atol=0.02)
    assert task.prior == pytest.approx(0.1683)


def test_one_seed_gives_one_set_of_scenes(examples: tasks.Examples) -> None:
    again = scenes.compose(IMAGES, LABELS, np.random.default_rng(0))
    np.testing.assert_array_equal(again.images, examples.images)
    np.testing.assert_array_equal(again.targets, examples.targets)
    other = scenes.compose(IMAGES, LABELS, np.random.default_rng(1))
    assert (other.targets != examples.targets).any()


def test_pixels_are_halved_and_laid_in_reading_order() -> None:
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, :2, :2] = [[1, 1], [1, 3]]
    image[0, 2, :4] = [255, 255, 1, 1]
    half = canvas.halved(image.reshape(1, 784))
    # 6 / 4 and 2 / 4 are halves: to the even neighbour.
    assert half[0, :2, :2].tolist() == [[2, 0], [128, 0]]
    laid = canvas.in_cells(np.stack([half[0] * 0, half[0], half[0], half[0] * 0])[None])
    pixels = laid.reshape(28, 28)
    np.testing.assert_array_equal(pixels[:14, 14:], half[0])
    np.testing.assert_array_equal(pixels[14:, :14], half[0])
    assert pixels[:14, :14].max() == pixels[14:, 14:].max() == 0
