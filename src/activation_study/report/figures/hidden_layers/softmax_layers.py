"""Figures of hidden softmax layers and of what mends them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.registry import listed
from activation_study.report.analysis.hidden_layers.softmax_layers import (
    STANDARDISED,
    TIMES_WIDTH,
    USUAL,
    spread_at_birth,
    variants,
)
from activation_study.report.analysis.statistics import intervals_by
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import ACTIVATIONS, SERIES, Look
from activation_study.report.drawing.picture import Picture

LOOKS: dict[str, Look] = {
    "softmax": SERIES[3],
    TIMES_WIDTH: SERIES[1],
    STANDARDISED: SERIES[2],
    "ReLU": ACTIVATIONS["relu"],
}

FIELDS = {"width": "units in each of two hidden layers", "depth": "hidden layers of 128 units"}

STUCK = "chance"
"""How the record calls a run that ends with one class for every image."""


@parts.of_page
def mended_softmax(runs: Runs, field: str, reading: str = "averaged") -> Picture:
    """Draw the test error of hidden softmax layers, plain and mended, over one size of the network.

    Where runs end with one class for every image, their share is written beside the mean.

    Args:
        runs: Of the study of hidden softmax layers.
        field: ``"width"`` or ``"depth"``; the other one has its usual value.
        reading: ``"last"`` or ``"averaged"`` weights.
    """
    other = next(name for name in USUAL if name != field)
    frame = variants(runs, reading)
    frame = frame[frame[other] == USUAL[other]]
    sizes = np.sort(frame[field].unique())
    frame = frame.assign(
        place=frame[field].map({size: place for place, size in enumerate(sizes)}),
        shown=parts.drawn_values(frame["accuracy"], "test_accuracy"),
    )
    figure, axes = plt.subplots(figsize=(plt.rcParams["figure.figsize"][0], 3.2))
    said = []
    for name, look in LOOKS.items():
        own = frame[frame["variant"] == name]
        if own.empty:
            continue
        _draw(axes, own, "place", "shown", name, look)
        means = own.groupby("place")["shown"].mean()
        for place, at in own.groupby("place"):
            if count := int((at["divergence"] == STUCK).sum()):
                axes.annotate(f"{count} of {len(at)} stuck", (place, means[place]), (0, 7),
                              textcoords="offset points", ha="center" if place else "left",
                              color=look.colour, fontsize=8)  # fmt: skip
        ends = listed(
            [f"{mean:.2f} % at {size}" for size, mean in own.groupby(field)["shown"].mean().items()]
        )
        said.append(f"{name}: {ends}")
    axes.set(xticks=range(len(sizes)), xticklabels=sizes, xlim=(-0.25, len(sizes) - 0.75))
    _rise_and_label(axes, frame["shown"])
    parts.label_x(axes, FIELDS[field])
    parts.legend(figure, axes)
    table = frame.pivot_table("shown", "variant", "place")
    is_worst = set(table.idxmax()) == {"softmax"}
    return Picture(
        figure,
        f"Test error by {FIELDS[field]}. {'. '.join(said)}.",
        f"Whatever the {field}, softmax as it is ends with the most errors."
        if is_worst
        else f"Test error by {FIELDS[field]}.",
        "Each point at its own tuned rate: mean over seeds and 95 % interval."
        + " Stuck: one class for every image." * bool((frame["divergence"] == STUCK).any()),
    )


@parts.of_page
def spread_by_layer(runs: Runs) -> Picture:
    """Draw how far each hidden layer's outputs differ between images, before the first step."""
    frame = spread_at_birth(runs)
    deepest = frame[frame["width"] == USUAL["width"]]
    if deepest.empty:
        raise IncompleteRecordError("no hidden layer is recorded yet")
    figure, axes = plt.subplots(figsize=(plt.rcParams["figure.figsize"][0], 2.9))
    said, falls = [], dict[str, float]()
    for name, look in LOOKS.items():
        own = deepest[deepest["variant"] == name]
        # Of each variant the network with the most layers.
        own = own[own["depth"] == own["depth"].max()]
        if own.empty:
            continue
        _draw(axes, own, "layer", "spread", name, look)
        means = own.groupby("layer")["spread"].mean()
        falls[name] = float((means.iloc[0] / means.iloc[-1]) ** (1 / max(1, len(means) - 1)))
        said.append(f"{name}: {listed([f'{mean:.2g}' for mean in means])}")
    axes.set_yscale("log")
    axes.set_ylabel("spread between images, log scale")
    axes.set_xticks(np.sort(deepest["layer"].unique()))
    parts.label_x(axes, "hidden layer")
    parts.legend(figure, axes)
    return Picture(
        figure,
        "Spread of the outputs between images, layer by layer, before training. "
        f"{'; '.join(said)}.",
        f"Before the first step each layer of softmax divides what differs between images by some "
        f"{falls['softmax']:.0f}."
        if falls.get("softmax", 0.0) > 10
        else "How far the outputs of each layer differ from image to image, before the first step.",
        "Standard deviation between images, mean over 128 units and over seeds. What is "
        "standardised is shown as it comes from the softmax.",
    )


def _draw(axes: Axes, frame: pd.DataFrame, x: str, y: str, name: str, look: Look) -> None:
    """Draw a line with its band; of a single point, which has no band to be seen, the interval."""
    parts.draw_bands(axes, frame, x, y, look, name, marker=look.marker)
    band = intervals_by(frame[y], frame[x])
    if len(band) == 1:
        axes.vlines(band.index, band["low"].clip(lower=band["mean"] / 3), band["high"],
                    color=look.colour, lw=1.8)  # fmt: skip


def _rise_and_label(axes: Axes, errors: pd.Series) -> None:
    """Make the axis of errors logarithmic, with room for what is written above the highest."""
    low, high = errors.min(), errors.max()
    axes.set_ylim(low / 1.25, min(high, 100.0) * 1.45)
    parts.log_axis(axes, "y")
    axes.set_ylabel(f"{parts.drawn_label('test_accuracy')}, log scale")
