"""One look a thing in the whole book: the colour, marker and line of activations and of heads.

Every colour has a contrast of at least 3 to white and to the ground of the dark theme. Activations
of a family share a colour; marker and line tell them apart.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from activation_study.catalogue.spelling import written

INK, GROUND = "#0a0b0c", "#fdfcfb"
"""Of text and of the page; a page's own colours take their place."""

QUIET = "#808080"
"""Grey of what stands behind."""


PAGE: Any = {
    "axes.axisbelow": True,
    "axes.edgecolor": INK,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.0,
    "figure.constrained_layout.use": True,
    "figure.labelsize": 8.5,
    "figure.titlesize": 9.5,
    "font.family": ["DejaVu Sans"],
    "font.size": 8.5,
    "grid.alpha": 0.13,
    "grid.color": INK,
    "grid.linewidth": 0.6,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 5.0,
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 8.5,
    "xtick.major.size": 0.0,
    "ytick.color": INK,
    "ytick.labelsize": 8.5,
    "ytick.major.size": 0.0,
}


def spelled(name: str) -> str:
    """Write an arm, or whatever else names functions, as the literature does."""
    return re.sub(r"\w+(@\w+)?", lambda word: written(word[0]), name)


class Look(NamedTuple):
    """How one thing is drawn."""

    colour: str
    marker: str = "o"
    line: Any = "-"


USED = (
    "relu", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu", "mish", "tanh", "sigmoid"
)  # fmt: skip
"""The hidden activations that people use; figures show these first."""

FAMILIES = {
    "ReLU and its kin": (
        "#0173b2", ("relu", "leaky_relu", "prelu", "relu6", "threshold", "maxout", "relu_centred")
    ),
    "Exponential below 0": ("#02865f", ("elu", "selu", "celu")),
    "Smooth, with a dip": ("#c96a00", ("gelu", "silu", "mish", "hard_silu")),
    "Smooth, without a dip": (
        "#96703c", ("softplus", "squareplus", "sparse_plus", "log_sigmoid")
    ),
    "Tanh and its kin": ("#8a5cd6", ("tanh", "hard_tanh", "softsign", "scaled_sigmoid")),
    "Sigmoids": ("#c8488f", ("sigmoid", "hard_sigmoid", "sparse_sigmoid", "sigmoid_minus_half")),
    "Shrinkers": (QUIET, ("soft_shrink", "hard_shrink", "tanh_shrink")),
    "Steps": (QUIET, ("step", "step_straight_through")),
    "Of the whole layer": (
        QUIET, (
            "softmax", "softmax_times_width", "log_softmax", "sparsemax", "sparsemax_projection"
        )
    ),
    "Straight and exponential": (QUIET, ("linear", "exponential")),
}  # fmt: skip
"""Colour and members of each family."""

LINES = ("-", "--", "-.", ":", (0, (6, 1.5, 1, 1.5, 1, 1.5)), (0, (1, 2.5)), (0, (8, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

ACTIVATIONS = {
    name: Look(colour, MARKERS[place], LINES[place])
    for colour, members in FAMILIES.values()
    for place, name in enumerate(members)
}
HEADS = {
    "softmax": Look("#00828f", "o", "-"),
    "sigmoid": Look("#d1495b", "^", "--"),
    "sigmoid_prior": Look("#a97a00", "D", "-."),
    "sigmoid_sum": Look("#4f78d6", "s", ":"),
    "linear_hinge": Look("#3f8f3a", "v", ":"),
    "softmax_mse": Look("#4f78d6", "s", "--"),
    "sigmoid_mse": Look("#bd6218", "P", "-."),
    "softmax_bce": Look("#7d7f22", "X", ":"),
    "sigmoid_normalized": Look("#a45cc2", "D", LINES[4]),
}
SERIES = tuple(
    Look(colour, marker, line)
    for colour, marker, line in zip(
        ("#0173b2", "#c96a00", "#02865f", "#c8488f", "#96703c", "#8a5cd6"), MARKERS, LINES,
        strict=False,
    )
)  # fmt: skip
"""Of things without a look of their own, by place: depths, temperatures."""


def look_of(name: str, place: int = 0) -> Look:
    """Return the look of an activation or of an arm that begins with one.

    Args:
        name: Such as ``"relu"`` or ``"relu, depth 2"``.
        place: Among its neighbours; decides where the name has no look.
    """
    first = re.split(r"\W", name, maxsplit=1)[0]
    return ACTIVATIONS.get(first, SERIES[place % len(SERIES)])


def head_look(name: str, place: int = 0) -> Look:
    """Return the look of a head, or of another thing by its place."""
    return HEADS.get(name, SERIES[place % len(SERIES)])
