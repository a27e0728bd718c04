"""What a trial draws: the function, and the comparison with ReLU by setting and by rate."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from activation_study.catalogue import activations
from activation_study.catalogue.activations.entry import Activation
from activation_study.catalogue.spelling import with_minus
from activation_study.registry import listed
from activation_study.report.claims.box.wording import IMAGES, Amounts
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import INK, QUIET, SERIES, Look, spelled
from activation_study.report.drawing.picture import Picture
from activation_study.report.figures.functions import broken_at_jumps, curve
from activation_study.trial.findings import ACCURACY, Against, Findings
from activation_study.trial.plan import REFERENCE

_SCORES = np.linspace(-6.0, 6.0, 601)
_OWN = SERIES[1]
_TALLEST = 8.0
_COLOURS = {"ahead": SERIES[0], "behind": SERIES[1], "same": SERIES[2]}


@parts.of_page
def function(entry: Activation) -> Picture:
    """Draw an activation and its derivative, ReLU's in grey behind them."""
    figure, grid = parts.panels(["function", "derivative"], 2, 2.2, sharey=False)
    lines = {}
    for other in (activations.get(REFERENCE), entry):
        for (name, axes), values in zip(grid.items(), curve(other, _SCORES), strict=True):
            is_own = other is entry
            axes.plot(
                *broken_at_jumps(_SCORES, values),
                color=_OWN.colour if is_own else QUIET, lw=2.2 if is_own else 1.2,
                ls="-" if is_own else "--", label=spelled(other.name),
            )  # fmt: skip
            lines[name] = values
            axes.set_title({"function": "f(z)", "derivative": "f '(z)"}[name])
    for name, axes in grid.items():
        axes.axhline(0, color=INK, lw=0.6)
        axes.set(xlim=(-6, 6), xlabel="score z")
        low, high = axes.get_ylim()
        axes.set_ylim(max(low, -_TALLEST), min(high, _TALLEST))
        if np.ptp(lines[name]) == 0:
            axes.set_ylim(min(low, -0.5), max(high, 1.5))
    parts.legend(figure, grid["function"])
    ends = {
        name: with_minus(f"{values[0]:.3g} at -6, {values[300]:.3g} at 0, {values[-1]:.3g} at 6")
        for name, values in lines.items()
    }
    return Picture(
        figure,
        f"{spelled(entry.name)}: function {ends['function']}; derivative {ends['derivative']}.",
        caption=f"The function and its derivative over the score z; dashed: {spelled(REFERENCE)}.",
    )


@parts.of_page
def settings(found: Findings) -> Picture:
    """Draw how far the activation is ahead of ReLU in each setting, with its interval."""
    return _against(found.settings, found, "in each setting")


@parts.of_page
def rates(found: Findings) -> Picture:
    """Draw how far it is ahead of ReLU where both have one learning rate."""
    table = {f"rate {rate}": row for rate, row in found.by_rate.items()}
    return _against(table, found, "where both have the same learning rate")


def _against(table: Mapping[str, Against], found: Findings, where: str) -> Picture:
    rows = list(table.values())
    frame = pd.DataFrame([(row.effect, row.low, row.high) for row in rows])
    drawn = IMAGES * frame.set_axis(["effect", "low", "high"], axis=1)
    names = [f"{name} ({row.lost} lost)" if row.lost else name for name, row in table.items()]
    figure, (axes,) = parts.rows(names, height=0.3)
    margin = IMAGES * found.margin
    parts.draw_margin(axes, margin)
    looks = [_COLOURS.get(row.answer, Look(QUIET)) for row in rows]
    parts.draw_intervals(axes, drawn, "effect", range(len(drawn)), looks)
    axes.margins(x=0.06)
    label = f"test images of {IMAGES:,}, more than with {spelled(REFERENCE)}"
    if drawn.abs().to_numpy().max() > 12 * margin:
        _symlog(axes, drawn.to_numpy(), margin)
        label += ", log scale beyond the band"
    parts.label_x(axes, f"{label}, better →")
    number = Amounts(ACCURACY).number
    said = [
        f"{name} {number(row.effect)} ({number(row.low)} to {number(row.high)}), {row.answer}"
        for name, row in table.items()
    ]
    own, theirs = spelled(found.subject.name), spelled(REFERENCE)
    return Picture(
        figure,
        f"{own} against {theirs} {where}: {listed(said)}.",
        caption=f"{own} minus {theirs} {where}, in test images of {IMAGES:,}: mean over paired "
        "seeds and 95 % interval. Blue: ahead, orange: behind, green: as good, grey: not told "
        "apart. Shaded: too small to matter.",
    )


def _symlog(axes: plt.Axes, values: np.ndarray, margin: float) -> None:
    """Make the axis logarithmic beyond the margin, on both sides."""
    axes.set_xscale("symlog", linthresh=margin, linscale=0.8)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    axes.set_xlim(min(1.4 * low, -2 * margin), max(1.4 * high, 2 * margin))
    powers = (1, 10, 100) if parts.is_narrow() else (1, 5, 25, 100, 250)
    steps = [sign * margin * power for power in powers for sign in (-1, 1)]
    ticks = sorted([0.0, *(step for step in steps if 1.2 * low <= step <= 1.2 * high)])
    parts.plain_ticks(axes.xaxis, ticks, "{:+g}")
