"""What the figures share: colours, markers, axes, and how an interval is drawn."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from activation_study.measures.metrics import label_of, metric_of
from activation_study.report.analysis.statistics import Interval
from activation_study.report.figures.picture import Picture

COLOURS = [tuple(colour) for colour in sns.color_palette("colorblind", 10)]
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
PLAIN = "0.45"
"""Grey of what is not singled out."""

USUAL = ("relu", "tanh", "sigmoid")


@contextmanager
def style() -> Iterator[None]:
    """Draw on opaque white with light grid lines, at the size of a page's column."""
    with (
        sns.axes_style("whitegrid", {"axes.edgecolor": "0.3", "grid.color": "0.9"}),
        plt.rc_context(
            {
                "figure.facecolor": "white",
                "savefig.facecolor": "white",
                "font.size": 9.0,
                "axes.titlesize": 9.5,
                "axes.labelsize": 9.0,
                "legend.fontsize": 8.5,
                "legend.frameon": False,
                "figure.constrained_layout.use": True,
            }
        ),
    ):
        yield


def empty_picture(title: str, reason: str) -> Picture:
    """Return a picture that says why there is nothing to draw."""
    with style():
        figure, axes = plt.subplots(figsize=(7.2, 1.2))
        axes.axis("off")
        axes.set_title(title)
        axes.text(0.5, 0.4, reason, ha="center", va="center", wrap=True)
    return Picture(figure, f"{title}: {reason}")


def grid_of_axes(
    count: int, columns: int, *, height: float = 2.3, share: bool = True
) -> tuple[plt.Figure, list[Axes]]:
    """Return a figure of small multiples and `count` axes, row by row; the rest are left blank."""
    rows = -(-count // columns)
    figure, axes = plt.subplots(
        rows,
        min(columns, count),
        figsize=(7.2, 0.4 + height * rows),
        sharex=share,
        sharey=share,
        squeeze=False,
    )
    flat = list(axes.flat)
    for blank in flat[count:]:
        blank.axis("off")
    return figure, flat[:count]


def label_outside(all_axes: Sequence[Axes], xlabel: str, ylabel: str) -> None:
    """Label small multiples on the left and wherever no other one stands below."""
    grid = all_axes[0].get_gridspec()
    assert grid is not None, "small multiples stand in a grid"
    columns = grid.ncols
    for place, axes in enumerate(all_axes):
        is_left, is_lowest = place % columns == 0, place + columns >= len(all_axes)
        axes.tick_params(labelleft=is_left, labelbottom=is_lowest)
        axes.set(xlabel=xlabel if is_lowest else "", ylabel=ylabel if is_left else "")


def draw_interval(
    axes: Axes, found: Interval, height: float, colour: object, marker: str, scale: float = 1.0
) -> None:
    """Draw a mean as a marker with its interval as a horizontal line."""
    axes.plot([scale * found.low, scale * found.high], [height] * 2, color=colour, lw=1.6)
    axes.plot([scale * found.mean], [height], marker, color=colour, ms=5, mec="white", mew=0.5)


PERCENT_TICKS = (0.5, 1, 1.5, 2, 3, 5, 10, 20, 50, 100)
NATS_TICKS = (0.02, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5)


def log_axis(
    axes: Axes, which: str, low: float, high: float, wanted: Sequence[float] = PERCENT_TICKS
) -> None:
    """Make an axis logarithmic, with plain numbers at those wanted ticks that lie in its range."""
    ticks = [tick for tick in wanted if 0.8 * low <= tick <= 1.25 * high]
    axis = axes.xaxis if which == "x" else axes.yaxis
    (axes.set_xscale if which == "x" else axes.set_yscale)("log")
    plain_ticks(axis, ticks)


def plain_ticks(axis: Axis, ticks: Sequence[float], form: str = "{:g}") -> None:
    """Put plain numbers at these ticks of a logarithmic axis, and no others."""
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FixedFormatter([form.format(tick) if tick else "0" for tick in ticks]))
    axis.set_minor_locator(NullLocator())


def drawn_values(values: pd.Series, column: str) -> pd.Series:
    """Return the values of a column as they are drawn: in their unit, an accuracy as an error."""
    metric = metric_of(column)
    return metric.factor * (1 - values if metric.complement else values)


def drawn_label(column: str) -> str:
    """Return what a column is called where it is drawn, with its unit."""
    metric = metric_of(column)
    name = label_of(column)
    if metric.complement:
        name = name.removesuffix(metric.label) + metric.complement
    return f"{name} ({metric.unit})" if metric.unit else name


def is_better_low(column: str) -> bool:
    """Whether what is drawn of a column shrinks while a network learns."""
    metric = metric_of(column)
    return bool(metric.complement) or metric.better == "lower"


def finish_axis(axes: Axes, which: str, column: str) -> None:
    """Make the axis of what shrinks while a network learns logarithmic."""
    if is_better_low(column):
        ticks = PERCENT_TICKS if metric_of(column).unit == "%" else NATS_TICKS
        low, high = getattr(axes.dataLim, f"interval{which}")
        log_axis(axes, which, low, high, ticks)


def in_lines(label: str) -> str:
    """Break a label that is longer than a panel is high."""
    return textwrap.fill(label, 26, break_on_hyphens=False)


def draw_band(axes: Axes, band: pd.DataFrame, label: str, place: int, **line: Any) -> None:
    """Draw means with their intervals, as `statistics.intervals_by` gives them, as a line."""
    colour, marker = COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]
    axes.fill_between(band.index, band["low"], band["high"], color=colour, alpha=0.25, lw=0)
    axes.plot(band.index, band["mean"], marker=marker, color=colour, label=label, **line)


def marker_of(hidden: str) -> tuple[object, str]:
    """Return colour and marker of a hidden activation: the usual three stand out."""
    if hidden in USUAL:
        place = USUAL.index(hidden)
        return COLOURS[place], MARKERS[1 + place]
    return PLAIN, MARKERS[0]
