"""Pictures of functions: the catalogue of activations, and softmax at work.

Nothing here reads a run. Everything drawn is computed when it is drawn, and the alternative text is
derived from the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from activation_study.catalogue import activations
from activation_study.catalogue.activations.registry import Activation
from activation_study.registry import listed
from activation_study.report.demonstrations.softmax import distance_to_argmax, softmax
from activation_study.report.figures import parts
from activation_study.report.figures.picture import Picture

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
    jumps = np.flatnonzero(np.abs(np.diff(values)) > 5 * np.diff(scores)) + 1
    return np.insert(scores, jumps, np.nan), np.insert(values, jumps, np.nan)


@parts.of_page
def catalogue(names: Sequence[str | Callable[..., Any]] | None = None) -> Picture:
    """Draw activations as small multiples: function and derivative, on common axes.

    Args:
        names: of the catalogue, or functions of one's own; None for every built-in entry.
    """
    entries = [activations.get(name) for name in names or activations.built_in_names()]
    figure, panels = parts.panels([entry.name for entry in entries], 4, "score z", "", height=1.3)
    for axes, entry in zip(panels.values(), entries, strict=True):
        for place, values in enumerate(curve(entry)):
            label = ("function f", "derivative f'")[place]
            line = broken_at_jumps(SCORES, values)
            parts.draw_line(axes, place, *line, label, markers=8, ms=2.5, lw=1.3)
        axes.set_title(entry.name, fontsize=7.5, pad=4)
        axes.set(xlim=(-4, 4), ylim=(-2.5, 4.5), xticks=(-4, 0, 4), yticks=(-2, 0, 2, 4))
        axes.tick_params(labelsize=7.5)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=2)
    groups = {
        "Bounded": [entry.name for entry in entries if entry.bounded],
        "Not monotone": [entry.name for entry in entries if not entry.monotone],
        "With a jump": [entry.name for entry in entries if not entry.continuous],
    }
    counts = [
        f"{what}: {f'{len(names)} ({listed(names)})' if names else 'none'}."
        for what, names in groups.items()
    ]
    return Picture(
        figure,
        f"{len(entries)} small plots, one for each activation, of the function (solid) and its "
        f"derivative (dashed) for scores from {SCORES[0]:g} to {SCORES[-1]:g}. {' '.join(counts)}",
    )


@parts.of_page
def temperature() -> Picture:
    """Draw softmax over a sweep of temperatures, and its distance to arg max near a tie."""
    figure, (sweep, near_tie) = plt.subplots(1, 2, figsize=(7.2, 3.2))
    return Picture(
        figure, f"Two plots. Left: {_draw_sweep(sweep)} Right: {_draw_near_tie(near_tie)}"
    )


def _draw_sweep(axes: Axes) -> str:
    temperatures = np.geomspace(10.0, 0.05, 121)
    outputs = np.array([softmax(CLASS_SCORES, float(value)) for value in temperatures])
    for place, score in enumerate(CLASS_SCORES):
        parts.draw_line(axes, place, temperatures, outputs[:, place], f"score {score:g}", ms=4)
    axes.set(xscale="log", xlabel="temperature T, falling", ylabel="output of softmax(z / T)")
    parts.plain_ticks(axes.xaxis, (10, 3, 1, 0.3, 0.1))
    # Sharper to the right, as the temperature falls.
    axes.set(xlim=(10.0, 0.05), ylim=(-0.03, 1.03), title="Fixed scores")
    axes.legend()
    return (
        f"outputs of softmax for scores {listed([f'{score:g}' for score in CLASS_SCORES])} as the "
        f"temperature falls from {temperatures[0]:g} to {temperatures[-1]:g}; the largest goes "
        f"from {outputs[0].max():.2f} to {outputs[-1].max():.2f}, the smallest from "
        f"{outputs[0].min():.2f} to {outputs[-1].min():.2f}."
    )


def _draw_near_tie(axes: Axes) -> str:
    # An even number of points: at a gap of exactly 0 there is no single arg max.
    gaps = np.linspace(-1.0, 1.0, 800)
    temperatures = (1.0, 0.3, 0.1, 0.03)
    distances = [distance_to_argmax(gaps, value) for value in temperatures]
    for place, value in enumerate(temperatures):
        parts.draw_line(axes, place, gaps, distances[place], f"T = {value:g}", ms=4)
    axes.set(xlim=(-1, 1), ylim=(-0.03, 0.72), xlabel="gap between two scores")
    axes.set(ylabel="distance to arg max", title="Two classes: narrower, never lower")
    axes.legend(loc="upper center", ncols=2)
    return (
        f"distance of two-class softmax to arg max against the gap of the scores, for temperatures "
        f"{listed([f'{value:g}' for value in temperatures])}; at a gap of {gaps[-1]:g} it "
        f"goes from {distances[0][-1]:.2g} to {distances[-1][-1]:.2g}, next to a gap of 0 it is at "
        f"least {min(line.max() for line in distances):.2f} at every temperature."
    )
