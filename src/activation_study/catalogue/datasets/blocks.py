"""Images that show no digit though they have a digit's strokes."""

from __future__ import annotations

import numpy as np

BLOCK = 7
SIDE = 28


def scrambled(images: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return images whose 16 blocks of 7 x 7 pixels stand in an order drawn for each, (n, 784)."""
    per_side = SIDE // BLOCK
    blocks = images.reshape(-1, per_side, BLOCK, per_side, BLOCK).transpose(0, 1, 3, 2, 4)
    flat = blocks.reshape(len(images), per_side**2, BLOCK, BLOCK)
    order = generator.permuted(np.tile(np.arange(per_side**2), (len(images), 1)), axis=1)
    mixed = np.take_along_axis(flat, order[:, :, None, None], axis=1)
    grid = mixed.reshape(-1, per_side, per_side, BLOCK, BLOCK).transpose(0, 1, 3, 2, 4)
    return grid.reshape(len(images), -1)
