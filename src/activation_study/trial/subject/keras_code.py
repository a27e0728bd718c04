"""The lines of Keras that use an activation which was on trial."""

from __future__ import annotations

from activation_study.trial.subject.formulas import Formula, Tree
from activation_study.trial.subject.source import Subject

_SIGNS = {
    "add": ("+", 1), "subtract": ("-", 1), "multiply": ("*", 2), "divide": ("/", 2),
    "power": ("**", 4), "less": ("<", 0), "less_equal": ("<=", 0), "greater": (">", 0),
    "greater_equal": (">=", 0),
}  # fmt: skip
"""Operations that Python has a sign for, and how tightly each binds."""


def lines(subject: Subject, rate: float) -> str:
    """Return the lines to copy.

    Args:
        subject: what was on trial.
        rate: learning rate to begin with.
    """
    name, function = subject.name, subject.entry.function
    used = name
    if isinstance(function, Formula):
        made = f"def {name}(x):\n    return {expression(function.tree)}\n"
    else:
        where, _, own = subject.said.strip().rpartition(":")
        module = where.rpartition("/")[2].removesuffix(".py")
        first, _, rest = own.partition(".")
        made = f"from {module} import {first}\n"
        used = own if not rest else f"{first}.{rest}"
    if subject.entry.kind == "learned":
        layer = f"{used}()" if isinstance(getattr(function, "layer_class", None), type) else used
        layers = f"keras.layers.Dense(128),\n{layer},  # a fresh one behind each layer"
    else:
        layers = f"keras.layers.Dense(128, activation={used}),"
    return f"import keras\n\n{made}\n{layers}\nkeras.optimizers.Adam(learning_rate={rate:g})"


def expression(tree: Tree) -> str:
    """Return a formula's tree as an expression of Python in ``keras.ops`` and the tensor x."""
    return _written(tree)[0]


def _written(tree: Tree) -> tuple[str, int]:
    """Return the expression, and how tightly what is outermost in it binds."""
    name, *parts = tree
    if name == "score":
        return "x", 5
    if name == "number":
        return f"{parts[0]:.15g}", 5
    if name in _SIGNS:
        sign, strength = _SIGNS[name]
        left, right = (_written(part) for part in parts)
        # Powers group from the right, the others from the left; comparisons not at all.
        left_needs = strength + 1 if name == "power" or not strength else strength
        right_needs = strength if name == "power" else strength + 1
        return f"{_within(left, left_needs)} {sign} {_within(right, right_needs)}", strength
    if name == "negative":
        return f"-{_within(_written(parts[0]), 3)}", 3
    said = ", ".join(expression(part) for part in parts)
    if name == "as_number":
        return f"keras.ops.cast({said}, x.dtype)", 5
    if name == "clip":
        score, low, high = map(expression, parts)
        return f"keras.ops.minimum(keras.ops.maximum({score}, {low}), {high})", 5
    if name == "gelu":
        said += ", approximate=False"
    return f"keras.ops.{name}({said})", 5


def _within(written: tuple[str, int], needed: int) -> str:
    text, strength = written
    return text if strength >= needed else f"({text})"
