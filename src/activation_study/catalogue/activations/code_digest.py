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
import functools
import hashlib
import importlib
import sys
import types
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from activation_study.catalogue.activations import bytecode
from activation_study.catalogue.activations.own_layers import OwnLayer

LAYER_REMEDY = (
    "what is to be learned must be a weight (add_weight) of a keras.layers.Layer: give the layer"
)

_PLAIN = (bool, float, complex, str, bytes, bytearray, range, type(None), type(...), slice)
_NOT_CALLED = ("__repr__", "__str__", "__format__", "__doc__", "_abc_impl")
"""Of a class: what no computation calls, and what is made anew in each process."""

_FLAGS_OF_CALLS = 0x04 | 0x08 | 0x20 | 0x80
"""Of a code object's flags those that tell how it is called: *args, **kwargs, generator, async."""


def digest(name: str, function: Any, kind: str = "Activation") -> str:
    """Return SHA-256 (hex) of a callable's code and of the values that it reads.

    Args:
        name: shown in errors.
        function: any callable, a class and configuration, or an object made of such.
        kind: of what it is the name.

    Raises:
        ValueError: it reads a value that has no digest; says which one, and the remedy.
    """
    return _walk(name, function, kind)[0]


def reach(
    name: str, function: Any, kind: str = "Activation"
) -> tuple[dict[str, types.ModuleType], set[str]]:
    """Return the modules, other than installed ones, that a callable's code lives in or reads.

    Returns:
        The modules by name, and every name that the code reads, of attributes too.

    Raises:
        ValueError: as `digest` does.
    """
    _, walker = _walk(name, function, kind)
    return walker.modules, walker.names


def _walk(name: str, function: Any, kind: str) -> tuple[str, _Walker]:
    walker = _Walker(f"{kind} {name!r}")
    try:
        return walker.of(function, "it").hex(), walker
    except RecursionError as error:
        raise walker.refusal("it", function, "nests too deeply") from error


def _hash(kind: str, *parts: bytes | str) -> bytes:
    return hashlib.sha256(repr((kind, parts)).encode()).digest()


class _Walker:
    """Digests of values, each from the digests of what it is made of."""

    def __init__(self, called: str) -> None:
        self._called = called
        self._open: list[int] = []
        self._read: frozenset[str] = frozenset()
        self.modules: dict[str, types.ModuleType] = {}
        self.names: set[str] = set()

    def refusal(self, place: str, value: Any, why: str) -> ValueError:
        return ValueError(
            f"{self._called}: {place} is of type {type(value).__name__}, which {why}, "
            f"so its runs could not be told from another function's. Accepted are numbers, text, "
            f"arrays, functions, and objects and collections of these: make anything else inside "
            f"the function"
        )

    def of(self, value: Any, place: str) -> bytes:
        """Return the digest of any value; `place` says in errors where it was read."""
        kind = type(value)
        if kind in _PLAIN:
            return _hash(kind.__name__, repr(value))
        if kind is int:
            return _hash("int", hex(value))
        if isinstance(value, np.ndarray | np.generic):
            return self._array(value, place)
        # What refers to itself, as a recursive function does, is told by how far up it stands.
        if id(value) in self._open:
            return _hash("again", str(self._open.index(id(value))))
        self._open.append(id(value))
        try:
            return self._composed(value, place)
        finally:
            self._open.pop()

    def _composed(self, value: Any, place: str) -> bytes:
        kind = type(value)
        if kind in (tuple, list):
            return _hash(kind.__name__, *self._each(value, place))
        if kind in (set, frozenset):
            return _hash(kind.__name__, *sorted(self._each(value, place)))
        if kind in (dict, types.MappingProxyType):
            return _hash(
                "dict", *sorted(_hash("item", *self._each(i, place)) for i in value.items())
            )
        if isinstance(value, types.CodeType):
            return self._code(value, place)
        if isinstance(value, types.FunctionType):
            return self._function(value)
        if isinstance(value, types.ModuleType):
            return self._module(value)
        if isinstance(value, type):
            return self._class(value)
        if isinstance(value, types.MethodType):
            return _hash("method", *self._each((value.__self__, value.__func__), place))
        if isinstance(value, staticmethod | classmethod):
            return _hash(kind.__name__, self.of(value.__func__, place))
        if isinstance(value, property):
            return _hash("property", *self._each((value.fget, value.fset, value.fdel), place))
        if isinstance(value, functools.cached_property):
            return _hash("cached", self.of(value.func, place))
        if isinstance(value, types.CellType):
            return self._cell(value, place)
        return self._of_keras(value, place) or self._object(value, place)

    def _each(self, values: Iterable[Any], place: str) -> Iterator[bytes]:
        return (self.of(value, place) for value in values)

    def _array(self, value: np.ndarray | np.generic, place: str) -> bytes:
        if value.dtype.hasobject:
            return _hash("array", str(value.shape), self.of(value.tolist(), place))
        return _hash("array", value.dtype.str, str(value.shape), value.tobytes())

    def _cell(self, cell: types.CellType, place: str) -> bytes:
        try:
            content = cell.cell_contents
        except ValueError:
            return _hash("empty cell")
        return self.of(content, place)

    def _code(self, code: types.CodeType, place: str) -> bytes:
        counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount)
        return _hash(
            "code",
            code.co_code,
            code.co_exceptiontable,
            repr((*counts, code.co_flags & _FLAGS_OF_CALLS, code.co_names)),
            *self._each(code.co_consts, place),
        )

    def _function(self, function: types.FunctionType) -> bytes:
        name, code = function.__name__, function.__code__
        module = function.__globals__.get("__name__")
        around = [function.__defaults__, function.__kwdefaults__]
        if bytecode.is_installed(module):
            if bytecode.is_importable(function):
                return _hash("function", f"{function.__module__}.{function.__qualname__}")
            parts = [_hash(f"{module}.{code.co_qualname}")]
            # A function that a library made around another one, which its closure holds.
            around.append(getattr(function, "__wrapped__", None))
        else:
            self._own_module(module)
            outer, self._read = self._read, frozenset(bytecode.names(code))
            self.names |= self._read
            parts = [self._code(code, f"a constant of {name}"), *self._globals(function)]
            around.append({k: v for k, v in vars(function).items() if k in outer | self._read})
        parts += self._each(around, f"a default of {name}")
        for variable, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            parts.append(self.of(cell, f"{variable}, which {name} closes over,"))
        if not bytecode.is_installed(module):
            self._read = outer
        return _hash("function", *parts)

    def _globals(self, function: types.FunctionType) -> Iterator[bytes]:
        """Yield the digests of the globals and modules that a function's code reads or imports."""
        reads, imports = bytecode.loaded(function.__code__)
        for name in sorted(reads & function.__globals__.keys()):
            place = f"{name}, which {function.__name__} reads,"
            yield _hash(name, self.of(function.__globals__[name], place))
        for name, level in sorted(imports):
            package = function.__globals__.get("__package__")
            try:
                module = importlib.import_module("." * level + name, package if level else None)
            except ImportError:
                yield _hash("missing", name)
            else:
                top = sys.modules[module.__name__.partition(".")[0]]
                yield _hash(name, *self._each((module, top), name))

    def _module(self, module: types.ModuleType) -> bytes:
        if bytecode.is_installed(module.__name__):
            return _hash("installed module", module.__name__)
        self._own_module(module.__name__)
        held = vars(module)
        read = sorted(name for name in self._read & held.keys() if not _is_special(name))
        return _hash(
            "module",
            *(_hash(name, self.of(held[name], f"{module.__name__}.{name}")) for name in read),
        )

    def _own_module(self, name: str | None) -> None:
        if name in sys.modules:
            self.modules[name] = sys.modules[name]

    def _class(self, made: type) -> bytes:
        if bytecode.is_installed(made.__module__):
            return _hash("class", f"{made.__module__}.{made.__qualname__}")
        self._own_module(made.__module__)
        parts = list(self._each((type(made), *made.__bases__), made.__name__))
        for name, value in sorted(vars(made).items()):
            is_data = _is_special(name) and not isinstance(value, types.FunctionType)
            is_slot = isinstance(value, types.MemberDescriptorType | types.GetSetDescriptorType)
            if not (is_data or is_slot or name in _NOT_CALLED):
                parts.append(_hash(name, self.of(value, f"{made.__name__}.{name}")))
        return _hash("own class", *parts)

    def _of_keras(self, value: Any, place: str) -> bytes | None:
        """Return the digest of a tensor or layer; whoever holds one has imported Keras."""
        tensorflow, keras = sys.modules.get("tensorflow"), sys.modules.get("keras")
        if tensorflow is None or keras is None:
            return None
        is_layer = isinstance(value, keras.layers.Layer)
        if isinstance(value, tensorflow.Variable | keras.Variable) or (
            is_layer and value.variables
        ):
            raise ValueError(
                f"{self._called}: {place} is a variable, or holds one, which would "
                f"not be trained; {LAYER_REMEDY}"
            )
        if is_layer:
            return self._object(OwnLayer.of(value), place)
        if isinstance(value, tensorflow.Tensor) and hasattr(value, "numpy"):
            return _hash("tensor", self._array(value.numpy(), place))
        return None

    def _object(self, value: Any, place: str) -> bytes:
        """Return the digest of what pickle would make of an object: its class and its state."""
        try:
            reduce = copyreg.dispatch_table.get(type(value))
            reduced: Any = value.__reduce_ex__(4) if reduce is None else reduce(value)
        except Exception as error:
            raise self.refusal(place, value, f"has no plain state ({error})") from error
        if isinstance(reduced, str):
            module = getattr(value, "__module__", None)
            wrapped = getattr(value, "__wrapped__", None)
            return _hash("named", f"{module}.{reduced}", self.of(wrapped, place))
        made, arguments, state, entries, items, setter, *_ = list(reduced) + [None] * 4
        contents = (made, arguments, state, list(entries or ()), dict(items or ()), setter)
        return _hash("object", *self._each((type(value), *contents), f"a part of {place}"))


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
