"""Matrices of tiles, with a colour and a number each."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from activation_study.report.drawing import parts
from activation_study.report.drawing.numbers import TILE


def tile(axes: Axes, column: int, row: int, colour: str, strength: float) -> None:
    """Draw one tile."""
    axes.add_patch(
        plt.Rectangle(
            (column - 0.48, row - 0.46), 0.96, 0.92, color=colour, alpha=strength, lw=0, gid=TILE
        )
    )


def frame(
    axes: Axes, columns: Sequence[str], rows: Sequence[str], size: float | None = None
) -> None:
    """Label a matrix of tiles, columns on top."""
    axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    size = size or (7.0 if parts.is_narrow() else 8.5)
    turned = 45 if parts.is_narrow() and not any("\n" in name for name in columns) else 0
    axes.set_xticks(range(len(columns)), columns, fontsize=size, rotation=turned,
                    ha="left" if turned else "center", rotation_mode="anchor")  # fmt: skip
    axes.set_yticks(range(len(rows)), rows, fontsize=size)
    axes.xaxis.tick_top()
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
