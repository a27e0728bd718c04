"""What code reads by name, and which code comes with the installation."""

from __future__ import annotations

import dis
import functools
import sys
import sysconfig
import types
from collections.abc import Iterator
from pathlib import Path


def is_installed(module: str | None) -> bool:
    """Tell whether every process of this installation finds the same module under the name."""
    found = sys.modules.get(module or "")
    if found is None or module == "__main__":
        return False
    if found.__name__.partition(".")[0] == __name__.partition(".")[0]:
        return True
    origin = getattr(getattr(found, "__spec__", None), "origin", None)
    file = getattr(found, "__file__", None)
    if file is None:
        return origin in ("built-in", "frozen")
    return any(Path(file).resolve().is_relative_to(folder) for folder in _installed_folders())


@functools.cache
def _installed_folders() -> tuple[Path, ...]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return tuple(Path(sysconfig.get_path(name)).resolve() for name in names)


def is_importable(function: types.FunctionType) -> bool:
    """Tell whether an installed module holds the function under its name."""
    if not is_installed(function.__module__):
        return False
    module = sys.modules.get(function.__module__)
    steps = function.__qualname__.split(".")
    return functools.reduce(lambda held, step: getattr(held, step, None), steps, module) is function


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _nested(constant)


def names(code: types.CodeType) -> set[str]:
    """Return the names that code reads, and its texts: getattr takes them for names."""
    return {
        name
        for part in _nested(code)
        for name in (*part.co_names, *(c for c in part.co_consts if isinstance(c, str)))
    }


def loaded(code: types.CodeType) -> tuple[set[str], set[tuple[str, int]]]:
    """Return the globals that code loads, and the modules that it imports with their levels."""
    reads: set[str] = set()
    imports: set[tuple[str, int]] = set()
    for part in _nested(code):
        steps = list(dis.get_instructions(part))
        for place, step in enumerate(steps):
            if step.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"):
                reads.add(step.argval)
            elif step.opname == "IMPORT_NAME":
                # Two steps before it the level of a relative import is loaded.
                imports.add((step.argval, int(steps[place - 2].argval)))
    return reads, imports
