"""What the figures share: colours, markers, axes, and how an interval is drawn."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ParamSpec

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from activation_study.errors import IncompleteRecordError
from activation_study.measures.metrics import Metric, label_of, metric_of
from activation_study.report.analysis.statistics import interval, intervals_by
from activation_study.report.figures.picture import Picture

COLOURS = [tuple(colour) for colour in sns.color_palette("colorblind", 10)]
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
LOOKS = list(zip(COLOURS, MARKERS, strict=True))
PLAIN = "0.45"
"""Grey of what is not singled out."""

USUAL: dict[str, Any] = {
    "relu": (COLOURS[0], "s"),
    "tanh": (COLOURS[1], "^"),
    "sigmoid": (COLOURS[2], "D"),
    "other": (PLAIN, "o"),
}
"""Colour and marker of a hidden activation where all are shown: the usual three stand out."""

PAGE: Any = {
    "axes.edgecolor": "0.3",
    "grid.color": "0.9",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9.0,
    "legend.fontsize": 8.5,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}

P = ParamSpec("P")


def of_page(draw: Callable[P, Picture]) -> Callable[P, Picture]:
    """Draw in the style of a page; where nothing is recorded, the picture says so."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Picture:
        with sns.axes_style("whitegrid"), plt.rc_context(PAGE):
            try:
                return draw(*args, **kwargs)
            except IncompleteRecordError as error:
                figure, axes = plt.subplots(figsize=(7.2, 0.8))
                axes.axis("off")
                axes.text(0.5, 0.5, str(error), ha="center", va="center", wrap=True)
                return Picture(figure, str(error))

    return drawn


def panels(
    names: Sequence[str], columns: int, xlabel: str, ylabel: str, height: float = 2.3
) -> tuple[Figure, dict[str, Axes]]:
    """Return a figure of small multiples on common axes, and the axes by name."""
    columns = min(columns, len(names))
    # It lays out tightly, which goes together with no other layout.
    with plt.rc_context({"figure.constrained_layout.use": False}):
        names_only = pd.DataFrame({"name": names})
        grid = sns.FacetGrid(names_only, col="name", col_wrap=columns, despine=False)
    grid.figure.set(layout_engine="constrained", figwidth=7.2)
    grid.figure.set_figheight(0.4 + height * -(-len(names) // columns))
    # A longer label than a panel is high goes on in the next line.
    grid.set_axis_labels(xlabel, textwrap.fill(ylabel, 26, break_on_hyphens=False))
    grid.set_titles("{col_name}")
    return grid.figure, grid.axes_dict


def draw_line(
    axes: Axes, place: int, x: Any, y: Any, label: str, markers: int = 6, **line: Any
) -> None:
    """Draw a function; markers of lines that coincide alternate."""
    style = ("-", "--", "-.", ":")[place]
    every = (len(x) // (4 * markers) * place, len(x) // markers)
    colour, marker = LOOKS[place]
    axes.plot(x, y, style, label=label, color=colour, marker=marker, markevery=every, **line)


def draw_bands(axes: Axes, frame: pd.DataFrame, x: str, y: str, line: str, **style: Any) -> None:
    """Draw means over runs with their intervals, a line for each category."""
    for (colour, marker), (name, part) in zip(
        LOOKS * 9, frame.groupby(line, observed=False), strict=False
    ):
        band = intervals_by(part[y], part[x])
        axes.fill_between(band.index, band["low"], band["high"], color=colour, alpha=0.25, lw=0)
        axes.plot(band.index, band["mean"], marker=marker, color=colour, label=name, **style)


def draw_strips(
    axes: Axes, frame: pd.DataFrame, x: str, y: str, hue: str, looks: Mapping[str, Any],
    dodge: float = 0.4,
) -> None:  # fmt: skip
    """Draw every run as a point, and the mean of each category and hue with its interval.

    Args:
        axes: Where.
        frame: One row a run.
        x: Column.
        y: Column; this one or the other holds the categories.
        hue: Column of names.
        looks: Name -> colour and marker.
        dodge: By how much the hues stand apart.
    """
    colours, markers = map(list, zip(*looks.values(), strict=True))
    apart = dodge > 0 and len(looks) > 1
    shared: dict[str, Any] = {
        "x": x,
        "y": y,
        "hue": hue,
        "hue_order": list(looks),
        "palette": colours,
    }
    shared |= {"ax": axes, "legend": False}
    sns.stripplot(frame, **shared, dodge=apart, jitter=False, size=2.2, alpha=0.4)
    sns.pointplot(
        frame, **shared, dodge=dodge if apart else False, errorbar=_ends, markers=markers,
        linestyle="none", ms=5, mec="white", mew=0.5, err_kws={"lw": 1.6},
    )  # fmt: skip
    axes.grid(visible=True)
    for name, (colour, marker) in looks.items():
        axes.plot([], [], marker, color=colour, ms=5, label=name)


def _ends(values: pd.Series) -> tuple[float, float]:
    found = interval(values)
    return (found.low, found.high) if found else (float("nan"), float("nan"))


def draw_intervals(
    axes: Axes, rows: pd.DataFrame, value: str, looks: Iterable[Any], labels: Sequence[str]
) -> None:
    """Draw rows from the bottom up: a value as a marker, from ``low`` to ``high`` as a line."""
    for height, ((_, row), (colour, marker)) in enumerate(zip(rows.iterrows(), looks, strict=True)):
        axes.plot([row["low"], row["high"]], [height] * 2, color=colour, lw=1.6)
        axes.plot(row[value], height, marker, color=colour, ms=5, mec="white", mew=0.5)
    axes.set_yticks(range(len(rows)), labels)
    axes.set_ylim(-0.7, len(rows) - 0.3)


def log_axis(axes: Axes, which: str) -> None:
    """Make an axis logarithmic, with plain numbers."""
    axes.set(**{f"{which}scale": "log"})
    axis = getattr(axes, f"{which}axis")
    axis.set_major_locator(LogLocator(subs=(1, 1.5, 2, 3, 5, 7)))
    axis.set_major_formatter("{x:g}")
    axis.minorticks_off()


def symlog_axis(axes: Axes, linear: float, form: str = "{:g}") -> None:
    """Make the horizontal axis logarithmic beyond its linear part, with plain numbers.

    So what fails does not squeeze the others together.
    """
    low, high = axes.dataLim.intervalx
    steps = [linear * step for step in (0.5, 1, 2.5, 10, 25, 100, 250)]
    ticks = [-step for step in reversed(steps) if -step >= low] + [0]
    axes.set_xscale("symlog", linthresh=linear, linscale=0.8)
    axes.set_xlim(min(1.3 * low, -0.2 * linear), 1.3 * max(high, linear))
    plain_ticks(axes.xaxis, ticks + [step for step in steps if step <= high], form)


def plain_ticks(axis: Axis, ticks: Sequence[float], form: str = "{:g}") -> None:
    """Put plain numbers at these ticks of an axis, and no others."""
    axis.set_ticks(ticks, labels=[form.format(tick) if tick else "0" for tick in ticks])
    axis.minorticks_off()


def drawn_values(values: pd.Series, column: str) -> pd.Series:
    """Return the values of a column as they are drawn: in their unit, an accuracy as an error."""
    metric = metric_of(column)
    return metric.factor * (1 - values if metric.complement else values)


def drawn_label(column: str, *, unit: bool = True) -> str:
    """Return what a column is called where it is drawn."""
    metric, name = metric_of(column), label_of(column)
    if metric.complement:
        name = name.removesuffix(metric.label) + metric.complement
    return f"{name} ({metric.unit})" if unit and metric.unit else name


def is_better_low(metric: Metric) -> bool:
    """Whether what is drawn shrinks while a network learns; its axis is logarithmic."""
    return bool(metric.complement) or metric.better == "lower"
