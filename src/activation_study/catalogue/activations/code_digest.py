"""What a callable computes, as a digest: its code, and the values that the code reads.

Two functions of one name are two experiments where they compute differently, and one where they do
not, in whichever process and file. So the digest covers bytecode, constants, defaults and closure,
and follows what the code reads by name: globals, attributes of modules, classes, helpers, objects,
arrays. It knows neither paths nor line numbers. Functions and classes of installed libraries count
by name; a run's provenance holds their versions. Bytecode differs between minor versions of Python,
and the digest may, too.
"""

from __future__ import annotations

import copyreg
import dis
import pickle
import sys
import sysconfig
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from activation_study.catalogue import quiet_tensorflow
from activation_study.catalogue.activations.own_layers import OwnLayer
from activation_study.files import canonical, sha256

LAYER_REMEDY = (
    "what is to be learned must be a weight (add_weight) of a keras.layers.Layer: give the layer"
)
PLAIN_REMEDY = (
    "its runs could not be told from another function's. Accepted are numbers, text, arrays, "
    "functions, and objects and collections of these: make anything else inside the function"
)

_PLAIN = (bool, int, float, str, bytes, type(None))
_HELD = {
    staticmethod: ("__func__",),
    classmethod: ("__func__",),
    property: ("fget", "fset", "fdel"),
}
"""What is made of functions and cannot be pickled: the attributes that hold them."""

_NOT_CALLED = ("__repr__", "_abc_impl")
"""Of a class: what no computation calls, and what is made anew in each process."""


def digest(name: str, function: Any, kind: str = "Activation") -> str:
    """Return SHA-256 (hex) of the code of a callable, or of what it is made of, and what it reads.

    Raises:
        ValueError: it reads a value that has no digest; says which one, and the remedy.
    """
    return _Walker(f"{kind} {name!r}").of("", function)


def reach(
    name: str, function: Any, kind: str = "Activation"
) -> tuple[dict[str, types.ModuleType], set[str]]:
    """Return the modules, other than installed ones, that a callable's code lives in or reads.

    And every name that the code reads, of attributes too. It refuses what `digest` does.
    """
    walker = _Walker(f"{kind} {name!r}")
    walker.of("", function)
    return walker.modules, walker.names


class _Walker:
    """Digests of values, each from the digests of what it is made of."""

    def __init__(self, called: str) -> None:
        self._called = called
        self._path: list[str] = []
        self._open: list[tuple[int, int]] = []
        self.modules: dict[str, types.ModuleType] = {}
        self.names: set[str] = set()

    def of(self, name: str, value: Any) -> str:
        """Return the digest of any value; `name` is that by which it was read, if there is one."""
        if type(value) in _PLAIN:
            return sha256(pickle.dumps(value, protocol=4))
        # What refers to itself, as a recursive function does, is told by how far up it stands. Of a
        # module more may be read since, by names that have come up in between.
        is_module = isinstance(value, types.ModuleType)
        mark = (id(value), len(self.names) if is_module else 0)
        if mark in self._open:
            return sha256(b"again", str(self._open.index(mark)).encode())
        self._open.append(mark)
        self._path.append(name)
        try:
            parts = [[part, self.of(part, held)] for part, held in self._parts(value)]
        except RecursionError as error:
            raise self._refusal(value, "nests too deeply") from error
        self._path.pop()
        self._open.pop()
        is_ordered = not isinstance(value, set | frozenset)
        return sha256(canonical([type(value).__name__, parts if is_ordered else sorted(parts)]))

    def _parts(self, value: Any) -> Iterator[tuple[str, Any]]:
        """Yield what a value is made of, by name where it has one."""
        if type(value) in (tuple, list, set, frozenset):
            yield from (("", part) for part in value)
        elif type(value) is dict:
            yield from (("", item) for item in value.items())
        elif isinstance(value, types.CodeType):
            counts = (value.co_argcount, value.co_posonlyargcount, value.co_kwonlyargcount)
            steps = (value.co_code, value.co_exceptiontable, value.co_names)
            # The names of the parameters, too: a caller may give them by name.
            parameters = value.co_varnames[: value.co_argcount + value.co_kwonlyargcount]
            yield "", (*counts, *steps, *parameters, *value.co_consts)
        elif name := _name_in_library(value):
            yield "", name
        elif isinstance(value, types.ModuleType):
            self.modules[value.__name__] = value
            yield from _named(vars(value), self.names)
        elif isinstance(value, types.FunctionType):
            yield from self._of_function(value)
        elif isinstance(value, type):
            self._note(value.__module__)
            yield "", value.__bases__
            yield from _named(vars(value), vars(value).keys())
        elif type(value) in _HELD:
            yield from (("", getattr(value, name)) for name in _HELD[type(value)])
        else:
            yield from self._of_object(value)

    def _of_function(self, function: types.FunctionType) -> Iterator[tuple[str, Any]]:
        """Yield a function's code and the values that it reads; those of a library's, unnamed."""
        code, space = function.__code__, function.__globals__
        yield "", (code, function.__defaults__, function.__kwdefaults__)
        cells = function.__closure__ or ()
        yield from ((n, c.cell_contents) for n, c in zip(code.co_freevars, cells, strict=True))
        module = space.get("__name__")
        if _is_installed(module):
            return
        self._note(module)
        yield "", vars(function)
        for part in _nested(code):
            # A text may be a name, for getattr.
            self.names.update(part.co_names, (c for c in part.co_consts if isinstance(c, str)))
        for part in _nested(code):
            steps = list(dis.get_instructions(part))
            loaded = {step.argval for step in steps if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
            yield from ((name, space[name]) for name in sorted(loaded & space.keys()))
            for level, wanted, step in zip(steps, steps[1:], steps[2:], strict=False):
                if step.opname == "IMPORT_NAME":
                    imported = (step.argval, space, None, wanted.argval, level.argval)
                    if step.argval.partition(".")[0] in ("keras", "tensorflow"):
                        quiet_tensorflow.load()
                    yield step.argval, __import__(*imported)

    def _of_object(self, value: Any) -> Iterator[tuple[str, Any]]:
        """Yield what pickle would make of an object: its class and its state."""
        # Whoever holds a variable or a layer has imported Keras.
        if keras := sys.modules.get("keras"):
            variables = (keras.Variable, sys.modules["tensorflow"].Variable)
            is_layer = isinstance(value, keras.layers.Layer)
            if isinstance(value, variables) or (is_layer and value.variables):
                raise self._refusal(value, "would not be trained", LAYER_REMEDY)
            if is_layer:
                yield "", OwnLayer.of(value)
                return
        try:
            reduce = copyreg.dispatch_table.get(type(value))
            reduced: Any = reduce(value) if reduce else value.__reduce_ex__(4)
        except Exception as error:
            raise self._refusal(value, f"has no plain state ({error})") from error
        if isinstance(reduced, str):
            yield "", f"{getattr(value, '__module__', None)}.{reduced}"
            yield "", getattr(value, "__wrapped__", None)
        else:
            yield from (("", list(p) if isinstance(p, Iterator) else p) for p in reduced)

    def _note(self, module: str | None) -> None:
        if module in sys.modules:
            self.modules[module] = sys.modules[module]

    def _refusal(self, value: Any, why: str, remedy: str = PLAIN_REMEDY) -> ValueError:
        read = ".".join(filter(None, self._path)) or "something"
        kind = type(value).__name__
        return ValueError(f"{self._called} reads {read} of type {kind}, which {why}; {remedy}")


def _named(space: Any, names: Any) -> Iterator[tuple[str, Any]]:
    """Yield the values of those names, less what Python itself keeps in modules and classes."""
    for name in sorted(names & space.keys()):
        is_own = not (name.startswith("__") and name.endswith("__"))
        if (is_own or isinstance(space[name], types.FunctionType)) and name not in _NOT_CALLED:
            yield name, space[name]


def _nested(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _nested(constant)


def _name_in_library(value: Any) -> str:
    """Return by which name each process of this installation finds the same value, if by one."""
    if isinstance(value, types.ModuleType):
        return value.__name__ if _is_installed(value.__name__) else ""
    if not isinstance(value, types.FunctionType | type) or not _is_installed(value.__module__):
        return ""
    found: Any = sys.modules[value.__module__]
    for step in value.__qualname__.split("."):
        found = getattr(found, step, None)
    is_found = found is value or isinstance(value, type)
    return f"{value.__module__}.{value.__qualname__}" if is_found else ""


def _is_installed(module: str | None) -> bool:
    """Tell whether a module comes with Python, with a library or with this package."""
    if module is None or module not in sys.modules or module == "__main__":
        return False
    name, file = module.partition(".")[0], getattr(sys.modules[module], "__file__", None)
    if file is None or name == __name__.partition(".")[0]:
        return name in sys.stdlib_module_names or file is not None
    # Where it lies and not what it is called: a user's own profile.py is no part of Python.
    path = Path(file).resolve()
    return path.is_relative_to(_PYTHON) or not _LIBRARIES.isdisjoint(path.parts)


_PYTHON = Path(sysconfig.get_path("stdlib")).resolve()
_LIBRARIES = frozenset({"site-packages", "dist-packages"})
