"""Names beside the ends of lines, in the place of a legend."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from activation_study.report.drawing.looks import Look, spelled


def label_ends(
    axes: Axes, ends: Mapping[str, float], looks: Mapping[str, Look], spacing: float = 0.065
) -> None:
    """Write the name of each line to the right of its end, none over another.

    Call it when the limits of the axes are set. The names stand in the order of the ends, each as
    near to its own as the others let it be, joined to it where it had to move.

    Args:
        axes: Linear in height.
        ends: Height of each line at the right end of the axes.
        looks: Of each name.
        spacing: Least distance between two names, as a share of the height of the axes.
    """
    names = sorted(ends, key=lambda name: ends[name])
    low, high = axes.get_ylim()
    heights = [ends[name] for name in names]
    places = spread_out(heights, spacing * (high - low), low, high)
    for name, end, place in zip(names, heights, places, strict=True):
        axes.annotate(
            spelled(name), (1.0, end), (1.06, place), xycoords=("axes fraction", "data"),
            textcoords=("axes fraction", "data"), color=looks[name].colour, va="center",
            fontsize=8.0, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": looks[name].colour, "lw": 0.6,
                        "shrinkA": 1, "shrinkB": 0},
        )  # fmt: skip


def spread_out(heights: list[float], spacing: float, low: float, high: float) -> np.ndarray:
    """Move ascending heights apart, as little as it takes, in the sense of least squares.

    Args:
        heights: Ascending.
        spacing: Least distance between neighbours.
        low: Least height.
        high: Largest height; what does not fit between both stands beyond it.

    Returns:
        The places, in the order of the heights.
    """
    steps = spacing * np.arange(len(heights))
    # Without their steps the places must not fall: pool what does (isotonic regression).
    blocks: list[list[float]] = []
    for value in np.asarray(heights, dtype=float) - steps:
        blocks.append([value])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    means = np.concatenate([[np.mean(block)] * len(block) for block in blocks] or [[]])
    highest = high - (steps[-1] if len(steps) else 0.0)
    return np.asarray(np.maximum(np.minimum(means, highest), low) + steps)
