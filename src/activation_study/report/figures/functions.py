"""Pictures of functions: the catalogue of activations, and softmax at work.

Nothing here reads a run; pictures of runs are in `figures`. Everything drawn is computed when it is
drawn, and the alternative text is derived from the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, NullFormatter

from activation_study.catalogue import activations
from activation_study.catalogue.activations.registry import Activation
from activation_study.registry import listed
from activation_study.report.demonstrations.softmax import distance_to_argmax, softmax
from activation_study.report.figures import parts
from activation_study.report.figures.picture import Picture

SCORES = np.linspace(-4.0, 4.0, 321)
"""Where activations are drawn; holds 0 and every kink and jump of the catalogue."""

SHOWN = (-2.5, 4.5)
"""Limits of the vertical axis, the same in every small picture."""

_COLUMNS = 4
_STYLES = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class Curve:
    """An activation on a line of scores.

    Attributes:
        scores: shape (points,).
        values: outputs, same shape.
        slopes: derivatives by the unit's own score, same shape.
    """

    scores: np.ndarray
    values: np.ndarray
    slopes: np.ndarray


def curve(entry: Activation, scores: np.ndarray = SCORES) -> Curve:
    """Return an activation as a function of one score.

    Layerwise: the first of two units, the other score 0. Learned: at the initial parameters; for
    maxout one unit, whose second piece is 0.

    Args:
        entry: of the catalogue.
        scores: shape (points,).
    """
    rows = scores[:, None]
    if entry.kind == "layerwise" or entry.width_factor > 1:
        rows = np.hstack([rows, np.zeros_like(rows)])
    values, slopes = np.asarray(entry(rows)), np.asarray(entry.slope(rows))
    return Curve(scores, values[:, 0], slopes[:, 0])


def broken_at_jumps(scores: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a line with a gap wherever neighbouring values lie too far apart to be joined."""
    jumps = np.flatnonzero(np.abs(np.diff(values)) > 5 * np.diff(scores)) + 1
    return np.insert(scores, jumps, np.nan), np.insert(values, jumps, np.nan)


def catalogue(names: Sequence[str | Callable[..., Any]] | None = None) -> Picture:
    """Draw activations as small multiples: function and derivative, on common axes.

    Args:
        names: of the catalogue, or functions of one's own; None for every built-in entry.
    """
    entries = [activations.get(name) for name in names or activations.built_in_names()]
    with parts.style():
        figure, all_axes = parts.grid_of_axes(len(entries), _COLUMNS, height=1.3)
        for axes, entry in zip(all_axes, entries, strict=True):
            _draw_small(axes, entry)
        parts.label_outside(all_axes, "score z", "")
        handles, labels = all_axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=2)
        return Picture(figure, _catalogue_alt(entries))


def _draw_small(axes: Axes, entry: Activation) -> None:
    drawn = curve(entry)
    lines = (("function f", drawn.values), ("derivative f'", drawn.slopes))
    for place, (label, values) in enumerate(lines):
        axes.plot(
            *broken_at_jumps(drawn.scores, values),
            label=label,
            color=parts.COLOURS[place],
            linestyle=_STYLES[place],
            marker=parts.MARKERS[place],
            # Where the two lines coincide, their markers still alternate.
            markevery=(20 * place, 40),
            markersize=2.5,
            linewidth=1.3,
        )
    axes.set_title(entry.name, fontsize=7.5, pad=4)
    axes.set(xlim=(-4, 4), ylim=SHOWN, xticks=(-4, 0, 4), yticks=(-2, 0, 2, 4))
    axes.tick_params(labelsize=7.5)


def _catalogue_alt(entries: Sequence[Activation]) -> str:
    def counted(chosen: list[str]) -> str:
        return f"{len(chosen)} ({listed(chosen)})" if chosen else "none"

    low, high = SCORES[[0, -1]]
    return (
        f"{len(entries)} small plots, one for each activation, of the function (solid) and its "
        f"derivative (dashed) for scores from {low:g} to {high:g}. "
        f"Bounded: {counted([entry.name for entry in entries if entry.bounded])}. "
        f"Not monotone: {counted([entry.name for entry in entries if not entry.monotone])}. "
        f"With a jump: {counted([entry.name for entry in entries if not entry.continuous])}."
    )


def temperature(scores: Sequence[float] = (2.0, 1.5, 0.5, -1.0)) -> Picture:
    """Draw softmax over a sweep of temperatures, and its distance to arg max near a tie.

    Args:
        scores: two to four, one for each class, without a tie at the top.

    Raises:
        ValueError: there are fewer or more scores.
    """
    if not 2 <= len(scores) <= len(_STYLES):
        raise ValueError(
            f"temperature: received {len(scores)} scores, accepted are 2 to {len(_STYLES)}, "
            "as many as there are line styles to tell the classes apart"
        )
    with parts.style():
        figure, (sweep, near_tie) = plt.subplots(1, 2, figsize=(7.2, 3.2))
        sweep_alt = _draw_sweep(sweep, np.array(scores, dtype=float))
        near_tie_alt = _draw_near_tie(near_tie)
        return Picture(figure, f"Two plots. Left: {sweep_alt} Right: {near_tie_alt}")


def _draw_line(axes: Axes, place: int, x: np.ndarray, y: np.ndarray, label: str) -> None:
    axes.plot(
        x,
        y,
        label=label,
        color=parts.COLOURS[place],
        linestyle=_STYLES[place],
        marker=parts.MARKERS[place],
        markevery=(len(x) // 24 * place, len(x) // 6),
        markersize=4,
    )


def _draw_sweep(axes: Axes, scores: np.ndarray) -> str:
    temperatures = np.geomspace(10.0, 0.05, 121)
    outputs = np.array([softmax(scores, float(value)) for value in temperatures])
    for place, score in enumerate(scores):
        _draw_line(axes, place, temperatures, outputs[:, place], f"score {score:g}")
    axes.set_xscale("log")
    ticks = (10, 3, 1, 0.3, 0.1)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(FixedFormatter([f"{tick:g}" for tick in ticks]))
    axes.xaxis.set_minor_formatter(NullFormatter())
    # Sharper to the right, as the temperature falls.
    axes.set(xlim=(10.0, 0.05), ylim=(-0.03, 1.03), xlabel="temperature T, falling")
    axes.set(ylabel="output of softmax(z / T)", title="Fixed scores")
    axes.legend()
    return (
        f"outputs of softmax for scores {listed([f'{score:g}' for score in scores])} as the "
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
        _draw_line(axes, place, gaps, distances[place], f"T = {value:g}")
    axes.set(xlim=(-1, 1), ylim=(-0.03, 0.72), xlabel="gap between two scores")
    axes.set(ylabel="distance to arg max", title="Two classes: narrower, never lower")
    axes.legend(loc="upper center", ncols=2)
    return (
        f"distance of two-class softmax to arg max against the gap of the scores, for temperatures "
        f"{listed([f'{value:g}' for value in temperatures])}; at a gap of {gaps[-1]:g} it "
        f"goes from {distances[0][-1]:.2g} to {distances[-1][-1]:.2g}, next to a gap of 0 it is at "
        f"least {min(line.max() for line in distances):.2f} at every temperature."
    )
