"""Pictures of several digits on the canvas of one: halved, in four cells or anywhere."""

from __future__ import annotations

import numpy as np

CELLS = 4
SIDE = 28
HALF = SIDE // 2


def halved(images: np.ndarray) -> np.ndarray:
    """Return the means of 2 x 2 pixels, rounded half to even: uint8 (n, 784) to (n, 14, 14)."""
    pixels = images.reshape(-1, SIDE, SIDE)
    sums = pixels[:, ::2].astype(np.uint16)
    sums += pixels[:, 1::2]
    sums = sums[:, :, ::2] + sums[:, :, 1::2]
    # In whole numbers, which takes a tenth of the time: a sum of 2 more than a multiple of 4 is a
    # half, and goes up where the quotient is odd.
    return ((sums + 1 + (sums >> 2 & 1)) >> 2).astype(np.uint8)


def in_cells(digits: np.ndarray) -> np.ndarray:
    """Return images with the digits in reading order: uint8 (n, 4, 14, 14) to (n, 784)."""
    rows = digits.reshape(-1, 2, 2, HALF, HALF).transpose(0, 1, 3, 2, 4)
    return rows.reshape(len(digits), -1)


def anywhere(digits: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Return images with each digit at its corner; where digits overlap, the darker pixel.

    Args:
        digits: uint8 of shape (n, digits, 14, 14).
        corners: Row and column of each one's first pixel, 0 to 14: shape (n, digits, 2).
    """
    canvas = np.zeros((len(digits), SIDE, SIDE), np.uint8)
    picture = np.arange(len(digits))[:, None, None]
    for each in range(digits.shape[1]):
        rows = corners[:, each, 0, None, None] + np.arange(HALF)[:, None]
        columns = corners[:, each, 1, None, None] + np.arange(HALF)
        there = canvas[picture, rows, columns]
        canvas[picture, rows, columns] = np.maximum(there, digits[:, each])
    return canvas.reshape(len(digits), -1)


def apart(is_there: np.ndarray, spacing: float, generator: np.random.Generator) -> np.ndarray:
    """Draw corners for `anywhere`, evenly among those whose digits stand apart.

    Args:
        is_there: Which of a picture's digits are shown: bool of shape (n, digits).
        spacing: Least distance in pixels of two shown ones' centres.
        generator: Draws the corners.
    """
    corners = np.zeros((*is_there.shape, 2), np.int64)
    one, other = np.triu_indices(is_there.shape[1], k=1)
    again = np.arange(len(is_there))
    while again.size:
        drawn = generator.integers(SIDE - HALF + 1, size=(again.size, *corners.shape[1:]))
        corners[again] = drawn
        distances = np.hypot(*(drawn[:, one] - drawn[:, other]).transpose(2, 0, 1))
        both = is_there[again][:, one] & is_there[again][:, other]
        again = again[(both & (distances < spacing)).any(axis=1)]
    return corners


def noisy(images: np.ndarray, spread: float, generator: np.random.Generator) -> np.ndarray:
    """Return images with Gaussian noise in every pixel, cut where it leaves 0 to 255.

    Args:
        images: uint8 of shape (n, 784).
        spread: Standard deviation of the noise, of pixels from 0 to 1.
        generator: Draws the noise.
    """
    pixels = generator.standard_normal(images.shape, np.float32)
    pixels *= np.float32(255 * spread)
    pixels += images
    return np.clip(np.rint(pixels, out=pixels), 0, 255, out=pixels).astype(np.uint8)
