"""Figures that set output heads beside each other: the start of training and the outputs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from activation_study.catalogue import tasks
from activation_study.engine.records.records import Runs
from activation_study.report.analysis.arms import select, undiverged_runs
from activation_study.report.figures import parts as parts
from activation_study.report.figures.picture import Picture

HEADS = ("softmax", "sigmoid")


def tuned_runs(runs: Runs, hidden: Sequence[str], heads: Sequence[str]) -> pd.DataFrame:
    """Return the tuned evaluation runs, not diverged, of the wanted arms."""
    summary = undiverged_runs(runs.summary, "tuned")
    shown = parts.present(summary, hidden, "hidden"), parts.present(summary, heads, "head")
    return summary[summary["hidden"].isin(shown[0]) & summary["head"].isin(shown[1])]


def guessing_loss(head: str, num_classes: int) -> float:
    """Return a head's training loss where every image gets the class frequencies, in nats.

    Softmax: ln K. Sigmoid: the entropy of one label, which is 1 with probability 1/K; Keras takes
    the mean over the K outputs.

    Raises:
        ValueError: The head's loss is not a likelihood.
    """
    if head.startswith("softmax") and head != "softmax_mse":
        return math.log(num_classes)
    if head in ("sigmoid", "sigmoid_prior"):
        p = 1.0 / num_classes
        return -p * math.log(p) - (1 - p) * math.log(1 - p)
    raise ValueError(f"head: received {head!r}; accepted: softmax, sigmoid, sigmoid_prior")


def early_training(
    runs: Runs, *, hidden: Sequence[str] = parts.HEADLINE, heads: Sequence[str] = HEADS
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
    panels, lines = parts.present(summary, hidden, "hidden"), parts.present(summary, heads, "head")
    above: dict[str, list[float]] = {line: [] for line in lines}
    with parts.style():
        figure, all_axes = parts.grid_of_axes(len(panels), 3)
        for axes, name in zip(all_axes, panels, strict=True):
            axes.axhline(1.0, color="0.3", ls="--", lw=1)
            for place, head in enumerate(lines):
                keys = select(summary, {"hidden": name, "head": head})["key"]
                early = runs.early[runs.early["key"].isin(keys)]
                _draw_early(axes, early, head, place)
                above[head].append(steps_below_guessing(early, head))
            axes.set(title=name, yscale="log")
        parts.label_outside(all_axes, "step", "loss / loss of guessing")
        _plain_ratio_axis(all_axes[0])
        all_axes[0].legend()
        figure.suptitle(f"{title}, tuned rate (dashed: knowing only the class frequencies)")
    steps = [f"{head} {_range(counts)}" for head, counts in above.items()]
    return Picture(
        figure,
        f"{title} by step, relative to the loss of guessing by class frequencies, for "
        f"{parts.listed(panels)}. The mean over seeds first falls below that of guessing at step: "
        f"{'; '.join(steps)}.",
    )


def steps_below_guessing(early: pd.DataFrame, head: str) -> float:
    """Return the step at which the mean training loss first falls below that of guessing.

    Args:
        early: Training losses within the first epoch of runs with one head, as recorded: means
            over windows of steps, each named by its last step.
        head: Their head.

    Returns:
        The last step of that window; inf where there is none in the first epoch.
    """
    means = early.groupby("step")["train_loss"].mean()
    below = means.index[means < guessing_loss(head, tasks.get("digits").num_outputs)]
    return float(below.min()) if len(below) else math.inf


def _draw_early(axes: Axes, early: pd.DataFrame, head: str, place: int) -> None:
    unit = guessing_loss(head, tasks.get("digits").num_outputs)
    colour, marker = parts.COLOURS[place], parts.MARKERS[place]
    rows = []
    for step, group in early.groupby("step")["train_loss"]:
        found = parts.interval(group / unit)
        if found is not None:
            rows.append((step, found.mean, found.low, found.high))
    band = pd.DataFrame(rows, columns=["step", "mean", "low", "high"])
    axes.fill_between(band["step"], band["low"], band["high"], color=colour, alpha=0.3, lw=0)
    axes.plot(
        band["step"], band["mean"], color=colour, marker=marker, ms=3, markevery=4, label=head
    )


def _plain_ratio_axis(axes: Axes) -> None:
    low, high = axes.get_ylim()
    ticks = [tick for tick in (0.05, 0.1, 0.2, 0.5, 1, 2, 5) if low <= tick <= high]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter(FixedFormatter([f"{tick:g}" for tick in ticks]))
    axes.yaxis.set_minor_locator(NullLocator())


def _range(values: Iterable[float]) -> str:
    ordered = sorted(values)
    ends = [f"{end:.0f}" if math.isfinite(end) else "never" for end in (ordered[0], ordered[-1])]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _strips(
    axes: Axes, summary: pd.DataFrame, column: str, hidden: list[str], heads: list[str]
) -> dict[str, float]:
    """Draw a column run by run with means and intervals, and return the mean of each arm."""
    scale = parts.measure(column)[2]
    means = {}
    for place, head in enumerate(heads):
        for height, name in enumerate(reversed(hidden)):
            values = select(summary, {"hidden": name, "head": head})[column].to_numpy(dtype=float)
            row = height + 0.18 * (1 - 2 * place)
            colour = parts.COLOURS[place]
            axes.scatter(scale * values, [row] * len(values), s=5, color=colour, alpha=0.4, lw=0)
            found = parts.interval(values)
            if found is not None:
                parts.draw_interval(axes, found, row, colour, parts.MARKERS[place], scale)
                means[f"{name} with {head}"] = found.mean
    axes.set_yticks(range(len(hidden)), hidden[::-1])
    axes.set_ylim(-0.6, len(hidden) - 0.4)
    return means


def _head_legend(figure: Figure, heads: list[str]) -> None:
    handles = [
        Line2D([], [], ls="", marker=parts.MARKERS[i], color=parts.COLOURS[i], label=f"{head} head")
        for i, head in enumerate(heads)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(heads))


def output_sums(runs: Runs, *, hidden: Sequence[str] = parts.HEADLINE) -> Picture:
    """Draw what the outputs of a test image add up to: mean and spread over the test images.

    Args:
        runs: Runs of a study.
        hidden: Hidden activations that are shown, where they are recorded.
    """
    title = "Sum of the outputs over the test images"
    summary = tuned_runs(runs, hidden, HEADS)
    if summary.empty:
        return parts.empty_picture(title, "no tuned run is recorded yet")
    shown, heads = parts.present(summary, hidden, "hidden"), parts.present(summary, HEADS, "head")
    with parts.style():
        figure, all_axes = plt.subplots(1, 2, figsize=(7.2, 1.2 + 0.42 * len(shown)), sharey=True)
        _strips(all_axes[0], summary, "test_output_sum_mean", shown, heads)
        spreads = _strips(all_axes[1], summary, "test_output_sum_sd", shown, heads)
        all_axes[0].axvline(1.0, color="0.3", ls="--", lw=1)
        all_axes[0].set_xlabel("mean of the sum (1 for a distribution)")
        all_axes[1].set_xlabel("standard deviation of the sum")
        _head_legend(figure, heads)
        figure.suptitle(f"{title}: every run, mean and 95 % interval")
    largest = max(spreads, key=lambda name: spreads[name])
    return Picture(
        figure,
        f"{title}. Its standard deviation lies between {min(spreads.values()):.3g} and "
        f"{spreads[largest]:.3g} ({largest}); with softmax the sum is 1 by construction.",
    )


def target_probability(runs: Runs, *, hidden: Sequence[str] = parts.HEADLINE) -> Picture:
    """Draw the mean probability of the true class, where the network is right and where wrong.

    Args:
        runs: Runs of a study.
        hidden: Hidden activations that are shown, where they are recorded.
    """
    title = "Probability given to the true class"
    summary = tuned_runs(runs, hidden, HEADS)
    if summary.empty:
        return parts.empty_picture(title, "no tuned run is recorded yet")
    shown, heads = parts.present(summary, hidden, "hidden"), parts.present(summary, HEADS, "head")
    cases = ("right", "wrong")
    with parts.style():
        figure, all_axes = plt.subplots(1, 2, figsize=(7.2, 1.2 + 0.42 * len(shown)), sharey=True)
        means = {}
        for axes, case in zip(all_axes, cases, strict=True):
            column = f"test_target_probability_{case}"
            means[case] = _strips(axes, summary, column, shown, heads)
            axes.set_xlabel(f"mean probability where {case} (%)")
        _head_legend(figure, heads)
        figure.suptitle(f"{title}, test images: every run, mean and 95 % interval")
    spans = [
        f"{min(m.values()):.3f} to {max(m.values()):.3f} where {case}" for case, m in means.items()
    ]
    return Picture(figure, f"{title}, means over the test images of each arm: {', '.join(spans)}.")


def likenesses(runs: Runs, digit: int = 4, *, hidden: Sequence[str] = parts.HEADLINE) -> Picture:
    """Draw the mean probability that images of a digit give to each other digit, by head.

    Args:
        runs: Runs of a study.
        digit: True class of the images, 0 to 9.
        hidden: Hidden activations that are shown, where they are recorded.

    Raises:
        ValueError: No such digit.
    """
    if digit not in range(tasks.get("digits").num_outputs):
        raise ValueError(f"digit: received {digit!r}; accepted: a whole number from 0 to 9")
    title = f"Mean probability that test images of a {digit} give to the other digits"
    summary = tuned_runs(runs, hidden, HEADS)
    confusion = runs.confusion[
        (runs.confusion["true_class"] == digit) & (runs.confusion["predicted_class"] != digit)
    ].merge(summary[["key", "head"]], on="key")
    if confusion.empty:
        return parts.empty_picture(title, "no tuned run is recorded yet")
    heads = parts.present(confusion, HEADS, "head")
    with parts.style():
        figure, axes = plt.subplots(figsize=(7.2, 2.8))
        order: list[int] = []
        for place, head in enumerate(heads):
            part = confusion[confusion["head"] == head]
            means = part.groupby("predicted_class")["mean_probability"].mean()
            order = order or [int(c) for c in means.sort_values(ascending=False).index]
            _draw_likenesses(axes, part, order, place, head)
        axes.set_xticks(range(len(order)), [str(c) for c in order])
        axes.set(xlabel="digit", ylabel="mean probability (%)", title=f"{title}: 95 % interval")
        axes.set_ylim(bottom=0)
        axes.legend(title="head")
    ranked = ", ".join(map(str, order))
    return Picture(figure, f"{title}; with {heads[0]} from the largest to the smallest: {ranked}.")


def _draw_likenesses(
    axes: Axes, part: pd.DataFrame, order: list[int], place: int, head: str
) -> None:
    colour, marker = parts.COLOURS[place], parts.MARKERS[place]
    for position, digit in enumerate(order):
        values = part.loc[part["predicted_class"] == digit, "mean_probability"]
        found = parts.interval(100 * values)
        x = position + 0.2 * (2 * place - 1)
        jitter = np.linspace(-0.08, 0.08, len(values))
        axes.scatter(x + jitter, 100 * values, s=3, color=colour, alpha=0.3, lw=0)
        if found is not None:
            axes.plot([x, x], [found.low, found.high], color=colour, lw=1.6)
            axes.plot(
                x, found.mean, marker, color=colour, mec="white", label=None if position else head
            )
