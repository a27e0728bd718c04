"""Pictures of several digits on the canvas of one: halved, in the four cells of a 2 x 2 grid."""

from __future__ import annotations

import numpy as np

CELLS = 4
_HALF = 14


def halved(images: np.ndarray) -> np.ndarray:
    """Return the means of 2 x 2 pixels, rounded half to even: uint8 (n, 784) to (n, 14, 14)."""
    blocks = images.reshape(-1, _HALF, 2, _HALF, 2).sum(axis=(2, 4), dtype=np.uint16)
    return np.rint(blocks / 4.0).astype(np.uint8)


def in_cells(digits: np.ndarray) -> np.ndarray:
    """Return images with the digits in reading order: uint8 (n, 4, 14, 14) to (n, 784)."""
    rows = digits.reshape(-1, 2, 2, _HALF, _HALF).transpose(0, 1, 3, 2, 4)
    return rows.reshape(len(digits), -1)
