"""Test images that are moved away from what a network was trained on, degree by degree."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import scipy.ndimage
import scipy.sparse

from activation_study.catalogue.datasets.blocks import SIDE

ANGLES = (0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0)
"""Degrees by which images are rotated, counter-clockwise."""

SPREADS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
"""Standard deviations of the normal noise on every pixel, where white is 1."""

SEED = 20_251_127


def shifts(images: np.ndarray) -> Iterator[tuple[str, float, np.ndarray]]:
    """Yield shift, degree and the images, uint8 of shape (n, 784), moved so far.

    The noise of an image is the same at every degree but for its size.
    """
    for angle in ANGLES:
        yield "rotation", angle, rotated(images, angle)
    noise = 255.0 * np.random.default_rng(SEED).standard_normal(images.shape, np.float32)
    for spread in SPREADS:
        yield "noise", spread, _as_bytes(images + np.float32(spread) * noise)


def rotated(images: np.ndarray, angle: float) -> np.ndarray:
    """Return images turned about their centre, with linear interpolation; outside all is black."""
    return _as_bytes((_rotation(angle) @ images.T.astype(np.float32)).T)


@cache
def _rotation(angle: float) -> scipy.sparse.csr_array:
    """The turn as a matrix, since it is linear in the pixels: several times as fast."""
    pixels = np.eye(SIDE * SIDE, dtype=np.float32).reshape(-1, SIDE, SIDE)
    turned = scipy.ndimage.rotate(pixels, angle, axes=(2, 1), reshape=False, order=1)
    return scipy.sparse.csr_array(turned.reshape(len(turned), -1).T)


def _as_bytes(pixels: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.rint(pixels).clip(0.0, 255.0).astype(np.uint8))
