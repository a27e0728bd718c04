"""The one message for a name that is not in a catalogue."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


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
    nearest = difflib.get_close_matches(str(received).lower(), names, n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return ValueError(f"Unknown {kind}: received {received!r}; accepted: {', '.join(names)}.{hint}")
