"""Figures of signal and gradient before the first step: over the depth, and layer by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from activation_study.catalogue.spelling import superscript, with_minus
from activation_study.engine.records.records import Runs
from activation_study.registry import listed
from activation_study.report.analysis.arms import recorded_values
from activation_study.report.analysis.hidden_layers import gradients
from activation_study.report.drawing import parts
from activation_study.report.drawing.end_labels import label_ends
from activation_study.report.drawing.looks import LINES, look_of, spelled
from activation_study.report.drawing.picture import Picture

PANELS = {
    "glorot_uniform": "Keras's default (Glorot)",
    "he_normal": "He",
    "pytorch": "PyTorch's default",
    "gain": "each function's own gain",
}
"""Initializers with a panel, and what stands above it."""

MEASURES = {
    "spread": "signal on the way forward\n(spread between images)",
    "gradient": "gradient on the way back\n(norm in the layer's kernel)",
}
"""What is drawn layer by layer, and what stands above it."""


@parts.of_page
def birth_gradients(
    runs: Runs,
    initializers: Sequence[str] = tuple(PANELS),
    *,
    hidden: Sequence[str] | None = None,
) -> Picture:
    """Draw the first layer's gradient before the first step over the depth, a line a function.

    Args:
        runs: Runs of a study of functions, initializers and depths.
        initializers: With a panel each.
        hidden: Functions that are shown, by default all.

    Raises:
        ValueError: Nothing of what is wanted is recorded.
    """
    rows = gradients.at_birth(runs)
    rows = rows[(rows["layer"] == 1) & (rows["normalization"] == "none")]
    kernels = recorded_values(rows, initializers, "initializer")
    names = recorded_values(rows, hidden, "hidden")
    rows = rows[rows["hidden"].isin(names) & rows["initializer"].isin(kernels)]
    depths = np.sort(rows["depth"].unique())
    figure, grid = parts.panels(
        [PANELS[kernel] for kernel in kernels], 2, 2.5, xlabel="hidden layers, log scale",
        ylabel="gradient in the first layer, log scale",
    )  # fmt: skip
    rows = rows.assign(place=np.log2(rows["depth"]))
    looks, shown = {name: look_of(name) for name in names}, [f"{depth}" for depth in depths]
    powers = gradients.first_layers(rows)
    _fit(list(grid.values()), rows["gradient"])
    for kernel, axes in zip(kernels, grid.values(), strict=True):
        for name in names:
            own = rows[(rows["initializer"] == kernel) & (rows["hidden"] == name)]
            parts.draw_bands(
                axes, own, "place", "gradient", looks[name], marker=looks[name].marker, ms=3.5
            )
        axes.set_title(PANELS[kernel])
        axes.set_xticks(np.log2(depths), shown)
        axes.set_xlim(np.log2(depths[0]) - 0.15, np.log2(depths[-1]))
        ends = powers.xs((kernel, depths[-1]), level=("initializer", "depth"))
        label_ends(axes, {str(name): float(end) for name, end in ends.items()}, looks)
    said = [
        f"{PANELS[kernel]}: "
        + listed([f"{spelled(name)} {_powers(powers[name, kernel])}" for name in names])
        for kernel in kernels
    ]
    fates = {kernel: gradients.by_fate(rows, kernel) for kernel in kernels}
    kept = [
        f"{len(fate['kept'])}{f' of {len(names)} functions' * (not place)} with {PANELS[kernel]}"
        for place, (kernel, fate) in enumerate(fates.items())
    ]
    within = f"10{superscript(gradients.KEPT)}"
    return Picture(
        figure,
        f"Gradient in the first layer before the first step, as powers of ten, at {listed(shown)} "
        f"hidden layers. {'. '.join(said)}.",
        f"From {depths[0]} to {depths[-1]} layers the first layer's gradient stays within a factor "
        f"of {within} for {listed(kept)}.",
        "Norm of the gradient in the first kernel before the first step, geometric mean over "
        f"seeds and 95 % interval. Nothing is trained.{_note(rows['gradient'])}",
    )


@parts.of_page
def birth_profile(
    runs: Runs,
    initializer: str = "glorot_uniform",
    depth: int = 32,
    hidden: Sequence[str] = ("sigmoid", "tanh", "relu", "gelu"),
) -> Picture:
    """Draw signal and gradient of each layer before the first step.

    Args:
        runs: Runs of a study of functions, initializers and depths.
        initializer: The kernels.
        depth: Number of hidden layers.
        hidden: Functions that are shown.

    Raises:
        ValueError: Nothing of what is wanted is recorded.
    """
    rows = gradients.at_birth(runs)
    rows = rows[(rows["normalization"] == "none") & (rows["depth"] == depth)]
    (kernel,) = recorded_values(rows, [initializer], "initializer")
    rows = rows[rows["initializer"] == kernel]
    names = recorded_values(rows, hidden, "hidden")
    looks = {name: look_of(name, place) for place, name in enumerate(names)}
    rows = rows[rows["hidden"].isin(names)]
    figure, grid = parts.panels(
        list(MEASURES), 2, 2.9, xlabel="layer, from the pixels to the outputs",
        ylabel="log scale", sharey=False,
    )  # fmt: skip
    said, change = [], {}
    for column, axes in grid.items():
        _fit([axes], rows[column])
        means = rows.groupby(["hidden", "layer"])[column].mean()
        for place, name in enumerate(names):
            look = looks[name]._replace(line=LINES[place % len(LINES)])
            parts.draw_bands(axes, rows[rows["hidden"] == name], "layer", column, look)
        axes.set_title(MEASURES[column])
        axes.set_xticks([1, *range(depth // 4, depth + 1, depth // 4)])
        axes.set_xlim(1, depth)
        label_ends(axes, {name: float(means[name][depth]) for name in names}, looks)
        ends = {name: f"{means[name][1]:.1f} to {means[name][depth]:.1f}" for name in names}
        what = MEASURES[column].split("\n")[0]
        said.append(f"{what}: " + listed([f"{spelled(n)} {end}" for n, end in ends.items()]))
        if column == "gradient":
            change = {name: float(means[name][1] - means[name][depth]) for name in names}
    return Picture(
        figure,
        with_minus(
            f"Powers of ten from the first to the last of {depth} layers. {'. '.join(said)}."
        ),
        _finding(change, depth),
        f"{gradients.KERNELS[kernel]} before the first step, geometric mean over seeds and 95 % "
        f"interval; the two scales differ.{_note(rows['gradient'])}"
        + " Outputs about a half cannot be told closer than 10⁻⁸: there the signal is rounding."
        * bool("sigmoid" in names and rows["spread"].min() < -7),
    )


def _finding(change: Mapping[str, float], depth: int) -> str:
    """Say by how much first and last layer differ, for those that differ much."""
    lost = {name: power for name, power in change.items() if abs(power) > gradients.KEPT}
    kept = [spelled(name) for name in change if name not in lost]
    factors = [f"10{superscript(power)} for {spelled(name)}" for name, power in lost.items()]
    within = f"stays within a factor of 10{superscript(gradients.KEPT)} for {listed(kept)}"
    said = [*[f"changes by a factor of {listed(factors)}"] * bool(factors), *[within] * bool(kept)]
    return f"From the last of {depth} layers to the first the gradient {', and '.join(said)}."


def _fit(grid: Sequence[Axes], powers: pd.Series) -> None:
    """Make heights that are powers of ten, with room for all, and write them as such."""
    low, high = float(np.floor(powers.min())), float(np.ceil(powers.max()))
    step = max(1, int(np.ceil((high - low) / 6)))
    ticks = np.arange(step * np.floor(high / step), low - 1, -step)
    for axes in grid:
        axes.set_ylim(low - 0.02 * (high - low), high + 0.02 * (high - low))
        axes.set_yticks(ticks, [f"10{superscript(tick)}" for tick in ticks])
        axes.minorticks_off()


def _note(powers: pd.Series) -> str:
    """Say what stands at the bottom, where something does."""
    least = np.log10(gradients.LEAST)
    said = f" What is recorded as 0 stands at 10{superscript(least)}: it is less than that."
    return said * bool((powers <= least).any())


def _powers(values: pd.Series) -> str:
    return with_minus(" ".join(f"{value:.1f}" for value in values.sort_index().round(1) + 0.0))
