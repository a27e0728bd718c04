"""Figures of deep networks: what they reach, which stay stuck, and how they come off."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.registry import listed, unknown_name
from activation_study.report.analysis.hidden_layers import gradients
from activation_study.report.analysis.readings import READINGS
from activation_study.report.analysis.statistics import intervals_by
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import GROUND, QUIET, SERIES, Look, look_of, spelled
from activation_study.report.drawing.picture import Picture


@parts.of_page
def deep_networks(
    runs: Runs, hidden: Sequence[str] | None = None, *, reading: str = "averaged"
) -> Picture:
    """Draw the test error of deep networks: a panel a depth, a row an arm, the best on top.

    An arm of which runs are stuck has a hollow mark, and how many are is written beside it.

    Args:
        runs: Runs of a study of depths.
        hidden: Functions that are shown, by default all.
        reading: ``"last"`` or ``"averaged"`` weights.

    Raises:
        ValueError: One of the functions is not recorded.
    """
    frame = _wanted(gradients.trained(runs, reading), hidden)
    shown = f"{READINGS[reading]}test_accuracy"
    frame["shown"] = parts.drawn_values(frame["test_accuracy"], "test_accuracy")
    depths = sorted(frame["depth"].unique())
    best = frame.groupby("arm")["shown"].mean().sort_values(kind="stable")
    order = list(best.index)
    frame["arm"] = pd.Categorical(frame["arm"], order, ordered=True)
    figure, grid = parts.rows(order, len(depths), 0.3)
    said = []
    for depth, axes in zip(depths, grid, strict=True):
        own = frame[frame["depth"] == depth]
        said.append(f"{depth} layers: {_draw_arms(axes, own, order)}")
        axes.set_title(f"{depth} hidden layers")
        axes.set_xlim(0.8 * frame["shown"].min(), 115)
        parts.log_axis(axes, "x")
        parts.label_x(axes, f"{parts.drawn_label(shown)}, log scale, ←\u00a0better")
    stuck = frame["is_stuck"]
    return Picture(
        figure,
        f"Mean test error. {'. '.join(said)}.",
        f"{_count(int(stuck.sum()), len(stuck))} of these networks are stuck at chance or not "
        "finite.",
        "Every run at its tuned rate (stroke), mean and 95 % interval. Hollow: of these networks "
        "some are stuck, as many as is written. "
        "Where nothing is said of weights, they are Keras's.",
    )


def _draw_arms(axes: Axes, own: pd.DataFrame, order: Sequence[str]) -> str:
    """Draw the rows of one depth, and return what they say in words."""
    said = []
    bands = intervals_by(own["shown"], own["arm"])
    for place, name in enumerate(order):
        runs = own[own["arm"] == name]
        if runs.empty:
            axes.text(0.02, place, "not tried", color=QUIET, va="center", fontsize=8,
                      transform=axes.get_yaxis_transform())  # fmt: skip
            continue
        look = look_of(str(runs["hidden"].iloc[0]))
        axes.plot(runs["shown"], [place] * len(runs), "|", color=look.colour, alpha=0.5, ms=7)
        band, num_stuck = bands.loc[name], int(runs["is_stuck"].sum())
        low = band["low"] if band["low"] > 0 else runs["shown"].min()
        axes.hlines(place, low, min(band["high"], 100), color=look.colour, lw=1.8)
        face = GROUND if num_stuck else look.colour
        axes.plot(band["mean"], place, look.marker, color=look.colour, mfc=face, mew=1.2)
        words = f"{spelled(name)} {band['mean']:.1f} %"
        if num_stuck:
            words += f" ({_count(num_stuck, len(runs))} stuck)"
            axes.annotate(f"{num_stuck} of {len(runs)} stuck", (band["mean"], place), (0, 8),
                          textcoords="offset points", ha="right", va="center", fontsize=7.5,
                          color=look.colour)  # fmt: skip
        said.append(words)
    return listed(said)


@parts.of_page
def leaving_chance(
    runs: Runs,
    hidden: str = "sigmoid",
    metric: str = "validation_accuracy",
    *,
    reading: str = "averaged",
) -> Picture:
    """Draw each run's learning curve from the first weights on: a panel a depth, a colour an arm.

    Args:
        runs: Runs of a study of depths.
        hidden: The function.
        metric: Column of the history, of the last weights.
        reading: For which weights the rates are the best.

    Raises:
        ValueError: The function, or the metric, is not recorded.
    """
    frame = _wanted(gradients.trained(runs, reading), [hidden])
    if metric not in runs.history:
        raise unknown_name("metric of the history", metric, map(str, runs.history.columns))
    curves = runs.history.merge(frame[["key", "depth", "arm", "is_stuck"]], on="key")
    if curves.empty:
        raise IncompleteRecordError("no learning curve is recorded yet")
    curves = curves.assign(shown=100 * curves[metric])
    arms = list(dict.fromkeys(curves.sort_values("arm")["arm"]))
    looks = {name: Look(SERIES[place].colour) for place, name in enumerate(arms)}
    depths = sorted(curves["depth"].unique())
    label = parts.drawn_label(metric).replace("error", "accuracy")
    figure, grid = parts.panels(
        [f"{depth} hidden layers" for depth in depths], 2, 2.7, xlabel="epoch", ylabel=label
    )
    said, off = [], []
    for depth, (title, axes) in zip(depths, grid.items(), strict=True):
        for name in arms:
            own = curves[(curves["depth"] == depth) & (curves["arm"] == name)]
            if own.empty:
                continue
            table = own.pivot_table("shown", "epoch", "key")
            axes.plot(table.index, table, color=looks[name].colour, lw=0.7, alpha=0.5)
            means = table.mean(axis=1)
            axes.plot(means.index, means, color=looks[name].colour, label=spelled(name))
            words = ", ".join(f"{value:.0f}" for value in means)
            said.append(f"{spelled(name)}, {title}: {words}")
        axes.set_title(title)
        axes.set_ylim(0, 100)
        axes.set_xlim(curves["epoch"].min(), curves["epoch"].max())
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        plain = frame[(frame["depth"] == depth) & (frame["arm"] == hidden)]
        if len(plain):
            is_off = plain["first_off"] <= curves["epoch"].max()
            off.append(f"{_count(int(is_off.sum()), len(is_off))} in {depth} layers")
    # Not every arm was tried at every depth.
    parts.legend(
        figure, max(grid.values(), key=lambda axes: len(axes.get_legend_handles_labels()[1]))
    )
    return Picture(
        figure,
        f"Mean {label} after each epoch, from the first weights on. {'; '.join(said)}.",
        f"Of the plain {spelled(hidden)} networks {listed(off)} get more than half of the "
        f"validation images right within {curves['epoch'].max()} epochs.",
        "Every run at its tuned rate (thin), and the mean over seeds (thick).",
    )


def _wanted(frame: pd.DataFrame, hidden: Sequence[str] | None) -> pd.DataFrame:
    for name in hidden or ():
        if name not in set(frame["hidden"]):
            raise unknown_name("hidden activation of these runs", name, frame["hidden"].unique())
    return frame[frame["hidden"].isin(hidden)].copy() if hidden else frame


def _count(part: int, whole: int) -> str:
    return f"{part} of {whole}"
