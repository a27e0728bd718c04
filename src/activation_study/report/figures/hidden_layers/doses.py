"""Figures of how many units are dead at which rate, and of what their death costs by itself."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from activation_study.engine.records.records import Runs
from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.registry import listed
from activation_study.report.analysis.arms import default_selection, recorded_values
from activation_study.report.analysis.hidden_layers import death
from activation_study.report.analysis.statistics import intervals_by
from activation_study.report.claims.box.wording import IMAGES
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import GROUND, INK, QUIET, USED, Look, look_of, spelled
from activation_study.report.drawing.picture import Picture

RATES = ("#2f7fd0", "#7566d8", "#b04fb5", "#d1495b", "#c96a00")
"""Colours of rates, from the lowest to the highest."""

ACCURACIES = {1.0: (99, 98, 97, 96, 95, 94, 93, 92, 90), 9.0: (99, 98, 97, 95, 90, 80, 50, 10)}
"""Ticks in percent, by the decades of errors up to which they are put."""


def rate_looks(rates: Sequence[float]) -> dict[float, Look]:
    """Return a look for each rate, their colours as far apart as may be."""
    places = np.linspace(0, len(RATES) - 1, len(rates)).round().astype(int)
    return {rate: Look(RATES[place]) for rate, place in zip(sorted(rates), places, strict=True)}


def accuracy_axis(axes: Axes, errors: pd.Series) -> None:
    """Make the vertical axis one of accuracies in percent, for what is drawn as errors in percent.

    It is logarithmic in the error, the better the higher, so that what fails does not press the
    others together.
    """
    axes.set_yscale("log")
    low, high = errors.min() / 1.2, min(100.0, 1.15 * errors.max())
    axes.set_ylim(high, low)
    decades = math.log10(high / low)
    shown = next(ticks for most, ticks in ACCURACIES.items() if decades < most)
    ticks = [100 - tick for tick in shown if low < 100 - tick < high]
    axes.set_yticks(ticks, [f"{100 - tick}" for tick in ticks])
    axes.minorticks_off()


@parts.of_page
def death_doses(rates: Runs, lesion: Runs) -> Picture:
    """Draw accuracy over the share of dead units: killed from the start, and killed by the rate.

    Lines join networks of which a share was dead from the start, at one rate each. Points are ReLU
    networks that were left to their rate; triangles leaky ReLU, which cannot die.

    Args:
        rates: Runs of ReLU and leaky ReLU at several rates.
        lesion: Runs of which a share of the units was dead from the start.
    """
    costs, rows = death.costs(rates, lesion), death.judged_runs(rates)
    harmed = death.judged_runs(lesion)["learning_rate"].unique()
    looks = rate_looks(sorted({*costs.index, *harmed}))
    figure, axes = plt.subplots(figsize=(plt.rcParams["figure.figsize"][0], 3.9))
    drawn = []
    for rate in sorted(harmed):
        own = _drawn(death.lesioned(lesion, rate))
        drawn.append(own["error"])
        _draw_line(axes, own, looks[rate], rate)
    for name, marker in (("relu", "o"), ("leaky_relu", "^")):
        of_function = _drawn(rows[rows["hidden"] == name])
        drawn.append(of_function["error"])
        for rate in sorted(set(of_function["learning_rate"])):
            own, colour = of_function[of_function["learning_rate"] == rate], looks[rate].colour
            axes.scatter(
                own["percent"], own["error"], 9, color=colour, marker=marker, alpha=0.5, lw=0
            )
            x, y = own["percent"].mean(), own["error"].mean()
            axes.plot(x, y, marker, ms=8, color=colour, mec=GROUND, zorder=3, clip_on=False)
            if name == "relu":
                # Where next to none are dead, points stand close to each other.
                is_first, is_last = x < 2, x > 90
                axes.annotate(f"{rate:g}", (x, y), (-9 if is_last else 8, 3 if is_first else -4),
                              textcoords="offset points", color=colour, zorder=4,
                              ha="right" if is_last else "left",
                              va="bottom" if is_first else "top")  # fmt: skip
        how = "killed by its rate" if name == "relu" else "cannot die"
        axes.plot([], [], marker, color=QUIET, label=f"{spelled(name)}, {how}")
    accuracy_axis(axes, pd.concat(drawn))
    axes.set(xlim=(-3, 103), ylabel="test accuracy (%), log scale of the error")
    parts.label_x(axes, "dead units (% of both layers, 0 on every training image)")
    parts.legend(figure, axes)
    high = costs.drop(DEFAULT_LEARNING_RATE, errors="ignore").sort_values("gap")
    said = [
        f"at rate {rate:g} ReLU has {100 * dead:.0f} % dead and {100 * right:.2f} % right, and "
        f"with as many dead from the start {100 * by_death:.2f} % are right"
        for rate, dead, right, by_death in costs[["dead", "accuracy", "by_death"]].itertuples()
    ]
    worst, below = high.index[0], high["high"].iloc[0] < 0
    return Picture(
        figure,
        f"Accuracy over the share of dead units: {'; '.join(said)}.",
        f"At a rate of {worst:g} ReLU gets {-IMAGES * costs.loc[worst, 'gap']:,.0f} of "
        f"{IMAGES:,} images fewer right than a network with as many units dead from the start."
        if below
        else "Accuracy by the share of dead units: killed from the start, and killed by the rate.",
        "Lines: a share of the units was dead from the start, at the rate of the line; mean and "
        "95 % interval. Points: every run and the means; the colour is the rate, as written beside "
        "those of ReLU. What lies below the line of the good rate, the rate did, and not the "
        "death.",
    )


def _drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Return runs with what is drawn of them: ``percent`` dead and ``error``, in percent."""
    return rows.assign(percent=100 * rows["dead_end"], error=100 * (1 - rows["accuracy"]))


def _draw_line(axes: Axes, rows: pd.DataFrame, look: Look, rate: float) -> None:
    """Draw error over share of networks that were harmed at one rate, their band, and its name."""
    band = intervals_by(rows["error"], rows["dead_share"])
    percent = rows.groupby("dead_share")["percent"].mean()[band.index]
    low = band["low"].clip(lower=0.1)
    axes.fill_between(percent, low, band["high"], color=look.colour, alpha=0.2, lw=0)
    line, width = ("-", 2.0) if rate == DEFAULT_LEARNING_RATE else ("--", 1.3)
    name = f"dead from the start, rate {rate:g}"
    axes.plot(percent, band["mean"], line, color=look.colour, lw=width, label=name)


@parts.of_page
def death_by_rate(runs: Runs, hidden: Sequence[str] | None = None) -> Picture:
    """Draw accuracy, and the share of units without a gradient, over the rate, a line a function.

    Args:
        runs: Runs at several rates.
        hidden: Functions that are shown, by default all.

    Raises:
        ValueError: None of the functions is recorded.
    """
    rows = death.judged_runs(runs)
    names = recorded_values(rows, hidden or default_selection(rows, USED), "hidden")
    rows = _drawn(rows[rows["hidden"].isin(names)])
    rows["lost"] = 100 * rows["gradient_dead_end"]
    figure, grid = parts.panels(
        ["error", "lost"], 1, 1.9, xlabel="learning rate, log scale", sharey=False
    )
    for place, name in enumerate(names):
        own, look = rows[rows["hidden"] == name], look_of(name, place)
        for column, axes in grid.items():
            marker = look.marker
            parts.draw_bands(axes, own, "learning_rate", column, look, spelled(name), marker=marker)
    relu, counted = rows[rows["hidden"] == "relu"], Look(QUIET, "x", ":")
    parts.draw_bands(grid["lost"], relu, "learning_rate", "percent", counted,
                     "ReLU, 0 on all training images", marker=counted.marker)  # fmt: skip
    titles = {
        "error": "test accuracy (%), log scale of the error",
        "lost": "units whose slope is next to 0 on a thousand images (%)",
    }
    for column, axes in grid.items():
        axes.axvline(DEFAULT_LEARNING_RATE, color=INK, ls="--", lw=0.8)
        axes.set_xscale("log")
        parts.plain_ticks(axes.xaxis, sorted(rows["learning_rate"].unique()))
        axes.set_title(textwrap.fill(titles[column], 42 if parts.is_narrow() else 100))
    accuracy_axis(grid["error"], rows["error"])
    grid["lost"].set_ylim(-2, 102)
    parts.legend(figure, grid["lost"])
    means = rows.groupby(["hidden", "learning_rate"])[["error", "lost"]].mean()
    ends = {name: means.loc[name].iloc[[0, -1]].to_numpy() for name in names}
    said = [
        f"{spelled(name)} from {first[1]:.0f} to {last[1]:.0f} % without gradient and from "
        f"{100 - first[0]:.2f} to {100 - last[0]:.2f} % accuracy"
        for name, (first, last) in ends.items()
    ]
    highest = [f"{spelled(name)} {100 - last[0]:.1f} %" for name, (_, last) in ends.items()]
    return Picture(
        figure,
        f"From the lowest rate to the highest: {'; '.join(said)}.",
        f"At the highest rate, {rows['learning_rate'].max():g}, so much is right: "
        f"{listed(highest)}.",
        "Mean over seeds and 95 % interval. Dashed: Keras's default. A slope next to 0 is one "
        "below a millionth on every image. Dotted, in grey: units of ReLU that are 0 on every "
        "training image.",
    )
