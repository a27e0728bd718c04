"""What can happen to a file: one bit flipped, one byte lost or gained, the end cut off."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

import soak

POSITIONS = soak.repetitions(12, 200)


def harmed(content: bytes, rng: np.random.Generator) -> Iterator[tuple[str, bytes]]:
    """Yield what was done, and the other content, at random places; four of them a position."""
    for _ in range(POSITIONS):
        place = int(rng.integers(len(content)))
        bit, byte = 1 << int(rng.integers(8)), bytes([int(rng.integers(256))])
        before, here, after = content[:place], content[place], content[place + 1 :]
        yield f"bit {bit} of byte {place} flipped", before + bytes([here ^ bit]) + after
        yield f"byte {place} lost", before + after
        yield f"{byte!r} before byte {place}", before + byte + content[place:]
        yield f"cut to {place} bytes", before
