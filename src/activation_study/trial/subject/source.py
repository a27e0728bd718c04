"""What somebody puts on trial: a formula, or a function or layer in a file or in a module."""

from __future__ import annotations

import importlib
import importlib.util
import keyword
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from activation_study.catalogue import activations, quiet_tensorflow
from activation_study.catalogue.activations.entry import Activation
from activation_study.registry import nearest, shown
from activation_study.trial.subject import formulas

_PLACE = re.compile(r"(?P<where>[^():*+<>=]+):(?P<what>[^\W\d]\w*(\.[^\W\d]\w*)*)")

FORMS = (
    "accepted: file.py:function, my_module:my_function, a layer of Keras likewise, or a formula "
    "such as 'x * tanh(exp(x))'"
)


@dataclass(frozen=True)
class Subject:
    """What is put on trial.

    Attributes:
        entry: as the catalogue knows it: registered under its name, and measured.
        said: as it was given.
        is_formula: whether that is a formula.
        remarks: what of it may harm a training, in sentences.
    """

    entry: Activation
    said: str
    is_formula: bool
    remarks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the activation is called."""
        return self.entry.name

    @property
    def recorded(self) -> str:
        """What the column ``hidden`` of its runs holds."""
        return f"{self.name}@{self.entry.digest[:16]}"


def find(what: str, name: str | None = None) -> Subject:
    """Return what the words of a command line stand for, registered as an activation.

    Args:
        what: formula, ``file.py:function`` or ``module:function``; what stands behind the colon may
            be a layer of Keras, too, its class, or a function without arguments that returns one.
        name: what to call it; by default its own name, of a formula its words.

    Raises:
        ValueError: there is no such thing, its name is taken or none, or it is no activation:
            mixes the examples of a batch, draws at random, changes the shape of its scores, is not
            finite near 0 or has no derivative there.
    """
    quiet_tensorflow.load()
    function: Callable[..., Any]
    place = _PLACE.fullmatch(what.strip())
    if place:
        function = _load(place["where"].strip(), place["what"], what)
        own = place["what"].rpartition(".")[2]
    elif what.strip() in (*activations.names(), "swish", "hard_swish"):
        plain = what.strip()
        raise ValueError(
            f"received {what!r}, which is in the catalogue, and on trial in the book; {FORMS}, "
            f"{plain}(x) for example"
        )
    elif what.strip().endswith(".py"):
        raise ValueError(
            f"received {what!r}, a file without the function that is meant; accepted: {what}:NAME"
        )
    else:
        function = formulas.parse(what)
        own = _name_of(function.text)
        what = function.text
    if name is not None and (not name.isidentifier() or keyword.iskeyword(name)):
        raise ValueError(
            f"received the name {name!r}; accepted is a Python identifier, such as 'my_relu'"
        )
    called = name or own
    if not name and (called in activations.built_in_names() or called in ("swish", "hard_swish")):
        called = f"my_{called}"
    entry = activations.register(called, function)
    return Subject(entry, what, not place, _check_slope(entry))


def _name_of(formula: str) -> str:
    """Return a name for a formula: its letters and digits."""
    words = re.findall(r"\w+", formula.replace("**", " to ").replace(".", "p"))
    name = "_".join(words)[:40].strip("_").lower()
    return f"f_{name}" if not name.isidentifier() or keyword.iskeyword(name) else name


def _load(where: str, what: str, said: str) -> Callable[..., Any]:
    """Return what a module or a file holds under a name."""
    module = _from_file(Path(where).expanduser(), said) if where.endswith(".py") else None
    module = module or _from_name(where, said)
    found: Any = module
    for step in what.split("."):
        if not hasattr(found, step):
            names = [key for key, value in vars(found).items() if callable(value)]
            names = [key for key in names if not key.startswith("_")] or ["nothing callable"]
            raise ValueError(
                f"received {said!r}, but {where} has no {step!r}; it holds: "
                f"{', '.join(names[:20])}.{nearest(step, names)}"
            )
        found = getattr(found, step)
    import keras

    if isinstance(found, keras.layers.Layer) or callable(found):
        return found
    raise ValueError(
        f"received {said!r}, which is {shown(found)} and cannot be called; accepted: a function of "
        "a tensor of scores, or a layer of Keras"
    )


def _from_file(path: Path, said: str) -> ModuleType:
    if not path.is_file():
        raise ValueError(
            f"received {said!r}, but {path} is no file; give the path from here, {Path.cwd()}, or "
            "the whole one"
        )
    path = path.resolve()
    taken = sys.modules.get(path.stem)
    name = path.stem if taken is None or getattr(taken, "__file__", None) == str(path) else ""
    # Its own helpers lie beside it.
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(name or f"trial_{path.stem}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # Where the digest of what it computes, and a worker, look for it.
    sys.modules[module.__name__] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[module.__name__]
        raise ValueError(_explain(said, str(path), error)) from error
    return module


def _from_name(name: str, said: str) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise ValueError(f"received {said!r}, in which {name!r} names no module; {FORMS}")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise ValueError(
                f"received {said!r}, but there is no module {error.name!r} here, in {here}, nor "
                f"among what is installed; change to its folder, or give the path of its file"
            ) from error
        raise ValueError(_explain(said, name, error)) from error
    except (Exception, SystemExit) as error:
        raise ValueError(_explain(said, name, error)) from error


def _explain(said: str, where: str, error: BaseException) -> str:
    return (
        f"received {said!r}, but {where} cannot be imported ({type(error).__name__}: {error}); "
        f"mend that first: python {where if where.endswith('.py') else f'-m {where}'} shows it"
    )


def _check_slope(entry: Activation) -> tuple[str, ...]:
    """Refuse a derivative that is no number over a stretch of scores; remark on single ones."""
    scores = np.linspace(-20.0, 20.0, 8001, dtype=np.float32)
    rows = scores[:, None]
    if entry.kind == "layerwise" or entry.mixes_units or entry.width_factor > 1:
        rows = np.hstack([rows, np.zeros_like(rows)])
    slopes = np.asarray(entry.slope(rows))[:, 0]
    bad = scores[~np.isfinite(slopes)]
    if len(bad) > 3:
        raise ValueError(
            f"Activation {entry.name!r} has a derivative that is not a number at scores from "
            f"{bad.min():g} to {bad.max():g}, so that nothing could be learned; where one branch "
            f"of a where is not defined, replace its argument there first, as in "
            f"where(x > 0, log(maximum(x, 0.001)), 0)"
        )
    remarks = []
    if len(bad):
        places = " and ".join(f"{score:g}" for score in bad)
        remarks.append(
            f"Its derivative is not a finite number at {places}: a score that falls exactly there "
            "ends the training."
        )
    far = np.geomspace(20.0, 1000.0, 400, dtype=np.float32)
    for side, direction in ((far, "above"), (-far, "below")):
        column = side[:, None]
        rows = column if rows.shape[1] == 1 else np.hstack([column, np.zeros_like(column)])
        for what, made in (("It", entry(rows)), ("Its derivative", entry.slope(rows))):
            broken = side[~np.isfinite(np.asarray(made)[:, 0])]
            if len(broken):
                remarks.append(
                    f"{what} is not finite for scores {direction} about {broken[0]:.0f}, where "
                    "float32 ends: a network that reaches them is lost. Look for a stable form."
                )
                break
    return tuple(remarks)
