"""Composed pictures are taken apart again, by the digits' halved images alone."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import scipy.stats

from activation_study.catalogue import datasets, tasks

PART = datasets.load("mnist-5k").train
IN_CELLS = ("strings_1", "strings_2", "strings_3", "scenes", "scenes_pairs", "scenes_noisy",
            "scenes_rare", "balance", "balance_beyond")  # fmt: skip


def halves() -> dict[bytes, int]:
    """Digit of each halved image; of an empty cell, -1."""
    quarters = [PART.images.reshape(-1, 28, 28)[:, r::2, c::2] for r in (0, 1) for c in (0, 1)]
    small = np.round(np.mean(np.array(quarters, np.float64), axis=0)).astype(np.uint8)
    known = {image.tobytes(): int(label) for image, label in zip(small, PART.labels, strict=True)}
    return known | {bytes(196): -1}


def expected(name: str, shown: list[int]) -> list[float]:
    """Target of a picture with these digits in its cells."""
    if name.startswith("strings"):
        length = int(name[-1])
        assert shown[length:] == [-1] * (4 - length)
        return [int("".join(map(str, shown[:length])))]
    if name.startswith("balance"):
        gain, loss = (int(f"{tens}{ones}") for tens, ones in (shown[:2], shown[2:]))
        return [(gain - loss) / 10]
    return [float(digit in shown) for digit in range(10)]


@pytest.mark.parametrize("name", IN_CELLS)
def test_targets_are_what_the_picture_shows(name: str) -> None:
    task, known = tasks.get(name), halves()
    compose = task.compose
    if getattr(compose, "noise", 0.0):
        compose = dataclasses.replace(compose, noise=0.0)
    examples = compose(PART.images, PART.labels, np.random.default_rng(3))
    for image, target in zip(examples.images[:300], examples.targets[:300], strict=True):
        canvas = image.reshape(28, 28)
        cells = [canvas[y : y + 14, x : x + 14] for y in (0, 14) for x in (0, 14)]
        shown = [known[cell.tobytes()] for cell in cells]
        assert np.ravel(target).tolist() == pytest.approx(expected(name, shown), abs=1e-6)


@pytest.mark.parametrize("name", [name for name in tasks.names() if tasks.get(name).compose])
def test_shapes_types_and_seed(name: str) -> None:
    task = tasks.get(name)

    def composed(seed: int) -> tasks.Examples:
        return task.compose(PART.images, PART.labels, np.random.default_rng(seed))

    examples, again = composed(0), composed(0)
    assert examples.images.shape == (len(examples.targets), 784)
    assert examples.images.dtype == np.uint8
    assert examples.targets.shape[1:] == task.target_shape
    assert examples.targets.dtype == task.target_dtype
    for one, other in zip(examples, again, strict=True):
        np.testing.assert_array_equal(one, other)
    uses_images_as_they_are = name in ("digits_0_7", "pairs_3_8", "shares")
    assert (examples.images.tobytes() == composed(1).images.tobytes()) == uses_images_as_they_are


@pytest.mark.parametrize("length", [1, 2, 3])
def test_every_string_is_as_frequent(length: int) -> None:
    images, labels = np.zeros((50_000, 784), np.uint8), np.arange(50_000, dtype=np.uint8) % 10
    compose = tasks.get(f"strings_{length}").compose
    numbers = compose(images, labels, np.random.default_rng(0)).targets
    counts = np.bincount(numbers, minlength=10**length)
    assert len(counts) == 10**length
    # One of all strings together leaves these bounds in one draw of a million.
    low, high = scipy.stats.binom.interval(1 - 1e-6 / 10**length, 50_000, 1 / 10**length)
    assert low <= counts.min() <= counts.max() <= high


@pytest.mark.parametrize(("name", "kept"), [("digits_0_7", range(8)), ("pairs_3_8", (3, 8))])
def test_only_some_digits_are_kept(name: str, kept: tuple[int, ...]) -> None:
    examples = tasks.get(name).compose(PART.images, PART.labels, np.random.default_rng(0))
    pairs = zip(PART.images, PART.labels, strict=True)
    wanted = [(image, list(kept).index(label)) for image, label in pairs if label in kept]
    np.testing.assert_array_equal(examples.images, [image for image, _ in wanted])
    np.testing.assert_array_equal(examples.targets, [target for _, target in wanted])


def test_shares_are_those_of_the_ink() -> None:
    examples = tasks.get("shares").compose(PART.images, PART.labels, np.random.default_rng(0))
    np.testing.assert_array_equal(examples.images, PART.images)
    for image, shares in zip(examples.images[:50], examples.targets[:50], strict=True):
        canvas = image.reshape(28, 28).astype(float)
        top, bottom = canvas[:14], canvas[14:]
        ink = [top[:, :14].sum(), top[:, 14:].sum(), bottom[:, :14].sum(), bottom[:, 14:].sum()]
        np.testing.assert_allclose(shares, np.array(ink) / canvas.sum(), atol=1e-7)
    np.testing.assert_allclose(examples.targets.sum(axis=1), 1.0, atol=1e-6)
