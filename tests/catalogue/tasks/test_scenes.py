"""Scenes: how many digits there are, which ones, and where."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import scipy.spatial.distance
import scipy.stats

from activation_study.catalogue import tasks
from activation_study.catalogue.tasks import canvas
from activation_study.catalogue.tasks.scenes import Scenes

LABELS = np.arange(20_000, dtype=np.uint8) % 10
# The image of digit d is d + 1 everywhere, so that a scene's pixels tell its labels.
IMAGES = np.repeat(LABELS[:, None] + 1, 784, axis=1).astype(np.uint8)
NAMES = [name for name in tasks.names() if name.startswith("scenes")]


def composed(name: str, **changed: float) -> tasks.Examples:
    scenes = dataclasses.replace(tasks.get(name).compose, **changed)
    return scenes(IMAGES, LABELS, np.random.default_rng(0))


def numbers_shown(pictures: np.ndarray) -> np.ndarray:
    """Digit in each cell, shape (n, 4); -1 where there is none."""
    return pictures.reshape(-1, 2, 14, 2, 14).max(axis=(2, 4)).reshape(-1, 4).astype(int) - 1


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_as_frequent_as_the_task_says(name: str) -> None:
    targets, task = composed(name).targets, tasks.get(name)
    expected = task.compose.frequencies()
    low, high = scipy.stats.binom.interval(1 - 1e-6, len(targets), expected)
    assert ((low <= targets.sum(axis=0)) & (targets.sum(axis=0) <= high)).all()
    constant = np.tile(expected, (len(targets), 1))
    measured = task.measures.watch(constant, targets)
    guess = {name: task.guess[name] for name in task.guess.keys() & measured.keys()}
    assert {name: measured[name] for name in guess} == pytest.approx(guess, rel=0.05)


@pytest.mark.parametrize("name", ["scenes", "scenes_pairs", "scenes_rare"])
def test_numbers_and_places_of_the_digits_are_as_described(name: str) -> None:
    shown = numbers_shown(composed(name, noise=0.0).images) >= 0
    expected = tasks.get(name).compose.numbers
    numbers = np.bincount(shown.sum(axis=1), minlength=4) / len(shown)
    np.testing.assert_allclose(numbers, expected, atol=0.02)
    np.testing.assert_allclose(shown.mean(axis=0), np.dot(expected, range(4)) / 4, atol=0.02)


@pytest.mark.parametrize(("name", "share"), [("scenes_pairs", 0.8), ("scenes_noisy", 0.0)])
def test_the_second_of_two_digits_is_the_partner_of_the_first(name: str, share: float) -> None:
    shown = numbers_shown(composed(name, noise=0.0).images)
    two = np.array([row[row >= 0] for row in shown if (row >= 0).sum() == 2])
    are_partners = (two[:, 0] // 2 == two[:, 1] // 2) & (two[:, 0] != two[:, 1])
    expected = share + (1 - share) / 10
    low, high = scipy.stats.binom.interval(1 - 1e-6, len(two), expected)
    assert low <= are_partners.sum() <= high


def test_a_part_without_some_digits_makes_scenes_of_the_others() -> None:
    is_odd = LABELS % 2 == 1
    for name in ("scenes_pairs", "scenes_rare"):
        scenes = tasks.get(name).compose
        targets = scenes(IMAGES[is_odd], LABELS[is_odd], np.random.default_rng(0)).targets
        assert targets[:, ::2].max() == 0
        assert targets[:, 1::2].any(axis=0).all()


def test_noise_is_in_every_pixel_and_stays_within_them() -> None:
    grey = np.full((500, 784), 128, np.uint8)
    noisy = canvas.noisy(grey, 0.1, np.random.default_rng(0)).astype(float)
    assert noisy.mean() == pytest.approx(128, abs=0.5)
    assert noisy.std() == pytest.approx(25.5, abs=0.2)
    # Half of a dark ground's noise is cut off: the mean of what remains is that of half a bell.
    dark = canvas.noisy(0 * grey, 0.35, np.random.default_rng(0)).astype(float)
    assert (dark == 0).mean() == pytest.approx(0.5, abs=0.01)
    assert dark.mean() == pytest.approx(255 * 0.35 / np.sqrt(2 * np.pi), abs=0.5)
    ends = canvas.noisy(grey, 5.0, np.random.default_rng(0))
    assert (ends.min(), ends.max()) == (0, 255)


def test_free_digits_show_all_of_their_labels() -> None:
    examples = composed("scenes_free")
    for image, target in zip(examples.images[:2_000], examples.targets[:2_000], strict=True):
        shown = set(np.unique(image).tolist()) - {0}
        assert shown == set((np.flatnonzero(target) + 1).tolist())


def test_free_digits_are_apart_and_anywhere() -> None:
    is_there = np.arange(4) < np.arange(4_000)[:, None] % 4
    corners = canvas.apart(is_there, 8.0, np.random.default_rng(0))
    assert (corners.min(), corners.max()) == (0, 14)
    distances = [
        scipy.spatial.distance.pdist(places[shown]).min()
        for places, shown in zip(corners, is_there, strict=True)
        if shown.sum() > 1
    ]
    assert min(distances) == 8.0
    alone = corners[is_there.sum(axis=1) == 1, 0]
    for axis in (0, 1):
        assert scipy.stats.chisquare(np.bincount(alone[:, axis], minlength=15)).pvalue > 1e-3


def test_the_darker_pixel_shows_where_digits_overlap(rng: np.random.Generator) -> None:
    digits = rng.integers(0, 256, (5, 3, 14, 14)).astype(np.uint8)
    corners = rng.integers(0, 15, (5, 3, 2))
    pictures = canvas.anywhere(digits, corners).reshape(5, 28, 28)
    for picture, own, places in zip(pictures, digits, corners, strict=True):
        layers = np.zeros((3, 28, 28), np.uint8)
        for layer, digit, (y, x) in zip(layers, own, places, strict=True):
            layer[y : y + 14, x : x + 14] = digit
        np.testing.assert_array_equal(picture, layers.max(axis=0))


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


def test_frequencies_of_plain_scenes_are_those_of_the_formula() -> None:
    expected = 1 - (0.1 + 0.3 * 0.9 + 0.3 * 0.9**2 + 0.3 * 0.9**3)
    np.testing.assert_allclose(Scenes().frequencies(), expected)
