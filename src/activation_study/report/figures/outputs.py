"""Figures of what the outputs say, by head: their sum, their probabilities, their calibration."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from activation_study.engine.records.records import Runs
from activation_study.measures.metrics import metric_of
from activation_study.registry import listed
from activation_study.report.analysis import outputs
from activation_study.report.analysis.arms import headline_runs, recorded_values
from activation_study.report.figures import parts
from activation_study.report.figures.picture import Picture


def _strips(runs: Runs, columns: Mapping[str, str]) -> tuple[Figure, pd.DataFrame]:
    """Draw columns run by run, a panel each; return the figure and the means of each arm."""
    summary = headline_runs(runs, "head")
    for column in columns:
        summary[column] *= metric_of(column).factor
    looks = dict(zip(summary["value"].cat.categories, parts.LOOKS, strict=False))
    rows = len(summary["others"].cat.categories)
    figure, all_axes = plt.subplots(1, len(columns), figsize=(7.2, 1.2 + 0.42 * rows), sharey=True)
    for axes, (column, xlabel) in zip(all_axes, columns.items(), strict=True):
        parts.draw_strips(axes, summary, column, "others", "value", looks)
        axes.set(xlabel=xlabel, ylabel="")
    handles, names = axes.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(looks), title="head")
    return figure, summary.groupby("arm", observed=True)[list(columns)].mean()


@parts.of_page
def output_sums(runs: Runs) -> Picture:
    """Draw what the outputs of a test image add up to: mean and spread over the test images."""
    columns = {
        "test_output_sum_mean": "mean of the sum (1 for a distribution)",
        "test_output_sum_sd": "standard deviation of the sum",
    }
    figure, means = _strips(runs, columns)
    figure.axes[0].axvline(1.0, color="0.3", ls="--", lw=1)
    title = "Sum of the outputs over the test images"
    figure.suptitle(f"{title}: every run, mean and 95 % interval")
    spreads = means["test_output_sum_sd"]
    return Picture(
        figure,
        f"{title}. Its standard deviation lies between {spreads.min():.3g} and "
        f"{spreads.max():.3g} ({spreads.idxmax()}); with softmax the sum is 1 by construction.",
    )


@parts.of_page
def target_probability(runs: Runs) -> Picture:
    """Draw the mean probability of the true class, where the network is right and where wrong."""
    cases = {f"test_target_probability_{case}": f"where {case}" for case in ("right", "wrong")}
    columns = {column: f"mean probability {case} (%)" for column, case in cases.items()}
    figure, means = _strips(runs, columns)
    title = "Probability given to the true class"
    figure.suptitle(f"{title}, test images: every run, mean and 95 % interval")
    spans = [
        f"{means[column].min():.1f} to {means[column].max():.1f} % {case}"
        for column, case in cases.items()
    ]
    return Picture(figure, f"{title}, means over the test images of each arm: {', '.join(spans)}.")


@parts.of_page
def second_choices(runs: Runs, digit: int = 4) -> Picture:
    """Draw the mean probability that images of a digit give to each other digit, by head.

    Args:
        runs: Runs of a study.
        digit: True class of the images, 0 to 9.

    Raises:
        ValueError: No such digit.
    """
    title = f"Mean probability that test images of a {digit} give to the other digits"
    found = outputs.second_choices(runs, digit)
    found["percent"] = 100 * found["mean_probability"]
    heads = recorded_values(found, None, "head")
    means = found[found["head"] == heads[0]].groupby("predicted_class")["percent"].mean()
    order = means.sort_values(ascending=False).index.astype(str)
    found["digit"] = pd.Categorical(found["predicted_class"].astype(str), order)
    figure, axes = plt.subplots(figsize=(7.2, 2.8))
    looks = dict(zip(heads, parts.LOOKS, strict=False))
    parts.draw_strips(axes, found, "digit", "percent", "head", looks)
    axes.set(ylabel="mean probability (%)", ylim=(0, None), title=f"{title}: 95 % interval")
    axes.legend(title="head")
    ranked = ", ".join(order)
    return Picture(figure, f"{title}; with {heads[0]} from the largest to the smallest: {ranked}.")


@parts.of_page
def reliability(runs: Runs, *, hidden: str = "relu") -> Picture:
    """Draw accuracy minus confidence in each bin, every run a point, with the null band.

    The bins hold equally many test images, from the least to the most confident. The band holds
    95 % of what one run shows where its confidences are exactly right (binomial).

    Args:
        runs: Runs of a study.
        hidden: Hidden activation that is shown.
    """
    title = f"Accuracy minus confidence by bin, hidden {hidden}, tuned rate"
    bins = outputs.calibration_of_bins(runs, hidden)
    bins = bins.assign(points=100 * bins["gap"], number=bins["bin"] + 1)
    bins["is_outside"] = (bins["gap"] < bins["low"]) | (bins["gap"] > bins["high"])
    heads = recorded_values(bins, None, "head")
    figure, panels = parts.panels(
        heads, 2, "bin, least to most confident", "accuracy minus confidence (points)", height=2.8
    )
    for look, (head, axes) in zip(parts.LOOKS, panels.items(), strict=False):
        own = bins[bins["head"] == head]
        typical = own.groupby("bin")[["confidence", "count"]].mean()
        low, high = outputs.null_band(typical["confidence"], typical["count"])
        axes.fill_between(typical.index, 100 * low, 100 * high, color="0.85", lw=0, step="mid")
        axes.axhline(0, color="0.3", lw=1)
        parts.draw_strips(axes, own, "number", "points", "head", {head: look})
        axes.set_title(f"head: {head}")
    figure.suptitle(f"{title} (grey: 95 % of a calibrated run)")
    outside = 100 * bins.groupby("head")["is_outside"].mean()
    shares = listed([f"{outside[head]:.0f} % with {head}" for head in heads])
    return Picture(
        figure, f"{title}. Outside the band of a calibrated run lie {shares} of all runs' bins."
    )


@parts.of_page
def calibration_null(runs: Runs) -> Picture:
    """Draw each run's plain calibration error beside the null interval of that very run.

    The null is what the same predictions show where labels are drawn from them: the 2.5 and
    97.5 % quantiles of the expected calibration error of a perfectly calibrated network.
    """
    summary = headline_runs(runs, "head")
    names = {"test_ece": "error", "test_ece_null_low": "low", "test_ece_null_high": "high"}
    summary = summary.assign(**100 * summary[list(names)].rename(columns=names))
    panels = summary["value"].cat.categories
    figure, all_axes = plt.subplots(
        len(panels), 1, figsize=(7.2, 0.4 + 1.9 * len(panels)), sharex=True, sharey=True,
        squeeze=False,
    )  # fmt: skip
    said = []
    for axes, look, head in zip(all_axes.flat, parts.LOOKS, panels, strict=False):
        own = summary[summary["value"] == head].sort_values(["others", "error"])
        # The runs of one activation stand together, apart from the next ones.
        x = np.arange(len(own)) + 3 * own["others"].cat.codes
        axes.vlines(x, own["low"], own["high"], color="0.75", lw=2.2, label="null interval")
        axes.plot(x, own["error"], look[1], color=look[0], ms=3.5, label="run")
        centres = x.groupby(own["others"], observed=True).mean()
        axes.set_xticks(centres, centres.index)
        axes.grid(axis="x", visible=False)
        axes.set(title=f"head: {head}", ylabel="error (points)")
        # Room for the legends above the points.
        axes.set_ylim(0, 1.3 * summary[["error", "high"]].to_numpy().max())
        axes.legend(loc="upper left", ncols=2)
        said.append(f"{(own['error'] > own['high']).sum()} of {len(own)} runs with {head}")
    axes.set_xlabel("runs by hidden activation, sorted")
    title = "Expected calibration error of each run and its own null interval"
    figure.suptitle(title)
    return Picture(
        figure,
        f"{title}. Above their interval lie {listed(said)}; a calibrated network would do so in "
        "about one run of forty.",
    )
