"""A figure of the signs of gradients, beside how fast the functions learn."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from activation_study.catalogue.spelling import with_minus
from activation_study.engine.records.records import Runs
from activation_study.registry import listed
from activation_study.report.analysis.hidden_layers.centring import (
    by_function,
    learning,
    rank_correlations,
)
from activation_study.report.analysis.statistics import intervals_by
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import GROUND, INK, look_of, spelled
from activation_study.report.drawing.picture import Picture

CHANCE = 100 * math.sqrt(2 / (math.pi * 128))
"""Agreement in percent of 128 signs that are drawn at random, in the mean."""


@parts.of_page
def signs(record: Mapping[str, Runs]) -> Picture:
    """Draw how far a unit's gradients agree in sign, and how high the learning curve lies.

    Args:
        record: Study -> its runs; ``centring`` and ``centring-momentum`` are shown.
    """
    frame = learning(record)
    means = by_function(frame)
    ways = list(dict.fromkeys(frame["way"]))
    figure, grid = parts.panels(
        ways, 2, 2.9, xlabel="agreement of a unit's gradients in sign, in a minibatch (%)",
        ylabel="mean validation accuracy from epoch 1 on (%)",
    )  # fmt: skip
    said = []
    for way, axes in grid.items():
        own = frame[frame["way"] == way]
        heights = intervals_by(100 * own["height"], own["hidden"]).clip(0, 100)
        across = 100 * means.loc[way]["sign_minibatch"]
        for name in heights.index:
            look = look_of(name)
            axes.vlines(across[name], heights["low"][name], heights["high"][name],
                        color=look.colour, lw=1.4)  # fmt: skip
            axes.plot(across[name], heights["mean"][name], look.marker, color=look.colour,
                      mec=GROUND, mew=0.5)  # fmt: skip
        axes.axvline(CHANCE, color=INK, lw=0.8, ls="--")
        axes.set_title(way)
        axes.set_xlim(0, 108)
        said += [
            f"{spelled(name)}, {way}: agreement {across[name]:.0f} %, {heights['mean'][name]:.2f} %"
            for name in heights.index
        ]
    low, high = axes.get_ylim()
    # Names need room, and must find the scale that they will be read on.
    axes.set_ylim(low, high + 0.12 * (high - low))
    for way, axes in grid.items():
        named = 100 * means.loc[way]
        _name_points(axes, named["sign_minibatch"], named["height"])
    ranks = rank_correlations(frame)
    found = [with_minus(f"{rank:+.2f} by {way}") for way, rank in ranks.items()]
    return Picture(
        figure,
        f"Mean height of the learning curve over agreement in sign. {'; '.join(said)}.",
        "Rank correlation of agreement in sign with learning: "
        f"{listed(found).replace('by momentum', 'with momentum')}."
        if found
        else "Agreement in sign, and how high the learning curve lies.",
        "A mark is a function at its own rate: mean over seeds, and 95 % interval of the height. "
        f"Dashed: what {128} random signs would show.",
    )


def _name_points(axes: Axes, across: pd.Series, heights: pd.Series) -> None:
    """Write names beside points, away from the nearer side, each at a height of its own."""
    low, high = axes.get_ylim()
    # Names need some 12 points each; a panel of 2.9 inches has about 160 for its data.
    least, middle = (high - low) * 12 / 160, sum(axes.get_xlim()) / 2
    ordered = heights.sort_values()
    places = ordered.to_numpy().copy()
    for place in range(1, len(places)):
        places[place] = max(places[place], places[place - 1] + least)
    # What would leave the panel is pushed down again, from the top.
    places[-1] = min(places[-1], high - least / 2)
    for place in range(len(places) - 2, -1, -1):
        places[place] = min(places[place], places[place + 1] - least)
    for name, place in zip(ordered.index, places, strict=True):
        is_left = across[name] > middle
        end = across[name] + (-5 if is_left else 5)
        axes.plot([across[name], end], [ordered[name], place], color=INK, alpha=0.3, lw=0.6)
        axes.text(end, place, f" {spelled(name)} ", color=look_of(name).colour, fontsize=8,
                  va="center", ha="right" if is_left else "left")  # fmt: skip
