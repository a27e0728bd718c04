"""What the probes show: units over the epochs, calibration by confidence, and their tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from activation_study.measures.metrics import metric_of
from activation_study.report.analysis.outputs import null_band
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import INK, SERIES
from activation_study.report.drawing.picture import Picture
from activation_study.report.tables.table import Table

if TYPE_CHECKING:
    from activation_study.probes.calibrated import Reliability

_DRAWN = ("dead", "gradient_dead", "saturated", "dormant_025")
_TICKS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 0.999, 0.9999)
_MOST_LINES = len(SERIES)


@parts.of_page
def working_units(table: pd.DataFrame, examples: int) -> Picture:
    """Draws the shares of units that have stopped working, over the epochs.

    Args:
        table: As `DeadUnits.table`.
        examples: Number in the probe set.
    """
    last = table[table["epoch"] == table["epoch"].max()]
    worst = last.sort_values("dead", ascending=False, kind="stable")
    shown = [name for name in last["name"] if name in set(worst["name"][:_MOST_LINES])]
    titles = {name: f"{metric_of(name).label} (%)" for name in _DRAWN}
    figure, grid = parts.panels(list(titles.values()), 2, 1.7, xlabel="epochs trained")
    for measure, title in titles.items():
        axes = grid[title]
        for name, look in zip(shown, SERIES, strict=False):
            own = table[table["name"] == name]
            axes.plot(own["epoch"], 100 * own[measure], look.marker, ls=look.line,
                      color=look.colour, label=name, clip_on=False)  # fmt: skip
        axes.set_title(title)
        axes.set_ylim(0, 100)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    parts.legend(figure, axes)
    epoch, most = int(last["epoch"].iloc[0]), worst.iloc[0]
    when = f"after {epoch} epoch{'s' * (epoch != 1)}" if epoch else "before the first step"
    layers = "the hidden layer" if len(last) == 1 else f"all {len(last)} hidden layers"
    if len(shown) < len(last):
        layers = f"the {len(shown)} of {len(last)} hidden layers with the most dead units"
    found = f"Most dead units {when}: {most['name']}, {metric_of('dead').shown(most['dead'])}."
    return Picture(
        figure,
        f"Shares of units over the epochs, {layers}. {found}",
        found,
        f"Shares of {layers}, counted on {examples:,} examples; epoch 0 is before the first step.",
    )


def last_look(table: pd.DataFrame) -> Table:
    """Lists the hidden layers as the last look found them."""
    epoch = int(table["epoch"].max())
    last = table[table["epoch"] == epoch]
    frame = last[["name", "units"]].rename(columns={"name": "layer"})
    for name in _DRAWN:
        frame[f"{metric_of(name).label} (%)"] = [
            "" if np.isnan(share) else f"{100 * share:.1f}" for share in last[name]
        ]
    when = f"After {epoch} epoch{'s' * (epoch != 1)}." if epoch else "Before the first step."
    return Table(frame, when, stacks=True)


@parts.of_page
def calibration(found: Reliability) -> Picture:
    """Draws accuracy minus confidence in each bin, with what a calibrated classifier would show."""
    bins = found.bins
    figure, grid = parts.panels(
        ["bins"],
        1,
        2.6,
        xlabel="confidence (%), stretched towards 0 and 100",
        ylabel="accuracy minus confidence (points)",
    )
    axes = grid["bins"]
    low, high = null_band(bins["confidence"], bins["count"])
    # A logit axis has no room for what is surer than that.
    centres = bins["confidence"].clip(upper=1 - 1e-5)
    axes.fill_between(centres, 100 * low, 100 * high, color=INK, alpha=0.12, lw=0)
    axes.axhline(0, color=INK, lw=0.8)
    points = 100 * (bins["accuracy"] - bins["confidence"])
    axes.plot(centres, points, SERIES[0].marker, ls="-", color=SERIES[0].colour, clip_on=False)
    axes.set_xscale("logit")
    ticks = [tick for tick in _TICKS if centres.iloc[0] * 0.9 <= tick <= centres.iloc[-1]]
    ticks = ticks[:: 2 if parts.is_narrow() and len(ticks) > 6 else 1] or [centres.iloc[0]]
    axes.set_xticks(ticks, [f"{100 * tick:.4g}" for tick in ticks])
    axes.minorticks_off()
    outside = int(((points < 100 * low) | (points > 100 * high)).sum())
    return Picture(
        figure,
        f"Accuracy minus confidence in {len(bins)} bins of {found.examples:,} examples, of which "
        f"{outside} lie outside of what a calibrated classifier would show. {found.finding}",
        found.finding,
        "Below the line it is too sure of itself, above it is not sure enough. Each bin has as "
        "many examples; shaded: 95 % of what a classifier shows whose confidences are right.",
    )
