"""Pictures of functions: the catalogue of activations, and softmax at work.

Nothing here reads a run. Everything drawn is computed when it is drawn, and the alternative text is
derived from the same numbers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from activation_study.catalogue import activations
from activation_study.catalogue.activations.registry import Activation
from activation_study.catalogue.spelling import with_minus
from activation_study.registry import listed
from activation_study.report.demonstrations.softmax import distance_to_argmax, softmax
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import FAMILIES, INK, SERIES, USED, look_of, spelled
from activation_study.report.drawing.picture import Picture

SCORES = np.linspace(-4.0, 4.0, 321)
"""Where activations are drawn; holds 0 and every kink and jump of the catalogue."""

CLASS_SCORES = np.array([2.0, 1.5, 0.5, -1.0])


def curve(entry: Activation, scores: np.ndarray = SCORES) -> tuple[np.ndarray, np.ndarray]:
    """Return an activation as a function of one score, and its derivative by that score.

    Layerwise: the first of two units, the other score 0. Learned: at the initial parameters; for
    maxout one unit, whose second piece is 0.

    Args:
        entry: of the catalogue.
        scores: shape (points,), that of both results.
    """
    rows = scores[:, None]
    if entry.kind == "layerwise" or entry.width_factor > 1:
        rows = np.hstack([rows, np.zeros_like(rows)])
    return np.asarray(entry(rows))[:, 0], np.asarray(entry.slope(rows))[:, 0]


def broken_at_jumps(scores: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a line with a gap wherever neighbouring values lie too far apart to be joined."""
    steepest = 5 * np.maximum(1.0, np.abs(values[1:]))
    jumps = np.flatnonzero(np.abs(np.diff(values)) > steepest * np.diff(scores)) + 1
    return np.insert(scores, jumps, np.nan), np.insert(values, jumps, np.nan)


@parts.of_page
def catalogue(names: Sequence[str | Callable[..., Any]] | None = None) -> Picture:
    """Draw activations as small multiples, function and derivative; a row of panels has one scale.

    Args:
        names: of the catalogue, or functions of one's own; None for those that people use, the
            others folded, by family.
    """
    if names:
        return _catalogue({"": [activations.get(name) for name in names]})
    used = [activations.get(name) for name in USED]
    groups = {
        "Without an upper end": [entry for entry in used if not entry.bounded],
        "Between two ends": [entry for entry in used if entry.bounded],
    }
    families = {
        family: [activations.get(name) for name in members if name not in USED]
        for family, (_, members) in FAMILIES.items()
    }
    rest = f"The other {sum(map(len, families.values()))} activations, by family"
    drawn = parts.of_page(_catalogue)
    return dataclasses.replace(
        _catalogue(groups),
        title=f"{len(groups['Without an upper end'])} of the {len(used)} activations that people "
        "use have no upper end.",
        more=(rest, lambda: drawn(families)),
    )


def _catalogue(groups: dict[str, list[Activation]]) -> Picture:
    groups = {name: entries for name, entries in groups.items() if entries}
    columns = 3 if parts.is_narrow() else 5
    sizes = [-(-len(entries) // columns) for entries in groups.values()]
    width = plt.rcParams["figure.figsize"][0]
    figure = plt.figure(figsize=(width, 0.3 + 1.0 * sum(sizes) + 0.3 * len(sizes)))
    bands = figure.subfigures(len(sizes), 1, height_ratios=[size + 0.3 for size in sizes])
    for band, size, (name, entries) in zip(np.ravel([bands]), sizes, groups.items(), strict=True):
        # A cap at 6 is to be seen where there is one.
        scores = np.linspace(-4.0, 8.0, 481) if _has_cap(entries) else SCORES
        grid = band.subplots(size, columns, sharex=True, sharey=True, squeeze=False)
        for axes in grid.flat[len(entries) :]:
            axes.remove()
        for axes, entry in zip(grid.flat, entries, strict=False):
            function, derivative = curve(entry, scores)
            colour = look_of(entry.name).colour
            axes.plot(*broken_at_jumps(scores, derivative), color=INK, ls="--", lw=0.8)
            axes.plot(*broken_at_jumps(scores, function), color=colour, lw=2)
            axes.set_title(spelled(entry.name), fontsize=8.5, pad=3)
            axes.set(xlim=(scores[0], scores[-1]), xticks=np.arange(scores[0], scores[-1] + 1, 4))
        low, high = axes.get_ylim()
        axes.set_ylim(max(low, -4.2), min(high, 8.2))
        grid[0, 0].set_ylabel("f, f'", rotation=0, ha="right")
        band.suptitle(name, x=0.01, ha="left")
    every = [entry for entries in groups.values() for entry in entries]
    traits = {
        "Bounded": [entry.name for entry in every if entry.bounded],
        "Not monotone": [entry.name for entry in every if not entry.monotone],
        "With a jump": [entry.name for entry in every if not entry.continuous],
    }
    counts = [
        f"{what}: {f'{len(names)} ({listed(names)})' if names else 'none'}."
        for what, names in traits.items()
    ]
    return Picture(
        figure,
        f"{len(every)} small plots, one for each activation, of the function (solid) and its "
        f"derivative (dashed). {' '.join(counts)}",
        caption="The function f (in colour) and its derivative f' (dashed) over the score z. "
        "Vertical scales differ between groups.",
    )


def _has_cap(entries: Sequence[Activation]) -> bool:
    """Whether the flat part of a function lies beyond the usual scores."""
    return any(entry.bounded and entry.range[1] > SCORES[-1] for entry in entries)


@parts.of_page
def temperature() -> Picture:
    """Draw softmax over a sweep of temperatures, and its distance to arg max near a tie."""
    figure, grid = parts.panels(["sweep", "near a tie"], 2, 2.8, sharex=False, sharey=False)
    sweep, near_tie = grid.values()
    return Picture(
        figure,
        f"Two plots. Left: {_draw_sweep(sweep)} Right: {_draw_near_tie(near_tie)}",
        "The lower the temperature, the nearer softmax comes to arg max, and never at a tie.",
        "Softmax of four fixed scores as the temperature falls, and how far softmax of two classes "
        "is from arg max.",
    )


def _draw_sweep(axes: Axes) -> str:
    temperatures = np.geomspace(10.0, 0.05, 121)
    outputs = np.array([softmax(CLASS_SCORES, float(value)) for value in temperatures])
    said = [with_minus(f"{score:g}") for score in CLASS_SCORES]
    for place in range(len(CLASS_SCORES)):
        _draw(axes, place, temperatures, outputs[:, place], f"score {said[place]}")
    axes.set(xscale="log", xlabel="temperature T, log scale, falling →")
    axes.set_ylabel("output of softmax(z / T)")
    parts.plain_ticks(axes.xaxis, (10, 3, 1, 0.3, 0.1))
    # Sharper to the right, as the temperature falls.
    axes.set(xlim=(10.0, 0.05), ylim=(-0.03, 1.03), title="Fixed scores")
    axes.legend()
    return (
        f"outputs of softmax for scores {listed(said)} as the "
        f"temperature falls from {temperatures[0]:g} to {temperatures[-1]:g}; the largest goes "
        f"from {outputs[0].max():.2f} to {outputs[-1].max():.2f}, the smallest from "
        f"{outputs[0].min():.2f} to {outputs[-1].min():.2f}."
    )


def _draw(axes: Axes, place: int, x: np.ndarray, y: np.ndarray, label: str) -> None:
    axes.plot(x, y, ls=SERIES[place].line, color=SERIES[place].colour, label=label)


def _draw_near_tie(axes: Axes) -> str:
    # An even number of points: at a gap of exactly 0 there is no single arg max.
    gaps = np.linspace(-1.0, 1.0, 800)
    temperatures = (1.0, 0.3, 0.1, 0.03)
    distances = [distance_to_argmax(gaps, value) for value in temperatures]
    for place, value in enumerate(temperatures):
        _draw(axes, place, gaps, distances[place], f"T = {value:g}")
    axes.set(xlim=(-1, 1), ylim=(-0.03, 0.72), xlabel="gap between two scores")
    axes.set(ylabel="distance to arg max", title="Two classes: narrower, never lower")
    axes.legend(loc="upper center", ncols=2)
    return (
        f"distance of two-class softmax to arg max against the gap of the scores, for temperatures "
        f"{listed([f'{value:g}' for value in temperatures])}; at a gap of {gaps[-1]:g} it "
        f"goes from {distances[0][-1]:.2g} to {distances[-1][-1]:.2g}, next to a gap of 0 it is at "
        f"least {min(line.max() for line in distances):.2f} at every temperature."
    )
