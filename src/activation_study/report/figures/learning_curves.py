"""Figures of how training goes: learning curves, learning-rate curves, speed."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator

from activation_study.engine.records.records import Runs
from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.report.analysis.arms import (
    evaluation_runs,
    of_head,
    repaired,
    select,
    undiverged_runs,
)
from activation_study.report.figures import parts as parts
from activation_study.report.figures.picture import Picture

HUES = ("hidden", "head")
CURVES = {
    "validation_accuracy": "validation error (%)",
    "validation_nll": "validation NLL (nats)",
}
SHOWN = ("relu", "tanh", "sigmoid", "leaky_relu", "gelu", "silu")


def _bands(histories: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return mean, low and high by epoch; an accuracy is turned into an error in percent."""
    values = histories[metric] if metric != "validation_accuracy" else 100 * (1 - histories[metric])
    rows = []
    for epoch, group in values.groupby(histories["epoch"]):
        found = parts.interval(group)
        if found is not None:
            rows.append((epoch, found.mean, found.low, found.high))
    return pd.DataFrame(rows, columns=["epoch", "mean", "low", "high"])


def _draw_bands(axes: Axes, bands: pd.DataFrame, label: str, place: int) -> None:
    colour = parts.COLOURS[place % len(parts.COLOURS)]
    marker = parts.MARKERS[place % len(parts.MARKERS)]
    axes.fill_between(bands["epoch"], bands["low"], bands["high"], color=colour, alpha=0.25, lw=0)
    axes.plot(bands["epoch"], bands["mean"], marker=marker, ms=4, color=colour, label=label)


def convergence(
    runs: Runs,
    hue: str = "hidden",
    *,
    hidden: Sequence[str] | None = None,
    heads: Sequence[str] = ("softmax", "sigmoid"),
    metric: str = "validation_accuracy",
    rate: str = "tuned",
) -> Picture:
    """Draw learning curves: means over the evaluation seeds with 95 % bootstrap bands.

    Args:
        runs: Runs of a study.
        hue: What the colours tell apart, ``"hidden"`` or ``"head"``; the other makes the panels.
        hidden: Hidden activations that are shown; by default some well-known ones as lines, those
            with the most seeds as panels, and one's own.
        heads: Heads that are shown.
        metric: ``"validation_accuracy"`` (drawn as error) or ``"validation_nll"``.
        rate: ``"tuned"`` or ``"default"``.

    Raises:
        ValueError: An unknown hue or metric, or nothing of what is wanted is recorded.
    """
    for name, received, accepted in (("hue", hue, HUES), ("metric", metric, tuple(CURVES))):
        if received not in accepted:
            raise ValueError(f"{name}: received {received!r}; accepted: {', '.join(accepted)}")
    title = f"Learning curves at the {rate} learning rate"
    summary = undiverged_runs(runs.summary, rate)
    if summary.empty:
        return parts.empty_picture(title, "no evaluation run is recorded yet")
    hidden = hidden or parts.well_known(summary, SHOWN if hue == "hidden" else parts.HEADLINE)
    wanted = {"hidden": hidden, "head": heads}
    panel = HUES[1 - HUES.index(hue)]
    panels = parts.present(summary, wanted[panel], panel)
    lines = parts.present(summary, wanted[hue], hue)
    last = {}
    with parts.style():
        figure, all_axes = parts.grid_of_axes(len(panels), 2 if hue == "hidden" else 3)
        for axes, panel_name in zip(all_axes, panels, strict=True):
            for place, line in enumerate(lines):
                keys = select(summary, {panel: panel_name, hue: line})["key"]
                bands = _bands(runs.history[runs.history["key"].isin(keys)], metric)
                bands = bands[bands["epoch"] > 0]
                if len(bands):
                    _draw_bands(axes, bands, line, place)
                    arm = (line, panel_name) if hue == "hidden" else (panel_name, line)
                    last[" with ".join(arm)] = float(bands["mean"].iloc[-1])
            axes.set_title(f"{panel}: {panel_name}")
        parts.label_outside(all_axes, "epoch", CURVES[metric])
        _finish_curves(all_axes, metric)
        handles, labels = all_axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(lines), title=hue)
        figure.suptitle(f"{title}: mean over seeds and 95 % interval")
    return Picture(figure, _curves_alt(title, metric, last))


def _finish_curves(all_axes: Sequence[Axes], metric: str) -> None:
    ticks = parts.PERCENT_TICKS if metric == "validation_accuracy" else parts.NATS_TICKS
    low, high = all_axes[0].dataLim.intervaly
    parts.log_axis(all_axes[0], "y", low, high, ticks)
    for axes in all_axes:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _curves_alt(title: str, metric: str, last: dict[str, float]) -> str:
    ordered = sorted(last, key=lambda name: last[name])
    return (
        f"{title}, {CURVES[metric]} by epoch, after the first one. After the last epoch the lowest "
        f"mean is {last[ordered[0]]:.3g}, of {ordered[0]}, "
        f"and the highest {last[ordered[-1]]:.3g}, of {ordered[-1]}."
    )


def chosen_rates(summary: pd.DataFrame) -> pd.Series:
    """Return the chosen learning rate of each arm, indexed by hidden activation and head."""
    tuned = evaluation_runs(summary, "tuned")
    return tuned.groupby(["hidden", "head"])["learning_rate"].first()


def rate_curve(
    runs: Runs,
    *,
    hidden: Sequence[str] | None = None,
    heads: Sequence[str] = ("softmax", "sigmoid"),
) -> Picture:
    """Draw the whole learning-rate curve of the tuning runs, one panel a hidden activation.

    Every tuning run is a small point and the line joins the means; a run that diverged is a cross
    and counts as a guess. The chosen rate of each head is ringed; Keras's default is dashed.

    Args:
        runs: Runs of a study.
        hidden: Hidden activations that are shown; by default some well-known ones and one's own.
        heads: Heads that are shown.

    Raises:
        ValueError: Nothing of what is wanted is recorded.
    """
    title = "Validation error over the learning rate, tuning seeds"
    tuning = runs.summary[runs.summary["is_tuning"].astype(bool)]
    if tuning.empty:
        return parts.empty_picture(title, "no tuning run is recorded yet")
    tuning = tuning.assign(error=100 * (1 - repaired(tuning, "validation_accuracy")))
    chosen = chosen_rates(runs.summary)
    hidden = hidden or parts.well_known(tuning, SHOWN)
    panels, lines = parts.present(tuning, hidden, "hidden"), parts.present(tuning, heads, "head")
    tuning = tuning[tuning["hidden"].isin(panels) & tuning["head"].isin(lines)]
    with parts.style():
        figure, all_axes = parts.grid_of_axes(len(panels), 3)
        for axes, name in zip(all_axes, panels, strict=True):
            for place, head in enumerate(lines):
                cell = select(tuning, {"hidden": name, "head": head})
                _draw_rates(axes, cell, chosen.get((name, head)), head, place)
            axes.axvline(DEFAULT_LEARNING_RATE, color="0.3", ls="--", lw=1, label="default rate")
            axes.set(title=name, xscale="log")
        parts.label_outside(all_axes, "learning rate", "error (%)")
        low, high = tuning["error"].min(), tuning["error"].max()
        parts.log_axis(all_axes[0], "y", low, high)
        all_axes[0].legend()
        figure.suptitle(f"{title} (ring: the chosen rate, cross: diverged)")
    shown = [f"{n} with {h} {chosen[n, h]:g}" for n in panels for h in lines if (n, h) in chosen]
    picked = f"Chosen rates: {', '.join(shown)}." if shown else "No rate is chosen yet."
    return Picture(figure, f"{title}, between {low:.3g} and {high:.3g} %. {picked}")


def _draw_rates(
    axes: Axes, cell: pd.DataFrame, chosen: float | None, label: str, place: int
) -> None:
    colour, marker = parts.COLOURS[place], parts.MARKERS[place]
    # The heads stand a little apart, or their points would hide each other.
    shift = 1.0 + 0.08 * (2 * place - 1)
    means = cell.groupby("learning_rate")["error"].mean()
    axes.plot(means.index * shift, means, marker=marker, ms=4, color=colour, label=label)
    diverged = cell["diverged"].astype(bool)
    for rows, sign, size in ((cell[~diverged], ".", 10), (cell[diverged], "x", 20)):
        axes.scatter(
            rows["learning_rate"] * shift, rows["error"], s=size, marker=sign, color=colour, lw=0.9
        )
    if chosen is not None and chosen in means.index:
        axes.plot(chosen * shift, means[chosen], "o", ms=10, mfc="none", mec=colour, mew=1.5)


def speed(runs: Runs, *, head: str = "softmax", rate: str = "tuned") -> Picture:
    """Draw, for every hidden activation, the epochs to 97 % and how low its learning curve lies.

    The second is the mean height of its validation curve, below that of the highest one.

    A run that never reached 97 % counts as one epoch more than it trained; how many did not is
    written beside the name.

    Args:
        runs: Runs of a study.
        head: The head of the runs that are shown.
        rate: ``"tuned"`` or ``"default"``.

    Raises:
        ValueError: An unknown rate, or a head that these runs have not.
    """
    title = f"Speed of learning, {head} head, {rate} rate"
    summary = of_head(evaluation_runs(runs.summary, rate), head)
    if summary.empty:
        return parts.empty_picture(title, "no evaluation run is recorded yet")
    metrics = ("epochs_to_97", "area_under_validation_accuracy")
    cells = {str(name): cell for name, cell in summary.groupby("hidden")}
    areas = {
        name: float(repaired(cell, metrics[1]).fillna(0.0).mean()) for name, cell in cells.items()
    }
    order = sorted(cells, key=lambda name: areas[name])
    with parts.style():
        figure, all_axes = plt.subplots(1, 2, figsize=(7.2, 0.9 + 0.19 * len(order)), sharey=True)
        for axes, metric in zip(all_axes, metrics, strict=True):
            for height, name in enumerate(order):
                values = repaired(cells[name], metric)
                if metric == metrics[1]:
                    values = 100 * (areas[order[-1]] - values)
                _draw_speed(axes, values, height, name)
            axes.set_ylim(-0.7, len(order) - 0.3)
        all_axes[0].set_xlabel("epochs to 97 % accuracy")
        all_axes[1].set_xlabel(f"points below the curve of {order[-1]}")
        _stretch_near_zero(all_axes[1])
        all_axes[0].set_yticks(range(len(order)), [_never(name, cells[name]) for name in order])
        figure.suptitle(f"{title}: mean over seeds and 95 % interval")
    return Picture(
        figure,
        f"{title}: epochs to 97 % validation accuracy and mean height of the learning curve of "
        f"{len(order)} hidden activations. The highest curve has {order[-1]} "
        f"({100 * areas[order[-1]]:.2f} %), the lowest {order[0]} ({100 * areas[order[0]]:.2f} %).",
    )


def _stretch_near_zero(axes: Axes) -> None:
    """Make the axis logarithmic beyond a point: what fails squeezes no others together."""
    low, high = axes.dataLim.intervalx
    axes.set_xscale("symlog", linthresh=1.0, linscale=1.2)
    axes.set_xlim(min(-0.2, 1.2 * low), 1.3 * max(1.0, high))
    ticks = [tick for tick in (0, 0.5, 1, 2, 5, 20, 80) if tick <= high]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FixedFormatter([f"{tick:g}" for tick in ticks]))
    axes.xaxis.set_minor_locator(NullLocator())


def _never(name: str, cell: pd.DataFrame) -> str:
    missed = int((~np.isfinite(cell["epochs_to_97"].astype(float))).sum())
    return f"{name} ({missed} of {len(cell)} never)" if missed else name


def _draw_speed(axes: Axes, values: pd.Series, height: int, name: str) -> None:
    colour, marker = usual_or_plain(name)
    axes.scatter(values, [height] * len(values), s=4, color=colour, alpha=0.35, lw=0)
    found = parts.interval(values)
    if found is not None:
        parts.draw_interval(axes, found, height, colour, marker, 1.0)


def usual_or_plain(name: str) -> tuple[object, str]:
    """Return colour and marker of a hidden activation: the usual three stand out."""
    if name in parts.USUAL:
        place = parts.USUAL.index(name)
        return parts.COLOURS[place], parts.MARKERS[1 + place]
    return parts.PLAIN, parts.MARKERS[0]
