"""Figures of many classes on few units: which part of a line or of a plane each class gets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from activation_study.report.demonstrations.few_units import FewUnits
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import GROUND, HEADS, QUIET, SERIES, spelled
from activation_study.report.drawing.picture import Picture

COLOURS = (
    *(look.colour for look in SERIES),
    *(HEADS[head].colour for head in ("softmax", "sigmoid", "softmax_bce")),
    QUIET,
)
"""Of the ten classes."""

NUM_DOTS = 400
"""Images that are drawn; more would hide each other."""

SURE, UNSURE = 0.5, 0.16
"""How dense a region is where its output exceeds a half, and where it is only the largest."""

STEPS = 240
"""Points of a region along each axis."""


@parts.of_page
def regions(networks: Sequence[FewUnits]) -> Picture:
    """Draw where each class has the largest output, and where images lie.

    A network of one unit is drawn as a line, with a row for each class; one of two as a plane.

    Args:
        networks: Of one or two units, in the order of the panels, two side by side.

    Raises:
        ValueError: A network has more than two units, or more than ten classes.
    """
    for network in networks:
        shape = network.weights.shape
        if shape[0] > 2 or shape[1] > len(COLOURS):
            raise ValueError(
                f"received a network of {shape[0]} units and {shape[1]} classes; accepted: one or "
                f"two units, at most {len(COLOURS)} classes"
            )
    names = [f"{spelled(each.head)}, {_units(each)}" for each in networks]
    height = 1.9 if parts.is_narrow() else 2.9
    figure, grid = parts.panels(names, 2, height, narrow=2, sharex=False, sharey=False)
    said, found = [], []
    for (name, axes), network in zip(grid.items(), networks, strict=True):
        right = f"{100 * network.accuracy:.0f} %"
        _draw(axes, network)
        axes.set_title(f"{spelled(network.head)}\n{_units(network)}: {right} right")
        num_named = len(np.unique(network.called))
        said.append(f"{name}: {right} of the images right, {num_named} classes named")
        found.append(f"{right} on {_units(network)} with {spelled(network.head)}")
    return Picture(
        figure,
        f"Where each class has the largest output. {'; '.join(said)}.",
        f"Images right: {', '.join(found)}.",
        "A colour is a class, a dot an image that was not trained on. Dense: an output exceeds a "
        "half; pale: it is only the largest. One unit: a class has a row of dots, which are right "
        "in the bands of their own colour; the line is drawn so that images are evenly spaced. Two "
        "units: a number stands in the middle of its class.",
    )


def _units(network: FewUnits) -> str:
    return "one unit" if len(network.weights) == 1 else "two units"


def _draw(axes: Axes, network: FewUnits) -> None:
    """Draw the regions of one network and its images."""
    num_classes = network.weights.shape[1]
    shown, labels = network.units[:NUM_DOTS], network.labels[:NUM_DOTS]
    # A few images far out would squeeze all others together.
    low, high = np.quantile(network.units, [0.02, 0.98], axis=0)
    low, high = low - 0.06 * (high - low), high + 0.06 * (high - low)
    along = [np.linspace(*ends, STEPS) for ends in zip(low, high, strict=True)]
    if len(along) == 1:
        # On a line there is room for each image beside the next, and an interval stays one.
        along = [np.quantile(network.units[:, 0], shares := np.linspace(0, 1, STEPS))]
        shown = np.interp(shown, along[0], shares)
        low, high = np.zeros(1), np.ones(1)
    points = np.stack(np.meshgrid(*along), axis=-1).reshape(-1, len(along))
    outputs = network.outputs(points)
    colours = np.array([to_rgb(colour) for colour in COLOURS])[outputs.argmax(axis=1)]
    densities = np.where(outputs.max(axis=1) > 0.5, SURE, UNSURE)
    picture = np.column_stack([colours, densities]).reshape(-1, STEPS, 4)
    if len(along) == 1:
        # Spread within their rows by their place, so that they hide each other less.
        jitter = 0.7 * (np.arange(len(shown)) * 0.618 % 1 - 0.5)
        shown = np.column_stack([shown[:, 0], labels + jitter])
        low, high = np.array([low[0], -0.6]), np.array([high[0], num_classes - 0.4])
    axes.imshow(picture, extent=(low[0], high[0], low[1], high[1]), origin="lower",
                aspect="auto", interpolation="none")  # fmt: skip
    # One line with gaps for all dots of a class: a mark a dot would make a page heavy.
    length = 0.003 * (high[0] - low[0])
    inside = np.all((shown > low) & (shown < high), axis=1)
    for label in range(num_classes):
        x, y = shown[inside & (labels == label)].T
        axes.plot(np.add.outer(x, [0, length, np.nan]).ravel(), np.repeat(y, 3), lw=2.2,
                  color=COLOURS[label], solid_capstyle="round")  # fmt: skip
        if len(along) == 2 and len(x):
            axes.text(np.median(x), np.median(y), str(label), ha="center", va="center",
                      weight="bold", bbox={"boxstyle": "circle,pad=0.15", "fc": GROUND, "lw": 0,
                                           "alpha": 0.75})  # fmt: skip
    axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), xticks=[])
    axes.grid(visible=False)
    parts.plain_ticks(axes.yaxis, range(num_classes) if len(along) == 1 else [])
    axes.set_xlabel("place along the unit" if len(along) == 1 else "first unit")
    axes.set_ylabel("class" if len(along) == 1 else "second unit")
