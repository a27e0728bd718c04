"""Figures of units that die: their histories, causes and rescues; and of those that never lived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.registry import listed
from activation_study.report.analysis.hidden_layers import death
from activation_study.report.demonstrations.born_dead import NUM_BUILT, NUM_DRAWN
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import GROUND, INK, QUIET, SERIES, Look
from activation_study.report.drawing.picture import Picture
from activation_study.report.figures.hidden_layers.doses import accuracy_axis

PHASES = {
    "none": "the same rate",
    "lower_rate": "the default rate",
    "redraw_dead": "the default rate and dead units drawn anew",
    "swap_leaky_relu": "the default rate and leaky ReLU",
}
"""What is done after the epochs at a high rate, and how it is called."""

_LOOKS = dict(zip(PHASES, (Look(QUIET, "o", "--"), *SERIES[:3]), strict=True))


@parts.of_page
def life_histories(runs: Runs, rates: Sequence[float] = (1e-3, 1e-2, 3.16e-2)) -> Picture:
    """Draw when units were dead: a panel a rate and layer, a row a unit, filled where it was dead.

    One run is drawn for each rate, that of the lowest seed.

    Args:
        runs: Runs of ReLU networks at several rates.
        rates: Those that are shown; what is not recorded is left out.
    """
    rows = death.judged_runs(runs)
    rows = rows[(rows["hidden"] == "relu") & rows["learning_rate"].isin(rates)]
    if rows.empty:
        raise IncompleteRecordError("no run at these rates is recorded yet")
    seed, width = rows["seed"].min(), int(rows["width"].max())
    shown = sorted(rows["learning_rate"].unique())
    lives = {rate: death.histories(runs, rate) for rate in shown}
    layers = range(1, int(rows["depth"].max()) + 1)
    panels = {f"{layer} {rate}": (layer, rate) for layer in layers for rate in shown}
    figure, grid = parts.panels(
        list(panels), len(shown), 1.7, narrow=len(shown), xlabel="epoch",
        ylabel=f"the {width} units of a layer",
    )  # fmt: skip
    last = int(rows["epochs"].max())
    for (layer, rate), axes in zip(panels.values(), grid.values(), strict=True):
        own = lives[rate]
        own = own[(own["seed"] == seed) & (own["layer"] == layer)]
        _draw_lives(axes, list(own.sort_values(["died", "dead"], ascending=[True, False])["dead"]))
        axes.set(xlim=(-0.5, last + 0.5), ylim=(width, 0))
        axes.set_yticks([])
        axes.grid(visible=False)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        between = "\n" if parts.is_narrow() else ", "
        axes.set_title(f"layer {layer}{between}rate {rate:g}")
    means = rows.groupby("learning_rate")[["revived_first", "revived_last"]].mean().dropna()
    said = [
        f"at rate {rate:g} {100 * first:.0f} % of the first layer's and {100 * final:.0f} % of the "
        "last layer's"
        for rate, first, final in means.itertuples()
    ]
    middle = [rate for rate in means.index if rate == rates[len(rates) // 2]] or list(means.index)
    title = "When units were dead: filled, a row a unit."
    if middle:
        first, final = 100 * means.loc[middle[0]]
        title = (
            f"Of the units that are dead after epoch 1 at a rate of {middle[0]:g}, {first:.0f} % "
            f"of the first layer fire again by the end, and {final:.0f} % of the last."
        )
    return Picture(
        figure,
        "Of the units dead after epoch 1, so many fire again on some training image at the end: "
        f"{'; '.join(said) or 'none were dead'}.",
        title,
        "Filled: the unit was 0 on all thousand images of the probe, at birth (0) and after each "
        f"epoch. One run a rate. The numbers are of all {rows['seed'].nunique()} seeds and of all "
        "training images.",
    )


def _draw_lives(axes: Axes, lives: Sequence[str]) -> None:
    """Draw a stroke for each stretch of looks at which a unit was dead, all of them as one line."""
    xs: list[float] = []
    ys: list[float] = []
    for place, dead in enumerate(lives):
        ends = np.flatnonzero(np.diff([0, *map(int, dead), 0]))
        for start, end in ends.reshape(-1, 2):
            xs += [start - 0.5, end - 0.5, np.nan]
            ys += [place + 0.5] * 3
    axes.plot(xs, ys, color=INK, lw=1.0, solid_capstyle="butt")


@parts.of_page
def death_causes(record: Mapping[str, Sequence[Runs]]) -> Picture:
    """Draw how many units end dead by what was done, with the accuracy at the end of each bar.

    Args:
        record: What the networks are trained by, a panel each -> runs of studies of causes.
    """
    found = death.causes(record)
    if found.empty:
        raise IncompleteRecordError("no run of these causes is recorded yet")
    order = list(found.groupby("cause")["dead"].max().sort_values(ascending=False).index)
    panels = [trained for trained in record if (found["trained"] == trained).any()]
    figure, grid = parts.rows(order, len(panels), 0.3)
    for axes, trained in zip(grid, panels, strict=True):
        own = found[found["trained"] == trained]
        heights = own["cause"].map(order.index).to_numpy()
        percent = 100 * own[["born", "dead", "most"]]
        axes.barh(heights, percent["dead"], 0.6, color=SERIES[0].colour)
        axes.plot(percent["most"], heights, "D", color=SERIES[1].colour, mec=GROUND,
                  label="in the layer with the most", clip_on=False)  # fmt: skip
        axes.plot(percent["born"], heights, "|", color=INK, ms=10, mew=1.6, label="dead at birth")
        for height, end, right in zip(heights, percent.max(axis=1), own["accuracy"], strict=True):
            axes.annotate(f"{100 * right:.2f} %", (end, height), (7, 0), va="center",
                          textcoords="offset points")  # fmt: skip
        axes.set(xlim=(0, 130), title=trained)
        axes.set_xticks([0, 25, 50, 75, 100])
        axes.grid(visible=False, axis="y")
        parts.label_x(axes, "units that end dead (%)")
    parts.legend(figure, grid[0])
    said = [
        f"{cause}, {trained}: {100 * dead:.0f} % dead, {100 * right:.2f} % right"
        for cause, trained, dead, right in found[
            ["cause", "trained", "dead", "accuracy"]
        ].to_numpy()
    ]
    worst = found.sort_values("dead").iloc[-1]
    return Picture(
        figure,
        f"Units that are 0 on all training images at the end, of all units. {'; '.join(said)}.",
        f"The most units die with {worst['cause']} ({worst['trained']}): {100 * worst['dead']:.0f} "
        f"%, and {100 * worst['accuracy']:.2f} % of the test images are right.",
        "Bars: units of ReLU networks that are 0 on every training image at the end, in the mean "
        "over the layers. Written: test images that are right. Where no number of layers stands, "
        "there are two. 5 epochs; at other rates than the default 10.",
    )


@parts.of_page
def second_lives(runs: Runs, rate: float = 3.16e-2) -> Picture:
    """Draw accuracy and dead units by epoch, where something is changed after a high rate.

    Args:
        runs: Runs with a second phase, and such that go on as they were.
        rate: The high rate.
    """
    rows = death.judged_runs(runs)
    rows = rows[rows["learning_rate"] == rate]
    if rows.empty:
        raise IncompleteRecordError(f"no run at rate {rate:g} is recorded yet")
    phases = [phase for phase in PHASES if (rows["second_phase"] == phase).any()]
    of_runs = rows[["key", "second_phase"]]
    history = runs.history.merge(of_runs, on="key")
    history["error"] = 100 * (1 - history["validation_accuracy"])
    dead = runs.layers.groupby(["key", "epoch"], as_index=False)["dead"].mean()
    dead = dead.merge(of_runs, on="key").assign(percent=lambda rows: 100 * rows["dead"])
    figure, grid = parts.panels(["error", "percent"], 2, 2.5, xlabel="epoch", sharey=False)
    for (column, axes), frame in zip(grid.items(), (history, dead), strict=True):
        trained = frame[frame["epoch"] > 0]
        for phase in phases:
            own, look = trained[trained["second_phase"] == phase], _LOOKS[phase]
            parts.draw_bands(axes, own, "epoch", column, look, PHASES[phase], marker=look.marker)
        axes.axvline(_switch(rows) + 0.5, color=INK, lw=0.8)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    accuracy_axis(grid["error"], history.loc[history["epoch"] > 0, "error"])
    grid["error"].set_title("validation accuracy (%),\nlog scale of the error")
    grid["percent"].set_title("dead units (%), on a\nthousand images")
    grid["percent"].set_ylim(bottom=0)
    parts.legend(figure, grid["error"])
    ends = rows.groupby("second_phase")[["accuracy", "dead_end"]].mean()
    said = [
        f"{PHASES[phase]} {100 * right:.2f} % right, {100 * gone:.0f} % dead"
        for phase, right, gone in ends.loc[phases].itertuples()
    ]
    right = ends["accuracy"].sort_values()
    return Picture(
        figure,
        f"After a rate of {rate:g}, at the end, test images: {'; '.join(said)}.",
        f"After {_switch(rows)} epochs at a rate of {rate:g}, the most images are right with "
        f"{PHASES[str(right.index[-1])]}: {100 * right.iloc[-1]:.2f} % of the test images.",
        f"Up to the upright line all train at a rate of {rate:g}. Mean over seeds and 95 % "
        "interval.",
    )


def _switch(rows: pd.DataFrame) -> int:
    """Return the epochs of the first phase of the runs that have a second one."""
    return int(rows.loc[rows["second_phase"] != "none", "epochs"].max())


@parts.of_page
def born_dead(shares: pd.DataFrame) -> Picture:
    """Draw how many networks are dead before training over their width, and the bounds of that.

    Args:
        shares: As ``demonstrations.born_dead.shares`` returns them.
    """
    percent = shares.assign(**100 * shares.drop(columns=["width", "depth"]))
    figure, axes = plt.subplots()
    said = []
    for (depth, own), look in zip(percent.groupby("depth"), SERIES, strict=False):
        axes.fill_between(own["width"], own["lower"], own["upper"], color=look.colour, alpha=0.2,
                          lw=0, label=f"{depth} hidden layers, bounds")  # fmt: skip
        axes.plot(own["width"], own["drawn"], "o", color=look.colour, clip_on=False, zorder=3,
                  label=f"{depth} hidden layers, drawn")  # fmt: skip
        built = own.dropna(subset="built")
        if len(built):
            reach = (built[["low", "high"]].T - built["built"]).abs()
            # Beside what was drawn, which they would hide.
            axes.errorbar(built["width"] + 0.12, built["built"], reach, fmt="s", ms=4, color=INK,
                          lw=1.2, label=f"{depth} hidden layers, Keras")  # fmt: skip
        each = [f"{share:.2g} % with {width:g}" for width, share in own[["width", "drawn"]].values]
        of_keras = [f"{share:.2g} % with {width:g}"
                    for width, share in built[["width", "built"]].values]  # fmt: skip
        said.append(f"{depth} hidden layers: {listed(each)}"
                    + f"; of Keras {listed(of_keras)}" * bool(of_keras))  # fmt: skip
    axes.set(ylim=(0, 100), ylabel="dead before training (%)")
    axes.set_xticks(sorted(set(shares["width"])))
    parts.label_x(axes, "units of each hidden layer")
    parts.legend(figure, axes)
    least = percent[percent["depth"] == percent["depth"].min()].set_index("width")["drawn"]
    few = 2 if 2 in least.index else least.index[0]
    return Picture(
        figure,
        f"Networks that are dead before training, by units of a layer. {'. '.join(said)}.",
        f"With {few} units in each of {percent['depth'].min()} hidden layers {least[few]:.0f} % "
        f"of the networks are dead before training, with {least.index[-1]} units "
        f"{least.iloc[-1]:.1f} %.",
        f"One input, biases of 0. Bands: between the two bounds. Points: of {NUM_DRAWN:,} drawn "
        f"networks each. Squares: of {NUM_BUILT} networks that Keras built, with 95 % intervals. "
        "Nothing is trained.",
    )
