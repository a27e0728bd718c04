"""An activation written as a formula, "x * tanh(exp(x))": parsed, never evaluated as Python.

The text becomes a tree of names from a fixed list; what is not on the list is refused. So a formula
can call nothing but operations of ``keras.ops`` on the scores, one score at a time.
"""

from __future__ import annotations

import ast
import math
import warnings
from dataclasses import dataclass, field
from typing import Any

from activation_study.registry import listed, nearest, shown

LONGEST = 500
"""Characters of a formula: no activation in use needs a third of it."""

VARIABLES = ("x", "z")
CONSTANTS = {"pi": math.pi, "e": math.e}

_ONE_SCORE = (
    *("abs", "arccosh", "arcsinh", "arctan", "arctanh", "ceil", "cos", "cosh", "erf", "exp"),
    *("expm1", "floor", "gelu", "hard_sigmoid", "hard_silu", "hard_tanh", "log", "log1p"),
    *("log_sigmoid", "mish", "relu", "relu6", "round", "rsqrt", "selu", "sigmoid", "sign", "silu"),
    *("sin", "sinh", "softplus", "softsign", "sqrt", "square", "squareplus", "tan", "tanh"),
    *("tanh_shrink", "reciprocal", "negative"),
)
FUNCTIONS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(_ONE_SCORE, (1, 1)),
    **dict.fromkeys(("celu", "elu", "hard_shrink", "leaky_relu", "soft_shrink"), (1, 2)),
    **dict.fromkeys(("maximum", "minimum", "power"), (2, 2)),
    **dict.fromkeys(("clip", "where"), (3, 3)),
}
"""Operations of ``keras.ops`` that a formula may call, with the fewest and the most arguments."""

SAME = {
    "max": "maximum", "min": "minimum", "pow": "power", "ln": "log", "atan": "arctan",
    "asinh": "arcsinh", "swish": "silu", "hard_swish": "hard_silu", "sgn": "sign", "sq": "square",
}  # fmt: skip
"""Other names that people write for them."""

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide",
    ast.Pow: "power", ast.USub: "negative",
    ast.Lt: "less", ast.LtE: "less_equal", ast.Gt: "greater", ast.GtE: "greater_equal",
}  # fmt: skip
_TRUTHS = ("less", "less_equal", "greater", "greater_equal")

Tree = tuple[Any, ...]
"""``("score",)``, ``("number", 2.0)``, or the name of an operation and its arguments' trees."""


@dataclass(frozen=True)
class Formula:
    """A function of scores by its tree; two spellings of one formula are equal.

    Attributes:
        text: as it was written, in Python's spacing.
        tree: what is computed.
    """

    text: str = field(compare=False)
    tree: Tree

    def __call__(self, scores: Any) -> Any:
        """Return the formula's value for each score, a tensor of the scores' shape."""
        return _value(self.tree, scores)

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel, and be told apart, by what is computed alone."""
        return Formula, ("", self.tree)


def _value(tree: Tree, scores: Any) -> Any:
    import keras

    name, *parts = tree
    if name == "score":
        return scores
    if name == "number":
        return keras.ops.convert_to_tensor(parts[0], dtype=scores.dtype)
    values = [_value(part, scores) for part in parts]
    if name == "as_number":
        return keras.ops.cast(values[0], scores.dtype)
    if name == "clip":
        # Its bounds may depend on the score here, which keras.ops.clip does not provide for.
        return keras.ops.minimum(keras.ops.maximum(values[0], values[1]), values[2])
    if name == "gelu":
        # As keras.activations has it; keras.ops approximates unless it is told otherwise.
        return keras.ops.gelu(values[0], approximate=False)
    return getattr(keras.ops, name)(*values)


def parse(text: str) -> Formula:
    """Return the function that a formula stands for.

    Accepted are x (or z) for the score, numbers, pi and e, ``+ - * / **``, one comparison at a time
    (1 where it is true, else 0), ``a if x > 0 else b``, and calls of ``FUNCTIONS``.

    Raises:
        ValueError: it holds anything else, cannot be read, or does not depend on x; says what was
            received, what is accepted and how to mend it.
    """
    if len(text) > LONGEST:
        raise ValueError(
            f"received a formula of {len(text):,} characters; accepted are {LONGEST}: write a "
            "function in a file, and give file.py:function"
        )
    # What a calculator calls a power.
    source = text.strip().replace("^", "**")
    try:
        with warnings.catch_warnings(action="ignore"):
            # Python remarks on what is refused below, a number that is called for example.
            body = ast.parse(source, mode="eval").body
        tree = _Reader(text).number(body)
        spelled = ast.unparse(body)
    except SyntaxError as error:
        raise ValueError(
            f"received {shown(text)}, which is no formula ({error.msg} at character "
            f"{error.offset}); accepted is one such as 'x * tanh(exp(x))'"
        ) from error
    except (RecursionError, MemoryError) as error:
        raise ValueError(
            f"received {shown(text)}, which nests too deeply; write it flat"
        ) from error
    if not _has_score(tree):
        raise ValueError(
            f"received {shown(text)}, in which there is no x; an activation is a function of the "
            f"score x: to try a constant, write 0 * x + {source}"
        )
    return Formula(spelled, tree)


def _has_score(tree: Tree) -> bool:
    return tree[0] == "score" or any(_has_score(part) for part in tree[1:] if type(part) is tuple)


class _Reader:
    """Turns the nodes of a formula into a tree, and refuses what is not on the lists."""

    def __init__(self, text: str) -> None:
        self.text = text

    def number(self, node: ast.expr) -> Tree:
        """Return the tree of what is to be a number: of a comparison, 1 or 0."""
        tree = self._read(node)
        return ("as_number", tree) if tree[0] in _TRUTHS else tree

    def _read(self, node: ast.expr) -> Tree:
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return self._constant(value)
            case ast.Name(id=name):
                return self._name(name)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.number(operand)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return "negative", self.number(operand)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
                return _OPERATORS[type(operator)], self.number(left), self.number(right)
            case ast.Compare(left=left, ops=[operator], comparators=[right]) if (
                type(operator) in _OPERATORS
            ):
                return _OPERATORS[type(operator)], self.number(left), self.number(right)
            case ast.IfExp(test=test, body=body, orelse=other):
                return "where", self._truth(test), self.number(body), self.number(other)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name, arguments)
        raise self._refusal(ast.unparse(node), f"not on the list ({type(node).__name__})")

    def _constant(self, value: float) -> Tree:
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        # Of float32, in which scores are computed.
        if not abs(number) <= 3.4e38:
            raise self._refusal(shown(value), "a number too large to compute with")
        return "number", number

    def _name(self, name: str) -> Tree:
        if name in VARIABLES:
            return ("score",)
        if name in CONSTANTS:
            return "number", CONSTANTS[name]
        if name in FUNCTIONS or name in SAME:
            raise self._refusal(name, "a function without its argument", f"write {name}(x)")
        raise self._refusal(
            name, "an unknown name", nearest(name, (*CONSTANTS, *FUNCTIONS)).strip()
        )

    def _call(self, given: str, arguments: list[ast.expr]) -> Tree:
        name = SAME.get(given, given)
        if name not in FUNCTIONS:
            hint = nearest(given, FUNCTIONS).strip()
            raise self._refusal(f"{given}(...)", "no function of the list", hint)
        fewest, most = FUNCTIONS[name]
        if not fewest <= len(arguments) <= most:
            needed = f"{fewest}" if fewest == most else f"{fewest} or {most}"
            raise self._refusal(
                f"{given}(...)", f"a call with {len(arguments)} arguments", f"give it {needed}"
            )
        if name == "mish":
            # keras.ops has it not.
            score = self.number(arguments[0])
            return "multiply", score, ("tanh", ("softplus", score))
        if name == "where":
            return name, self._truth(arguments[0]), *map(self.number, arguments[1:])
        if len(arguments) == 2 and fewest == 1:
            # A parameter, which Keras wants as a plain number.
            return self._with_parameter(name, *arguments)
        return name, *map(self.number, arguments)

    def _with_parameter(self, name: str, argument: ast.expr, parameter: ast.expr) -> Tree:
        """Write a function with a parameter by operations that take tensors."""
        score, size = self.number(argument), self.number(parameter)
        zero = ("number", 0.0)
        below, above = ("minimum", score, zero), ("maximum", score, zero)
        match name:
            case "leaky_relu":
                return "add", above, ("multiply", size, below)
            case "elu":
                return "add", above, ("multiply", size, ("expm1", below))
            case "celu":
                return "add", above, ("multiply", size, ("expm1", ("divide", below, size)))
        cut = ("greater", ("abs", score), size)
        if name == "hard_shrink":
            return "where", cut, score, zero
        return "where", cut, ("subtract", score, ("multiply", ("sign", score), size)), zero

    def _truth(self, node: ast.expr) -> Tree:
        tree = self._read(node)
        if tree[0] not in _TRUTHS:
            raise self._refusal(
                ast.unparse(node), "a condition that compares nothing", "write x > 0"
            )
        return tree

    def _refusal(self, part: str, why: str, remedy: str = "") -> ValueError:
        remedy = remedy or "for anything else write a function in a file, and give file.py:function"
        return ValueError(
            f"received the formula {shown(self.text)}, in which {part!r} is {why}; accepted are "
            f"{listed(VARIABLES)} for the score, numbers, pi, e, + - * / **, a comparison such as "
            f"x > 0, 'a if x > 0 else b', and {', '.join((*FUNCTIONS, *SAME))}. "
            f"{remedy[:1].upper()}{remedy[1:]}{'' if remedy.endswith(('?', '.')) else '.'}"
        )
