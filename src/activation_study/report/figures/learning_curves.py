"""Figures of how training goes: learning curves, learning-rate curves, speed."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from activation_study.catalogue.activations import HEADLINE
from activation_study.engine.records.records import Runs
from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.measures.metrics import metric_of
from activation_study.report.analysis.arms import (
    arm_fields,
    default_selection,
    evaluation_runs,
    labels,
    set_apart,
    tuning_metric,
    undiverged_runs,
    varying,
    with_head,
)
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.rates import chosen_rates
from activation_study.report.analysis.statistics import interval, intervals_by
from activation_study.report.figures import parts
from activation_study.report.figures.picture import Picture

HUES = ("hidden", "head")
SHOWN = ("relu", "tanh", "sigmoid", "leaky_relu", "gelu", "silu")


def convergence(
    runs: Runs,
    hue: str = "hidden",
    *,
    hidden: Sequence[str] | None = None,
    heads: Sequence[str] | None = None,
    metric: str | None = None,
    rate: str = "tuned",
) -> Picture:
    """Draw learning curves: means over the evaluation seeds with 95 % bootstrap bands.

    Args:
        runs: Runs of a study.
        hue: What the colours tell apart, ``"hidden"``, ``"head"`` or another field in which the
            arms differ; the others make the panels.
        hidden: Hidden activations that are shown; by default some well-known ones as lines, those
            with the most seeds as panels, and one's own.
        heads: Heads that are shown; None for all.
        metric: Column of the history, such as ``"validation_accuracy"`` (drawn as error); by
            default the one by which rates are chosen.
        rate: ``"tuned"`` or ``"default"``.

    Raises:
        ValueError: An unknown hue or metric, or nothing of what is wanted is recorded.
    """
    title = f"Learning curves at the {rate} learning rate"
    summary = undiverged_runs(runs.summary, rate)
    if summary.empty:
        return parts.empty_picture(title, "no evaluation run is recorded yet")
    metric = metric or f"validation_{tuning_metric(summary).name}"
    columns = [str(name) for name in runs.history if name not in ("key", "epoch")]
    fields = arm_fields(summary)
    for name, received, accepted in (("hue", hue, fields), ("metric", metric, columns)):
        if received not in accepted:
            raise ValueError(f"{name}: received {received!r}; accepted: {', '.join(accepted)}")
    hidden = hidden or default_selection(summary, SHOWN if hue == "hidden" else HEADLINE)
    summary = set_apart(summary, hue, hidden, heads)
    panels, lines = summary["others"].cat.categories, summary["value"].cat.categories
    field = next((name for name in HUES if set(panels) <= set(summary[name])), "")
    last = {}
    with parts.style():
        figure, all_axes = parts.grid_of_axes(len(panels), 2 if hue == "hidden" else 3)
        for axes, panel in zip(all_axes, panels, strict=True):
            for place, line in enumerate(lines):
                arm = summary[(summary["others"] == panel) & (summary["value"] == line)]
                band = _band(runs.history[runs.history["key"].isin(arm["key"])], metric)
                if len(band):
                    parts.draw_band(axes, band, line, place, ms=4)
                    last[arm["arm"].iloc[0]] = float(band["mean"].iloc[-1])
            axes.set_title(f"{field}: {panel}" if field else panel)
        parts.label_outside(all_axes, "epoch", parts.in_lines(parts.drawn_label(metric)))
        parts.finish_axis(all_axes[0], "y", metric)
        for axes in all_axes:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        handles, names = all_axes[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=len(lines), title=hue)
        figure.suptitle(f"{title}: mean over seeds and 95 % interval")
    return Picture(figure, _curves_alt(title, metric, last))


def _band(histories: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return mean and interval by epoch, after the first one, in the unit of the metric."""
    histories = histories[histories["epoch"] > 0]
    return intervals_by(parts.drawn_values(histories[column], column), histories["epoch"])


def _curves_alt(title: str, metric: str, last: dict[str, float]) -> str:
    ordered = sorted(last, key=lambda name: last[name])
    return (
        f"{title}, {parts.drawn_label(metric)} by epoch, after the first one. After the last "
        f"epoch the lowest mean is {last[ordered[0]]:.3g}, of {ordered[0]}, "
        f"and the highest {last[ordered[-1]]:.3g}, of {ordered[-1]}."
    )


def rate_curve(
    runs: Runs,
    *,
    hidden: Sequence[str] | None = None,
    heads: Sequence[str] | None = None,
) -> Picture:
    """Draw the whole learning-rate curve of the tuning runs, one panel a hidden activation.

    The measure is the one by which rates are chosen.

    Every tuning run is a small point and the line joins the means; a run that diverged is a cross
    and counts as a guess. The chosen rate of each arm is ringed; Keras's default is dashed.

    Args:
        runs: Runs of a study.
        hidden: Hidden activations that are shown; by default some well-known ones and one's own.
        heads: Heads that are shown.

    Raises:
        ValueError: Nothing of what is wanted is recorded.
    """
    tuning = runs.summary[runs.summary["is_tuning"].astype(bool)]
    if tuning.empty:
        title = "Tuning of the learning rate"
        return parts.empty_picture(title, "no tuning run is recorded yet")
    metric = f"validation_{tuning_metric(tuning).name}"
    label = parts.drawn_label(metric)
    name = label.partition(" (")[0]
    title = f"{name[0].upper()}{name[1:]} over the learning rate, tuning seeds"
    tuning = tuning.assign(shown=parts.drawn_values(with_failures_counted(tuning, metric), metric))
    hidden = hidden or default_selection(tuning, SHOWN)
    tuning = set_apart(tuning, "hidden", hidden, heads)
    chosen = chosen_rates(runs.summary).rename("chosen").reset_index()
    tuning = tuning.merge(chosen, how="left")
    panels, lines = tuning["value"].cat.categories, tuning["others"].cat.categories
    with parts.style():
        figure, all_axes = parts.grid_of_axes(len(panels), 3)
        for axes, name in zip(all_axes, panels, strict=True):
            of_panel = tuning[tuning["value"] == name]
            for place, (line, arm) in enumerate(of_panel.groupby("others", observed=False)):
                _draw_rates(axes, arm, str(line), place, len(lines))
            axes.axvline(DEFAULT_LEARNING_RATE, color="0.3", ls="--", lw=1, label="default rate")
            axes.set(title=name, xscale="log")
        parts.label_outside(all_axes, "learning rate", parts.in_lines(label))
        parts.finish_axis(all_axes[0], "y", metric)
        all_axes[0].legend()
        figure.suptitle(f"{title} (ring: the chosen rate, cross: diverged)")
    rates = tuning.groupby("arm", observed=True)["chosen"].first().dropna()
    shown = ", ".join(f"{name} {rate:g}" for name, rate in rates.items())
    picked = f"Chosen rates: {shown}." if shown else "No rate is chosen yet."
    low, high = tuning["shown"].min(), tuning["shown"].max()
    unit = metric_of(metric).unit
    return Picture(
        figure, f"{title}, between {low:.3g} and {f'{high:.3g} {unit}'.strip()}. {picked}"
    )


def _draw_rates(axes: Axes, arm: pd.DataFrame, label: str, place: int, num_lines: int) -> None:
    colour, marker = parts.COLOURS[place % 10], parts.MARKERS[place % 10]
    # The lines stand a little apart, or their points would hide each other.
    shift = 1.0 + 0.08 * (2 * place - num_lines + 1)
    means = arm.groupby("learning_rate")["shown"].mean()
    axes.plot(means.index * shift, means, marker=marker, ms=4, color=colour, label=label)
    diverged = arm["diverged"].astype(bool)
    for rows, sign, size in ((arm[~diverged], ".", 10), (arm[diverged], "x", 20)):
        axes.scatter(
            rows["learning_rate"] * shift, rows["shown"], s=size, marker=sign, color=colour, lw=0.9
        )
    for rate in set(arm["chosen"]) & set(means.index):
        axes.plot(rate * shift, means[rate], "o", ms=10, mfc="none", mec=colour, mew=1.5)


def speed(runs: Runs, *, head: str = "softmax", rate: str = "tuned") -> Picture:
    """Draw, for every arm of a head, the epochs to 97 % and how low its learning curve lies.

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
    summary = with_head(evaluation_runs(runs.summary, rate), head)
    if summary.empty:
        return parts.empty_picture(title, "no evaluation run is recorded yet")
    metrics = ("epochs_to_97", "area_under_validation_accuracy")
    names = labels(summary, varying(summary))
    cells = {str(name): cell for name, cell in summary.groupby(names, observed=True)}
    heights = with_failures_counted(summary, metrics[1]).fillna(0.0)
    areas = heights.groupby(names, observed=True).mean().to_dict()
    order = sorted(cells, key=lambda name: areas[name])
    with parts.style():
        figure, all_axes = plt.subplots(1, 2, figsize=(7.2, 0.9 + 0.19 * len(order)), sharey=True)
        for axes, metric in zip(all_axes, metrics, strict=True):
            for height, name in enumerate(order):
                values = with_failures_counted(cells[name], metric)
                if metric == metrics[1]:
                    values = 100 * (areas[order[-1]] - values)
                _draw_speed(axes, values, height, str(cells[name]["hidden"].iloc[0]))
            axes.set_ylim(-0.7, len(order) - 0.3)
        all_axes[0].set_xlabel("epochs to 97 % accuracy")
        all_axes[1].set_xlabel(f"points below the curve of {order[-1]}")
        _stretch_near_zero(all_axes[1])
        all_axes[0].set_yticks(range(len(order)), [_never(name, cells[name]) for name in order])
        figure.suptitle(f"{title}: mean over seeds and 95 % interval")
    return Picture(
        figure,
        f"{title}: epochs to 97 % validation accuracy and mean height of the learning curve of "
        f"{len(order)} arms. The highest curve has {order[-1]} "
        f"({100 * areas[order[-1]]:.2f} %), the lowest {order[0]} ({100 * areas[order[0]]:.2f} %).",
    )


def _stretch_near_zero(axes: Axes) -> None:
    """Make the axis logarithmic beyond a point: what fails squeezes no others together."""
    low, high = axes.dataLim.intervalx
    axes.set_xscale("symlog", linthresh=1.0, linscale=1.2)
    axes.set_xlim(min(-0.2, 1.2 * low), 1.3 * max(1.0, high))
    ticks = [tick for tick in (0, 0.5, 1, 2, 5, 20, 80) if tick <= high]
    parts.plain_ticks(axes.xaxis, ticks)


def _never(name: str, cell: pd.DataFrame) -> str:
    missed = int((~np.isfinite(cell["epochs_to_97"].astype(float))).sum())
    return f"{name} ({missed} of {len(cell)} never)" if missed else name


def _draw_speed(axes: Axes, values: pd.Series, height: int, hidden: str) -> None:
    colour, marker = parts.marker_of(hidden)
    axes.scatter(values, [height] * len(values), s=4, color=colour, alpha=0.35, lw=0)
    found = interval(values)
    if found is not None:
        parts.draw_interval(axes, found, height, colour, marker)
