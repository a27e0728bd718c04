"""The one message for a name that is not in a catalogue."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST_SHOWN = 200
"""Characters of a received value that a message shows."""


def shown(received: object) -> str:
    """Return the value as a message shows it, however long it is and whatever its repr does."""
    try:
        text = repr(received)
    # A foreign type's own repr may raise anything; that of a huge int and of a deep list do.
    except Exception:
        size = f" of {received.bit_length():,} bits" if isinstance(received, int) else ""
        text = f"<{type(received).__name__}{size}>"
    if len(text) <= LONGEST_SHOWN:
        return text
    return f"{text[:LONGEST_SHOWN]}... ({len(text):,} characters)"


def unknown_name(kind: str, received: object, accepted: Iterable[str]) -> ValueError:
    """Return the error that says what was received, what is accepted, and the nearest name.

    Args:
        kind: what was looked up, for example ``"head"``.
        received: what the caller gave.
        accepted: the names of the catalogue, in the order in which they are shown.

    Returns:
        A `ValueError` for the caller to raise.
    """
    names = list(accepted)
    text = shown(received)
    name = received[:LONGEST_SHOWN] if isinstance(received, str) else text
    nearest = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return ValueError(f"Unknown {kind}: received {text}; accepted: {', '.join(names)}.{hint}")
