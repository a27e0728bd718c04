"""What the figures share: colours, markers, names of measures, intervals, and words about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, NullFormatter

from activation_study.report.analysis.arms import repaired
from activation_study.report.analysis.statistics import Interval, mean_interval
from activation_study.report.figures.picture import Picture

COLOURS = [tuple(colour) for colour in sns.color_palette("colorblind", 10)]
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "*")
PLAIN = "0.45"
"""Grey of what is not singled out."""

USUAL = ("relu", "tanh", "sigmoid")
HEADLINE = ("relu", "tanh", "sigmoid", "elu", "gelu")
"""The hidden activations with the most evaluation seeds."""

RESAMPLES = 2000
"""Bootstrap samples of an interval that is only drawn; verdicts use more."""

MEASURES = {
    "test_accuracy": ("test accuracy", "points", 100.0),
    "validation_accuracy": ("validation accuracy", "points", 100.0),
    "area_under_validation_accuracy": ("mean validation accuracy over the epochs", "points", 100.0),
    "epochs_to_97": ("epochs to 97 % validation accuracy", "epochs", 1.0),
    "test_nll": ("test negative log-likelihood", "nats", 1.0),
    "validation_nll": ("validation negative log-likelihood", "nats", 1.0),
    "test_smooth_calibration_error": ("smooth calibration error on the test set", "points", 100.0),
    "test_output_sum_sd": ("standard deviation of the sum of the outputs", "", 1.0),
    "test_target_probability_right": ("mean probability of the target where right", "%", 100.0),
    "test_target_probability_wrong": ("mean probability of the target where wrong", "%", 100.0),
}
"""Column -> what it is, the unit of a difference, and the factor to that unit."""


def measure(column: str) -> tuple[str, str, float]:
    """Return name, unit and factor of a column; the column itself where no name is listed."""
    return MEASURES.get(column, (column.replace("_", " "), "", 1.0))


def with_unit(name: str, unit: str) -> str:
    """Return an axis label: the name, and its unit in brackets where there is one."""
    return f"{name} ({unit})" if unit else name


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
    # The first row ends where the first axes of the second row begin.
    tops = [round(axes.get_position().y1, 6) for axes in all_axes]
    columns = tops.count(tops[0])
    for place, axes in enumerate(all_axes):
        is_left, is_lowest = place % columns == 0, place + columns >= len(all_axes)
        axes.tick_params(labelleft=is_left, labelbottom=is_lowest)
        axes.set(xlabel=xlabel if is_lowest else "", ylabel=ylabel if is_left else "")


def interval(values: Iterable[float]) -> Interval | None:
    """Return mean and 95 % bootstrap interval of the finite values.

    One value has no interval: both ends are the value. Without any, None.
    """
    array = np.asarray(list(values), dtype=float)
    array = array[np.isfinite(array)]
    if array.size == 0:
        return None
    if array.size == 1:
        return Interval(float(array[0]), float(array[0]), float(array[0]), 1)
    return mean_interval(array, resamples=RESAMPLES)


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
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FixedFormatter([f"{tick:g}" for tick in ticks]))
    axis.set_minor_formatter(NullFormatter())


def values_by_seed(frame: pd.DataFrame, metric: str) -> pd.Series:
    """Return a metric by seed, failed runs counted by the rule of the claims file."""
    return pd.Series(repaired(frame, metric).to_numpy(), index=frame["seed"].to_numpy())


def diverged_note(frame: pd.DataFrame) -> str:
    """Say how many of some runs diverged; nothing where none did."""
    count = int(frame["diverged"].astype(bool).sum())
    return f"{count} of {len(frame)} diverged" if count else ""


def listed(names: Sequence[str]) -> str:
    """Join names into words: "a", "a and b", "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def well_known(summary: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Return the names that a figure shows unasked, and with them the functions of one's own."""
    return [*names, *sorted(name for name in summary["hidden"].unique() if "@" in name)]


def present(summary: pd.DataFrame, wanted: Sequence[str] | None, column: str) -> list[str]:
    """Return the wanted values that occur in a column, in the wanted order; all where None.

    Raises:
        ValueError: None of them occurs although the column has values; or one is no name, since a
            list was given to a figure of one, say.
    """
    found = sorted(summary[column].unique())
    if wanted is None:
        return found
    wanted = [wanted] if isinstance(wanted, str) else wanted
    for name in wanted:
        if not isinstance(name, str):
            raise ValueError(
                f"{column}: received {name!r:.200} as a name; accepted: {', '.join(found)}"
            )
    # A function of one's own is recorded as its name and a digest of its source.
    chosen = [full for name in wanted for full in found if name in (full, full.partition("@")[0])]
    if found and not chosen:
        raise ValueError(
            f"{column}: received {', '.join(wanted)}, of which no run is recorded; accepted: "
            f"{', '.join(found)}"
        )
    return chosen
