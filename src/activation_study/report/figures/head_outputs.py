"""Figures that set output heads beside each other: the start of training and the outputs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from activation_study.catalogue.activations import HEADLINE
from activation_study.engine.records.records import Runs
from activation_study.measures.metrics import metric_of
from activation_study.registry import listed
from activation_study.report.analysis import outputs
from activation_study.report.analysis.arms import recorded_values, select, set_apart, tuned_runs
from activation_study.report.analysis.course import first_step_below, relative_to_guessing
from activation_study.report.analysis.statistics import interval, intervals_by
from activation_study.report.figures import parts
from activation_study.report.figures.picture import Picture

HEADS = ("softmax", "sigmoid")


def early_training(
    runs: Runs, *, hidden: Sequence[str] = HEADLINE, heads: Sequence[str] = HEADS
) -> Picture:
    """Draw the training loss within the first epoch, in units of the loss of guessing.

    The heads have different losses; each is divided by what its loss is when every image gets the
    class frequencies. Above 1 a network has not even learned those.

    Args:
        runs: Runs of a study.
        hidden: Hidden activations that are shown, where they are recorded.
        heads: Heads that are shown.

    Raises:
        ValueError: A head whose loss is not a likelihood.
    """
    title = "Training loss within the first epoch"
    summary = tuned_runs(runs, hidden, heads)
    if summary.empty:
        return parts.empty_picture(title, "no tuned run is recorded yet")
    summary = set_apart(summary, "hidden", hidden, heads)
    panels = list(summary["value"].cat.categories)
    above: dict[str, list[float]] = {line: [] for line in summary["others"].cat.categories}
    with parts.style():
        figure, all_axes = parts.grid_of_axes(len(panels), 3)
        for axes, name in zip(all_axes, panels, strict=True):
            axes.axhline(1.0, color="0.3", ls="--", lw=1)
            for place, line in enumerate(above):
                arm = summary[(summary["value"] == name) & (summary["others"] == line)]
                if len(arm):
                    losses = relative_to_guessing(runs.early, arm)
                    band = intervals_by(losses["train_loss"], losses["step"])
                    parts.draw_band(axes, band, line, place, ms=3, markevery=4)
                    above[line].append(first_step_below(losses))
            axes.set(title=name, yscale="log")
        parts.label_outside(all_axes, "step", "loss / loss of guessing")
        _plain_ratio_axis(all_axes[0])
        all_axes[0].legend()
        figure.suptitle(f"{title}, tuned rate (dashed: knowing only the class frequencies)")
    steps = [f"{line} {_range(counts)}" for line, counts in above.items()]
    return Picture(
        figure,
        f"{title} by step, relative to the loss of guessing by class frequencies, for "
        f"{listed(panels)}. The mean over seeds first falls below that of guessing at step: "
        f"{'; '.join(steps)}.",
    )


def _plain_ratio_axis(axes: Axes) -> None:
    low, high = axes.get_ylim()
    ticks = [tick for tick in (0.05, 0.1, 0.2, 0.5, 1, 2, 5) if low <= tick <= high]
    parts.plain_ticks(axes.yaxis, ticks)


def _range(values: Iterable[float]) -> str:
    ordered = sorted(values)
    ends = [f"{end:.0f}" if math.isfinite(end) else "never" for end in (ordered[0], ordered[-1])]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _strips(
    summary: pd.DataFrame, hidden: Sequence[str], columns: Mapping[str, str]
) -> tuple[Figure, dict[str, dict[str, float]]]:
    """Draw columns run by run with means and intervals, one panel a column.

    Args:
        summary: Runs that are shown.
        hidden: Hidden activations in the wanted order.
        columns: Column -> label.

    Returns:
        The figure, and column -> mean of each arm.
    """
    shown = recorded_values(summary, hidden, "hidden")
    heads = recorded_values(summary, HEADS, "head")
    figure, all_axes = plt.subplots(
        1, len(columns), figsize=(7.2, 1.2 + 0.42 * len(shown)), sharey=True
    )
    means: dict[str, dict[str, float]] = {column: {} for column in columns}
    for axes, column in zip(all_axes, columns, strict=True):
        for (place, head), (height, name) in itertools.product(
            enumerate(heads), enumerate(reversed(shown))
        ):
            values = select(summary, {"hidden": name, "head": head})[column]
            values = metric_of(column).factor * values
            row, colour = height + 0.18 * (1 - 2 * place), parts.COLOURS[place]
            axes.scatter(values, [row] * len(values), s=5, color=colour, alpha=0.4, lw=0)
            found = interval(values)
            if found is not None:
                parts.draw_interval(axes, found, row, colour, parts.MARKERS[place])
                means[column][f"{name} with {head}"] = found.mean
        axes.set_yticks(range(len(shown)), shown[::-1])
        axes.set_ylim(-0.6, len(shown) - 0.4)
        axes.set_xlabel(columns[column])
    handles = [
        Line2D([], [], ls="", marker=parts.MARKERS[i], color=parts.COLOURS[i], label=f"{head} head")
        for i, head in enumerate(heads)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(heads))
    return figure, means


def output_sums(runs: Runs, *, hidden: Sequence[str] = HEADLINE) -> Picture:
    """Draw what the outputs of a test image add up to: mean and spread over the test images.

    Args:
        runs: Runs of a study.
        hidden: Hidden activations that are shown, where they are recorded.
    """
    title = "Sum of the outputs over the test images"
    summary = tuned_runs(runs, hidden, HEADS)
    if summary.empty:
        return parts.empty_picture(title, "no tuned run is recorded yet")
    columns = {
        "test_output_sum_mean": "mean of the sum (1 for a distribution)",
        "test_output_sum_sd": "standard deviation of the sum",
    }
    with parts.style():
        figure, means = _strips(summary, hidden, columns)
        figure.axes[0].axvline(1.0, color="0.3", ls="--", lw=1)
        figure.suptitle(f"{title}: every run, mean and 95 % interval")
    spreads = means["test_output_sum_sd"]
    largest = max(spreads, key=lambda name: spreads[name])
    return Picture(
        figure,
        f"{title}. Its standard deviation lies between {min(spreads.values()):.3g} and "
        f"{spreads[largest]:.3g} ({largest}); with softmax the sum is 1 by construction.",
    )


def target_probability(runs: Runs, *, hidden: Sequence[str] = HEADLINE) -> Picture:
    """Draw the mean probability of the true class, where the network is right and where wrong.

    Args:
        runs: Runs of a study.
        hidden: Hidden activations that are shown, where they are recorded.
    """
    title = "Probability given to the true class"
    summary = tuned_runs(runs, hidden, HEADS)
    if summary.empty:
        return parts.empty_picture(title, "no tuned run is recorded yet")
    columns = {
        f"test_target_probability_{case}": f"mean probability where {case} (%)"
        for case in ("right", "wrong")
    }
    with parts.style():
        figure, means = _strips(summary, hidden, columns)
        figure.suptitle(f"{title}, test images: every run, mean and 95 % interval")
    spans = [
        f"{min(found.values()):.1f} to {max(found.values()):.1f} % where {case}"
        for case, found in zip(("right", "wrong"), means.values(), strict=True)
    ]
    return Picture(figure, f"{title}, means over the test images of each arm: {', '.join(spans)}.")


def second_choices(runs: Runs, digit: int = 4, *, hidden: Sequence[str] = HEADLINE) -> Picture:
    """Draw the mean probability that images of a digit give to each other digit, by head.

    Args:
        runs: Runs of a study.
        digit: True class of the images, 0 to 9.
        hidden: Hidden activations that are shown, where they are recorded.

    Raises:
        ValueError: No such digit.
    """
    title = f"Mean probability that test images of a {digit} give to the other digits"
    found = outputs.second_choices(runs, digit, hidden, HEADS)
    if found.empty:
        return parts.empty_picture(title, "no tuned run is recorded yet")
    heads = recorded_values(found, HEADS, "head")
    with parts.style():
        figure, axes = plt.subplots(figsize=(7.2, 2.8))
        order: list[int] = []
        for place, head in enumerate(heads):
            part = found[found["head"] == head]
            values = 100 * part.set_index("predicted_class")["mean_probability"]
            if not order:
                means = values.groupby(level=0).mean()
                order = [int(c) for c in means.sort_values(ascending=False).index]
            _draw_second_choices(axes, values, order, place, head)
        axes.set_xticks(range(len(order)), [str(c) for c in order])
        axes.set(xlabel="digit", ylabel="mean probability (%)", title=f"{title}: 95 % interval")
        axes.set_ylim(bottom=0)
        axes.legend(title="head")
    ranked = ", ".join(map(str, order))
    return Picture(figure, f"{title}; with {heads[0]} from the largest to the smallest: {ranked}.")


def _draw_second_choices(
    axes: Axes, values: pd.Series, order: list[int], place: int, head: str
) -> None:
    colour, marker = parts.COLOURS[place], parts.MARKERS[place]
    for position, digit in enumerate(order):
        own = values.loc[[digit]]
        x = position + 0.2 * (2 * place - 1)
        jitter = np.linspace(-0.08, 0.08, len(own))
        axes.scatter(x + jitter, own, s=3, color=colour, alpha=0.3, lw=0)
        found = interval(own)
        if found is not None:
            axes.plot([x, x], [found.low, found.high], color=colour, lw=1.6)
            axes.plot(
                x, found.mean, marker, color=colour, mec="white", label=None if position else head
            )
