"""Figures of calibration, each beside what a perfectly calibrated network would show."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from activation_study.catalogue.activations import HEADLINE
from activation_study.engine.records.records import Runs
from activation_study.registry import listed
from activation_study.report.analysis.arms import recorded_values, select, tuned_runs
from activation_study.report.analysis.outputs import calibration_of_bins, null_band
from activation_study.report.analysis.statistics import intervals_by
from activation_study.report.figures import parts
from activation_study.report.figures.head_outputs import HEADS
from activation_study.report.figures.picture import Picture


def reliability(runs: Runs, *, hidden: str = "relu", heads: Sequence[str] = HEADS) -> Picture:
    """Draw accuracy minus confidence in each bin, every run a point, with the null band.

    The bins hold equally many test images, from the least to the most confident. The band holds
    95 % of what one run shows where its confidences are exactly right (binomial).

    Args:
        runs: Runs of a study.
        hidden: Hidden activation that is shown.
        heads: Heads that are shown.
    """
    title = f"Accuracy minus confidence by bin, hidden {hidden}, tuned rate"
    bins = calibration_of_bins(runs, hidden, heads)
    if bins.empty:
        return parts.empty_picture(title, "no tuned run is recorded yet")
    panels = recorded_values(bins, heads, "head")
    outside = {}
    with parts.style():
        figure, all_axes = parts.grid_of_axes(len(panels), 2, height=2.8)
        for place, (axes, head) in enumerate(zip(all_axes, panels, strict=True)):
            own = bins[bins["head"] == head]
            _draw_reliability(axes, own, place)
            outside[head] = ((own["gap"] < own["low"]) | (own["gap"] > own["high"])).mean()
            axes.set_title(f"head: {head}")
        gap = "accuracy minus confidence (points)"
        parts.label_outside(all_axes, "bin, least to most confident", gap)
        figure.suptitle(f"{title} (grey: 95 % of a calibrated run)")
    shares = listed([f"{100 * share:.0f} % with {head}" for head, share in outside.items()])
    return Picture(
        figure, f"{title}. Outside the band of a calibrated run lie {shares} of all runs' bins."
    )


def _draw_reliability(axes: Axes, bins: pd.DataFrame, place: int) -> None:
    colour, marker = parts.COLOURS[place], parts.MARKERS[place]
    gaps, numbers = 100 * bins["gap"], bins["bin"] + 1
    jitter = np.random.default_rng(0).uniform(-0.25, 0.25, len(bins))
    axes.scatter(numbers + jitter, gaps, s=3, color=colour, alpha=0.35, lw=0)
    typical = bins.groupby("bin")[["confidence", "count"]].mean()
    low, high = null_band(typical["confidence"], typical["count"])
    axes.fill_between(
        typical.index + 1, 100 * low, 100 * high, color="0.85", lw=0, step="mid", zorder=0
    )
    axes.axhline(0, color="0.3", lw=1)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    found = intervals_by(gaps, numbers)
    axes.vlines(found.index, found["low"], found["high"], color=colour, lw=1.6)
    axes.plot(found["mean"], marker, color=colour, ms=5, mec="white", mew=0.5)


def calibration_null(
    runs: Runs, *, hidden: Sequence[str] = HEADLINE, heads: Sequence[str] = HEADS
) -> Picture:
    """Draw each run's plain calibration error beside the null interval of that very run.

    The null is what the same predictions show where labels are drawn from them: the 2.5 and
    97.5 % quantiles of the expected calibration error of a perfectly calibrated network.

    Args:
        runs: Runs of a study.
        hidden: Hidden activations that are shown, where they are recorded.
        heads: Heads that are shown.
    """
    title = "Expected calibration error of each run and its own null interval"
    summary = tuned_runs(runs, hidden, heads).dropna(subset=["test_ece", "test_ece_null_high"])
    if summary.empty:
        return parts.empty_picture(title, "no tuned run is recorded yet")
    panels, shown = (
        recorded_values(summary, heads, "head"),
        recorded_values(summary, hidden, "hidden"),
    )
    with parts.style():
        figure, all_axes = plt.subplots(
            len(panels), 1, figsize=(7.2, 0.4 + 1.9 * len(panels)), sharex=True, sharey=True,
            squeeze=False,
        )  # fmt: skip
        for place, (axes, head) in enumerate(zip(all_axes.flat, panels, strict=True)):
            _draw_null(axes, summary[summary["head"] == head], shown, place)
            axes.set(title=f"head: {head}", ylabel="error (points)")
            # Room for the legends above the points.
            axes.set_ylim(0, 130 * summary[["test_ece", "test_ece_null_high"]].to_numpy().max())
        all_axes[-1, 0].set_xlabel("runs by hidden activation, sorted")
        figure.suptitle(title)
    shares = [_above(summary[summary["head"] == head], head) for head in panels]
    return Picture(
        figure, f"{title}. Above their interval lie {listed(shares)}; a calibrated network "
        "would do so in about one run of forty."
    )  # fmt: skip


def _draw_null(axes: Axes, summary: pd.DataFrame, shown: list[str], place: int) -> None:
    colour, marker = parts.COLOURS[place], parts.MARKERS[place]
    start, centres = 0, []
    for name in shown:
        cell = select(summary, {"hidden": name}).sort_values("test_ece")
        x = np.arange(start, start + len(cell))
        low, high = 100 * cell["test_ece_null_low"], 100 * cell["test_ece_null_high"]
        axes.vlines(x, low, high, color="0.75", lw=2.2, label="_" if start else "null interval")
        axes.plot(
            x, 100 * cell["test_ece"], marker, color=colour, ms=3.5, label="_" if start else "run"
        )
        centres.append(start + (len(cell) - 1) / 2)
        start += len(cell) + 3
    axes.set_xticks(centres, shown)
    axes.grid(axis="x", visible=False)
    axes.legend(loc="upper left", ncols=2)


def _above(summary: pd.DataFrame, head: str) -> str:
    above = int((summary["test_ece"] > summary["test_ece_null_high"]).sum())
    return f"{above} of {len(summary)} runs with {head}"
