"""Figures of what the outputs say, by head: their sum, their probabilities, their calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.measures.metrics import RULES, metric_of
from activation_study.registry import listed
from activation_study.report.analysis import outputs
from activation_study.report.analysis.arms import (
    evaluation_runs,
    headline_runs,
    recorded_values,
)
from activation_study.report.analysis.readings import at_reading, column_of
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import INK, QUIET, Look, head_look, spelled
from activation_study.report.drawing.picture import Picture


def _caption(reading: str) -> str:
    return (
        "Every run at its tuned rate (faint), mean and 95 % interval, by hidden activation; "
        f"{reading} weights."
    )


def _looks(heads: list[str]) -> dict[str, Look]:
    return {head: head_look(head, place) for place, head in enumerate(heads)}


def _by_head(runs: Runs, columns: Mapping[str, str], reading: str) -> tuple[Figure, pd.DataFrame]:
    """Draw columns run by run, a panel each; return the figure and the means of each arm."""
    summary = headline_runs(at_reading(runs, reading), "head")
    for column in columns:
        read = summary[column_of(summary, column, reading)]
        summary[column] = read * metric_of(column).factor
    looks = _looks(list(summary["value"].cat.categories))
    figure, all_axes = parts.rows(list(summary["others"].cat.categories), len(columns), 0.34)
    for axes, (column, xlabel) in zip(all_axes, columns.items(), strict=True):
        parts.draw_rows(axes, summary, column, "others", "value", looks)
        parts.label_x(axes, xlabel)
    parts.legend(figure, axes)
    return figure, summary.groupby(["value", "others"], observed=True)[list(columns)].mean()


@parts.of_page
def output_sums(runs: Runs, *, reading: str = "last") -> Picture:
    """Draw what the outputs of a test image add up to: mean and spread over the test images."""
    columns = {
        "test_output_sum_mean": "mean of the sum (1 for a distribution)",
        "test_output_sum_sd": "standard deviation of the sum over the images",
    }
    figure, means = _by_head(runs, columns, reading)
    figure.axes[0].axvline(1.0, color=INK, ls="--", lw=0.8, zorder=1)
    spreads = means["test_output_sum_sd"]
    head, hidden = spreads.index.to_list()[int(spreads.argmax())]
    return Picture(
        figure,
        "Sum of the outputs over the test images. Its standard deviation lies between "
        f"{spreads.min():.3g} and {spreads.max():.3g} ({hidden} with {head}); with softmax the "
        "sum is 1 by construction.",
        "In the mean over the images the outputs add up to "
        f"{means['test_output_sum_mean'].min():.3f} to {means['test_output_sum_mean'].max():.3f}; "
        f"image by image the sum varies by up to {spreads.max():.2f}.",
        _caption(reading),
    )


@parts.of_page
def target_probability(runs: Runs, *, reading: str = "last") -> Picture:
    """Draw the mean probability of the true class, where the network is right and where wrong."""
    cases = {f"test_target_probability_{case}": f"where {case}" for case in ("right", "wrong")}
    columns = {column: f"mean probability {case} (%)" for column, case in cases.items()}
    figure, means = _by_head(runs, columns, reading)
    spans = {
        case: f"{means[column].min():.1f} to {means[column].max():.1f} %"
        for column, case in cases.items()
    }
    said = [f"{span} {case}" for case, span in spans.items()]
    return Picture(
        figure,
        f"Probability given to the true class, means over the test images of each arm: "
        f"{', '.join(said)}.",
        f"The true class gets {listed([f'{span} {case}' for case, span in spans.items()])}.",
        _caption(reading),
    )


@parts.of_page
def counting(runs: Runs, *, heads: Sequence[str] | None = None) -> Picture:
    """Draw the largest output, and how many labels are called, over how many are there.

    Args:
        runs: Runs of a task with several labels.
        heads: Heads that are shown, by default all.
    """
    if runs.tables.get("counts", pd.DataFrame()).empty:
        raise IncompleteRecordError("no run is recorded of which labels were counted")
    arms = evaluation_runs(at_reading(runs, "last").summary, "tuned")[["key", "head"]]
    counts = runs.tables["counts"].merge(arms, on="key")
    heads = recorded_values(counts, heads, "head")
    number = counts["count"]
    totals = counts.assign(
        largest=counts["mean_maximum"] * number, called=counts["predicted_count"] * number
    )
    by_run = totals.groupby(["rule", "head", "key", "true_count"])
    sums = by_run[["largest", "called", "count"]].sum().reset_index()
    sums[["largest", "called"]] = sums[["largest", "called"]].div(sums["count"], axis="index")
    shown = {"largest output": ("half", "largest")}
    shown |= {f"labels called {RULES[rule]}": (rule, "called") for rule in ("half", "global")}
    figure, grid = parts.panels(
        list(shown), 3, 2.4, sharey=False, xlabel="labels that are there",
    )  # fmt: skip
    steps = np.sort(counts["true_count"].unique())
    for (title, axes), (rule, column) in zip(grid.items(), shown.values(), strict=True):
        ideal = 1 / np.maximum(steps, 1) if column == "largest" else steps
        start = int(column == "largest")
        axes.plot(steps[start:], ideal[start:], color=INK, ls=":", lw=1)
        for place, head in enumerate(heads):
            look = head_look(head, place)
            own = sums[(sums["rule"] == rule) & (sums["head"] == head)]
            parts.draw_bands(axes, own, "true_count", column, look, spelled(head),
                             marker=look.marker)  # fmt: skip
        axes.set_title(title)
        axes.set_xticks(steps)
        axes.set_ylim(0, None)
    parts.legend(figure, axes)
    means = sums.groupby(["rule", "head", "true_count"])[["largest", "called"]].mean()
    most = steps[-1]
    largest = [f"{means.loc[('half', h, most), 'largest']:.2f} with {spelled(h)}" for h in heads]
    called = [f"{means.loc[('half', h, most), 'called']:.1f} with {spelled(h)}" for h in heads]
    return Picture(
        figure,
        f"Largest output and number of labels called, over the number that is there. Where {most} "
        f"are there, the largest output is {listed(largest)}, and at a half are called "
        f"{listed(called)}.",
        f"Of {most} labels {listed(called)} are called at a half.",
        "Dotted: an equal share of 1 for each label, and as many called as are there. Tuned rates, "
        "last weights, mean over seeds and 95 % interval.",
    )


@parts.of_page
def second_choices(runs: Runs, digit: int = 4) -> Picture:
    """Draw the mean probability that images of a digit give to each other digit, by head.

    Args:
        runs: Runs of a study.
        digit: True class of the images, 0 to 9.

    Raises:
        ValueError: No such digit.
    """
    found = outputs.second_choices(runs, digit)
    found["percent"] = 100 * found["mean_probability"]
    heads = recorded_values(found, None, "head")
    means = found[found["head"] == heads[0]].groupby("predicted_class")["percent"].mean()
    order = means.sort_values(ascending=False).index.astype(str)
    found["digit"] = pd.Categorical(found["predicted_class"].astype(str), order)
    figure, (axes,) = parts.rows([f"a {other}" for other in order], height=0.34)
    parts.draw_rows(axes, found, "percent", "digit", "head", _looks(heads))
    axes.set_xlim(0, None)
    parts.label_x(axes, "mean probability (%)")
    parts.legend(figure, axes)
    largest = means.max()
    return Picture(
        figure,
        f"Mean probability that test images of a {digit} give to the other digits; with {heads[0]} "
        f"from the largest to the smallest: {', '.join(order)}.",
        f"A {digit} is taken for a {order[0]} first ({largest:.2f} % in the mean with "
        f"{spelled(heads[0])} outputs), then for a {order[1]}.",
        f"Mean probability that test images of a {digit} give to each other digit: every run "
        "(faint), mean and 95 % interval.",
    )


@parts.of_page
def reliability(runs: Runs, *, hidden: str = "relu") -> Picture:
    """Draw accuracy minus confidence in each bin, every run a point, with the null band.

    The bins hold equally many test images, from the least to the most confident. The band holds
    95 % of what one run shows where its confidences are exactly right (binomial).

    Args:
        runs: Runs of a study.
        hidden: Hidden activation that is shown.
    """
    bins = outputs.calibration_of_bins(runs, hidden)
    bins["points"] = 100 * bins["gap"]
    # Beyond this a logit axis has no room.
    bins["shown"] = bins["confidence"].clip(upper=1 - 1e-5)
    bins["is_outside"] = (bins["gap"] < bins["low"]) | (bins["gap"] > bins["high"])
    heads = recorded_values(bins, None, "head")
    figure, grid = parts.panels(
        heads, 3, 2.6, xlabel="confidence (%), stretched towards 100",
        ylabel="accuracy minus confidence (points)",
    )  # fmt: skip
    for head, axes in grid.items():
        own, look = bins[bins["head"] == head], head_look(head, heads.index(head))
        typical = own.groupby("bin")[["shown", "confidence", "count", "points"]].mean()
        low, high = outputs.null_band(typical["confidence"], typical["count"])
        axes.fill_between(typical["shown"], 100 * low, 100 * high, color=INK, alpha=0.12, lw=0)
        axes.axhline(0, color=INK, lw=0.8)
        axes.plot(own["shown"], own["points"], ".", color=look.colour, alpha=0.3, ms=3, mew=0)
        axes.plot(
            typical["shown"],
            typical["points"],
            look.marker,
            ls=look.line,
            color=look.colour,
            lw=1.2,
        )
        axes.set_xscale("logit")
        ticks = (
            (0.5, 0.9, 0.99, 0.999, 0.9999)
            if parts.is_narrow()
            else (0.5, 0.7, 0.9, 0.97, 0.99, 0.999, 0.9999)
        )
        axes.set_xticks(ticks, [f"{100 * tick:g}" for tick in ticks])
        axes.minorticks_off()
        axes.set_title(f"{spelled(head)} outputs")
    outside = 100 * bins.groupby("head")["is_outside"].mean()
    shares = listed([f"{outside[head]:.0f} % with {head}" for head in heads])
    return Picture(
        figure,
        f"Accuracy minus confidence by bin, hidden {hidden}, tuned rate. Outside the band of a "
        f"calibrated run lie {shares} of all runs' bins.",
        f"Outside of what chance allows lie {shares} of all bins; by chance, 5 % would.",
        "Below the line a network is too sure of itself. Bins of equally many test images: every "
        f"run (faint) and the mean, hidden {spelled(hidden)}, tuned rate. Shaded: 95 % of what a "
        "calibrated run shows.",
    )


@parts.of_page
def calibration_null(runs: Runs, *, reading: str = "last") -> Picture:
    """Draw each run's plain calibration error beside the null interval of that very run.

    The null is what the same predictions show where labels are drawn from them: the 2.5 and
    97.5 % quantiles of the expected calibration error of a perfectly calibrated network.
    """
    summary = headline_runs(at_reading(runs, reading), "head")
    columns = {"error": "test_ece", "low": "test_ece_null_low", "high": "test_ece_null_high"}
    summary = summary.assign(
        **{name: 100 * summary[column_of(summary, own, reading)] for name, own in columns.items()}
    )
    heads = list(summary["value"].cat.categories)
    figure, grid = parts.panels(
        heads, 1, 1.8, ylabel="expected calibration error (points), ↓\u00a0better",
        xlabel="runs by hidden activation, sorted",
    )  # fmt: skip
    counts = []
    for place, (head, axes) in enumerate(grid.items()):
        own = summary[summary["value"] == head].sort_values(["others", "error"])
        # The runs of one activation stand together, apart from the next ones.
        x = np.arange(len(own)) + 3 * own["others"].cat.codes
        look = head_look(head, place)
        axes.vlines(x, own["low"], own["high"], color=QUIET, lw=1.4, alpha=0.7)
        axes.plot(x, own["error"], look.marker, color=look.colour, ms=2.5, mew=0)
        centres = pd.Series(x).groupby(own["others"], observed=True).mean()
        axes.set_xticks(centres, [spelled(str(name)) for name in centres.index])
        axes.grid(axis="x", visible=False)
        axes.set_title(f"{spelled(head)} outputs")
        axes.set_ylim(0, None)
        counts.append(f"{(own['error'] > own['high']).sum()} of {len(own)} runs with {head}")
    return Picture(
        figure,
        "Expected calibration error of each run and its own null interval. Above their interval "
        f"lie {listed(counts)}; a calibrated network would do so in about one run of forty.",
        f"{listed(counts)} are worse calibrated than chance explains.",
        "Each run's error (mark) and what its predictions would show if they were exactly right "
        "(grey, 95 %). Of calibrated networks one in forty lies above. Rates tuned for accuracy, "
        f"{reading} weights.",
    )
