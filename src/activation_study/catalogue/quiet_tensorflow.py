"""Imports TensorFlow without what it prints about the machine on its way."""

from __future__ import annotations

import importlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_CHATTER = re.compile(
    rb"WARNING: All log messages before absl|I\d{4} |To enable the following instructions"
)
"""Beginnings of lines that inform about the machine. Warnings and errors are not among them."""


def load() -> None:
    """Imports TensorFlow, if that has not been done; what it warns of is printed all the same."""
    if "tensorflow" in sys.modules:
        return
    # Its later messages; those of the import itself are written before it looks here.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _without_chatter():
        importlib.import_module("tensorflow")


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Holds back what is written to file descriptor 2, and writes the rest of it afterwards.

    The lines come from C++, which knows nothing of ``sys.stderr``.
    """
    try:
        original = os.dup(2)
    except OSError:
        # A process without that descriptor prints nothing.
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(original, 2)
            os.close(original)
            held.seek(0)
            for line in held:
                if not _CHATTER.match(line):
                    os.write(2, line)
