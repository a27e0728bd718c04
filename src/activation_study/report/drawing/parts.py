"""What the figures share: the page, panels, axes, and how an interval is drawn."""

from __future__ import annotations

import dataclasses
import functools
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ParamSpec

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from activation_study.catalogue.spelling import with_minus
from activation_study.errors import IncompleteRecordError
from activation_study.measures.metrics import Metric, label_of, metric_of
from activation_study.report.analysis.arms import default_selection, recorded_values
from activation_study.report.analysis.statistics import intervals_by
from activation_study.report.drawing.looks import GROUND, INK, PAGE, USED, Look, spelled
from activation_study.report.drawing.picture import Picture

WIDE, NARROW = 7.2, 3.6
"""Widths of a page and of a phone in inches. A phone shows the latter on 350 pixels: 8.5 points
are then 11.5 pixels."""

P = ParamSpec("P")


def of_page(draw: Callable[P, Picture]) -> Callable[P, Picture]:
    """Draw in the style of a page, and of a phone when asked.

    Where nothing is recorded, the picture says so.
    """

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Picture:
        def at(width: float) -> Picture:
            with plt.rc_context(PAGE | {"figure.figsize": (width, 3.0)}):
                try:
                    return draw(*args, **kwargs)
                except IncompleteRecordError as error:
                    figure, axes = plt.subplots(figsize=(width, 0.8))
                    axes.axis("off")
                    said = textwrap.fill(str(error), 55 if is_narrow() else 110)
                    axes.text(0.5, 0.5, said, ha="center", va="center")
                    return Picture(figure, str(error))

        return dataclasses.replace(at(WIDE), narrow=functools.partial(at, NARROW))

    return drawn


def is_narrow() -> bool:
    """Whether it is drawn for a phone."""
    return bool(plt.rcParams["figure.figsize"][0] == NARROW)


def panels(
    names: Sequence[str],
    columns: int,
    height: float,
    *,
    narrow: int = 1,
    xlabel: str = "",
    ylabel: str = "",
    **shared: Any,
) -> tuple[Figure, dict[str, Axes]]:
    """Return a figure of small multiples and the axes by name.

    Args:
        names: Of the panels.
        columns: How many stand side by side.
        height: Of a panel, in inches.
        narrow: How many stand side by side on a phone.
        xlabel: Common label.
        ylabel: Common label.
        **shared: ``sharex`` and ``sharey``, both true by default.
    """
    columns = min(narrow if is_narrow() else columns, len(names))
    rows = -(-len(names) // columns)
    size = (plt.rcParams["figure.figsize"][0], 0.4 + height * rows)
    shared = {"sharex": True, "sharey": True} | shared
    figure, grid = plt.subplots(rows, columns, figsize=size, squeeze=False, **shared)
    for place, axes in enumerate(grid.flat):
        if place >= len(names):
            axes.remove()
        elif place + columns >= len(names):
            axes.tick_params(labelbottom=True)
    figure.supxlabel(xlabel)
    # A legend above the panels leaves less of the height to the label, on a phone the most.
    fitting = max(24, round((8 if is_narrow() else 11) * size[1]))
    figure.supylabel(textwrap.fill(ylabel, fitting))
    return figure, dict(zip(names, grid.flat, strict=False))


def rows(names: Sequence[str], columns: int = 1, height: float = 0.22) -> tuple[Figure, list[Axes]]:
    """Return a figure with one row a name from top to bottom, and its axes, side by side.

    On a phone they stand one below the other. A long name takes several lines.
    """
    wrapped = [textwrap.fill(spelled(name), 20 if is_narrow() else 40) for name in names]
    height = max(height, 0.22 + 0.14 * max(name.count("\n") for name in wrapped))
    figure, grid = panels(
        [str(place) for place in range(columns)], columns, 0.7 + height * len(names), sharex=False
    )
    for axes in grid.values():
        axes.set_yticks(range(len(names)), wrapped)
        axes.set_ylim(len(names) - 0.4, -0.6)
    return figure, list(grid.values())


def label_x(axes: Axes, label: str) -> None:
    """Label the horizontal axis, in as many lines as it takes."""
    fitting = 32 if is_narrow() else 38 if len(axes.figure.axes) > 1 else 100
    # On a phone names of rows leave little room: a centred label would run off the page.
    axes.set_xlabel(textwrap.fill(label, fitting), loc="right" if is_narrow() else "center")


def legend(figure: Figure, axes: Axes) -> None:
    """Put what the axes' lines are called above the panels."""
    handles, names = axes.get_legend_handles_labels()
    fitting = (46 if is_narrow() else 92) // (max(map(len, names), default=0) + 5)
    columns = max(1, min(len(names), 2 if is_narrow() else 5, fitting))
    figure.legend(handles, names, loc="outside upper left", ncols=columns)
    if label := figure.get_supylabel():
        # In the middle of what is below the legend, of which a line is 0.17 inches high.
        above = 0.17 * -(-len(names) // columns) / figure.get_figheight()
        figure.supylabel(label, y=0.5 - above / 2)


def draw_bands(
    axes: Axes, frame: pd.DataFrame, x: str, y: str, look: Look, label: str = "", **style: Any
) -> None:
    """Draw the mean over runs with its 95 % t interval."""
    band = intervals_by(frame[y], frame[x])
    axes.fill_between(band.index, band["low"], band["high"], color=look.colour, alpha=0.25, lw=0)
    axes.plot(band.index, band["mean"], ls=look.line, color=look.colour, label=label, **style)


def draw_rows(
    axes: Axes,
    frame: pd.DataFrame,
    value: str,
    row: str,
    hue: str,
    looks: Mapping[str, Look],
    dodge: float = 0.5,
) -> None:
    """Draw every run as a faint stroke, and the mean of each row and hue with its 95 % t interval.

    Args:
        axes: As ``rows`` returns them.
        frame: One row a run.
        value: Column that is drawn.
        row: Ordered category of the rows.
        hue: Column of names.
        looks: Of each name.
        dodge: Over how much of a row the hues stand apart.
    """
    for place, (name, look) in enumerate(looks.items()):
        own = frame[frame[hue] == name]
        shift = dodge * ((place + 0.5) / len(looks) - 0.5)
        heights = own[row].cat.codes + shift
        # One line with gaps: a mark a run would make a page heavy.
        strokes = np.add.outer(heights.to_numpy(), [-0.06, 0.06, np.nan]).ravel()
        axes.plot(np.repeat(own[value], 3), strokes, color=look.colour, alpha=0.4, lw=1)
        band = intervals_by(own[value], own[row])
        draw_intervals(axes, band, "mean", own[row].cat.categories.get_indexer(band.index) + shift,
                       [look] * len(band))  # fmt: skip
        axes.plot([], [], look.marker, color=look.colour, label=spelled(name))


def draw_intervals(
    axes: Axes, frame: pd.DataFrame, value: str, heights: Iterable[float], looks: Iterable[Look]
) -> None:
    """Draw a value of each row as a marker, from ``low`` to ``high`` as a line."""
    for (_, row), height, look in zip(frame.iterrows(), heights, looks, strict=True):
        axes.plot([row["low"], row["high"]], [height] * 2, color=look.colour, lw=1.8, zorder=2.5)
        axes.plot(row[value], height, look.marker, color=look.colour, mec=GROUND, mew=0.5,
                  zorder=3, clip_on=False)  # fmt: skip


def draw_margin(axes: Axes, margin: float) -> None:
    """Shade the differences that are too small to matter."""
    axes.axvspan(-margin, margin, color=INK, alpha=0.1, lw=0)
    axes.axvline(0, color=INK, lw=0.8)


def log_axis(axes: Axes, which: str) -> None:
    """Make an axis logarithmic, with plain numbers."""
    axes.set(**{f"{which}scale": "log"})
    axis = getattr(axes, f"{which}axis")
    low, high = getattr(axes, f"get_{which}lim")()
    subs: tuple[float, ...] = (1, 1.5, 2, 3, 5, 7) if high < 12 * low else (1, 3)
    if is_narrow() and high > 1e4 * low:
        # A phone has room for one number a decade.
        subs = (1,)
    axis.set_major_locator(LogLocator(subs=subs))
    axis.set_major_formatter("{x:g}")
    axis.minorticks_off()


def symlog_axis(axes: Axes, linear: float, form: str = "{:g}") -> None:
    """Make the horizontal axis logarithmic beyond its linear part, with plain numbers.

    So what fails does not squeeze the others together.
    """
    low, high = axes.dataLim.intervalx
    steps = [
        linear * step for step in ((1, 10, 100) if is_narrow() else (1, 2.5, 10, 25, 100, 250))
    ]
    ticks = [-step for step in reversed(steps) if -step >= low] + [0]
    axes.set_xscale("symlog", linthresh=linear, linscale=0.8)
    axes.set_xlim(min(1.3 * low, -0.2 * linear), 1.3 * max(high, linear))
    plain_ticks(axes.xaxis, ticks + [step for step in steps if step <= high], form)


def plain_ticks(axis: Axis, ticks: Sequence[float], form: str = "{:g}") -> None:
    """Put plain numbers at these ticks of an axis, and no others."""
    labels = [with_minus(form.format(tick)) if tick else "0" for tick in ticks]
    axis.set_ticks(ticks, labels=labels)
    axis.minorticks_off()


def drawn_values(values: Any, column: str) -> Any:
    """Return the values of a column as they are drawn: in their unit, an accuracy as an error."""
    metric = metric_of(column)
    return metric.factor * (1 - values if metric.complement else values)


def drawn_label(column: str, *, unit: bool = True) -> str:
    """Return what a column is called where it is drawn."""
    metric, name = metric_of(column), label_of(column)
    if metric.complement:
        name = name.replace(metric.label, metric.complement, 1)
    return f"{name} ({metric.unit})" if unit and metric.unit else name


def is_better_low(metric: Metric) -> bool:
    """Whether what is drawn shrinks while a network learns; its axis is logarithmic."""
    return bool(metric.complement) or metric.better == "lower"


def arrow(metric: Metric, *, of_difference: bool = False) -> str:
    """Return which way of a horizontal axis is the better one, for the end of its label."""
    low = metric.better == "lower" if of_difference else is_better_low(metric)
    return "←\u00a0better" if low else "better\u00a0→"


def in_front(
    frame: pd.DataFrame, hidden: Sequence[str] | None, draw: Callable[..., Picture]
) -> tuple[pd.DataFrame, tuple[str, Callable[[], Picture]] | None]:
    """Return the rows that a figure shows unasked, and what a reader opens to see the rest.

    Args:
        frame: With a column ``hidden``.
        hidden: Those that are shown; None for those that people use and one's own.
        draw: Draws the same figure of the activations that it is given as ``hidden``.

    Returns:
        The rows, and a picture's ``more``; None where nothing is folded.
    """
    chosen = list(hidden or default_selection(frame, USED))
    rest = [] if hidden else sorted(set(frame["hidden"]) - set(chosen))
    shown = frame[frame["hidden"].isin(recorded_values(frame, chosen, "hidden"))].copy()
    more = f"The other {len(rest)} activations", functools.partial(draw, hidden=rest)
    return shown, more if rest else None
