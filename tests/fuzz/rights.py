"""The rights of an ordinary user, for tests that a superuser runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

NOBODY = 65_534


@contextlib.contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Give up the superuser's rights, to whom every file is readable; the folder can be reached."""
    if os.geteuid() != 0:
        yield
        return
    for parent in folder.parents:
        # Those that pytest made, for the user alone.
        if parent.name.startswith(("pytest-", "popen-", "test_")):
            parent.chmod(0o755)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
