"""Entries by name, and the one message for a name that is not among them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

T = TypeVar("T")

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
    """Return the error, to be raised, that says what of a kind was received and what is accepted.

    The accepted names are shown in their order, and the nearest of them again.
    """
    names = list(accepted)
    return ValueError(
        f"Unknown {kind}: received {shown(received)}; accepted: {', '.join(names)}."
        f"{nearest(received, names)}"
    )


def nearest(received: object, accepted: Iterable[str]) -> str:
    """Return the sentence " Did you mean 'relu'?" where an accepted name is near, else nothing."""
    name = received[:LONGEST_SHOWN] if isinstance(received, str) else shown(received)
    near = difflib.get_close_matches(name.lower(), accepted, n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""


class Registry(Generic[T]):
    """Entries of one kind by name, in the order in which they came.

    An entry's name is its attribute ``name``; that of a function without one is the function's own,
    with hyphens: ``prior_bias`` is found as ``prior-bias``. No later one replaces those of the
    package, with which it starts. The kind, ``"head"`` say, is what messages call an entry.
    """

    def __init__(self, kind: str, entries: Iterable[T]) -> None:
        self.kind = kind
        self._entries = {_name_of(entry): entry for entry in entries}
        self._own = frozenset(self._entries)

    def add(self, entry: T) -> T:
        """Add an entry of one's own and return it; a later one of the same name replaces it.

        Raises:
            ValueError: the package has an entry of that name.
        """
        name = _name_of(entry)
        if name in self._own:
            raise ValueError(
                f"The {self.kind} {name!r} is built in; give yours another name, such as "
                f"'my_{name}'."
            )
        self._entries[name] = entry
        return entry

    def is_built_in(self, name: str) -> bool:
        """Whether the entry of a name is one of the package."""
        return name in self._own

    def names(self) -> tuple[str, ...]:
        """Return the names of all entries."""
        return tuple(self._entries)

    def get(self, name: str) -> T:
        """Return the entry of a name.

        Raises:
            ValueError: there is none; names the accepted ones and the nearest.
        """
        if not isinstance(name, str) or name not in self._entries:
            raise unknown_name(self.kind, name, self._entries)
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __contains__(self, name: object) -> bool:
        return name in self._entries


def _name_of(entry: Any) -> str:
    own = getattr(entry, "name", None)
    return str(entry.__name__.replace("_", "-") if own is None else own)


def listed(names: Sequence[str]) -> str:
    """Join names into words: "a", "a and b", "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
