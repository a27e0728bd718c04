"""Figures of single answers: outputs beside their pictures, and what a mistake sends back."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np

from activation_study.catalogue import heads
from activation_study.catalogue.heads.gradients import loss_gradients
from activation_study.registry import listed
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import INK, QUIET, SERIES, head_look, spelled
from activation_study.report.drawing.picture import Picture
from activation_study.report.figures.output_layers.gallery import said

CONFIDENCES = np.linspace(0.0, 20.0, 81)
"""Scores of one class, while those of all others are their negatives."""

LEAST_DRAWN = 1e-10
"""Gradients below are next to nothing, in single precision and for any learning rate."""

NUM_CLASSES = 10


@parts.of_page
def mistakes(names: Sequence[str]) -> Picture:
    """Draw the largest gradient that a wrong image sends back, by how sure the network is.

    One class has the score c, all others have -c, and another class is right. Keras computes the
    loss and its gradient by the scores, as it does in training.

    Args:
        names: Heads that name one of several classes.
    """
    scores = np.where(np.arange(NUM_CLASSES) == 0, 1.0, -1.0) * CONFIDENCES[:, None]
    targets = np.tile(np.eye(NUM_CLASSES)[1], (len(scores), 1))
    width = plt.rcParams["figure.figsize"][0]
    figure, axes = plt.subplots(figsize=(width, 4.4 if parts.is_narrow() else 3.6))
    ends, silent = [], []
    for place, name in enumerate(names):
        look = head_look(name, place)
        sizes = np.abs(loss_gradients(heads.get(name), "one label", scores, targets)).max(axis=1)
        # A logarithmic axis has no 0: there the line ends, in a cross.
        left = np.flatnonzero(sizes)
        axes.plot(CONFIDENCES[left], sizes[left], ls=look.line, color=look.colour,
                  label=spelled(name))  # fmt: skip
        if len(left) < len(sizes):
            axes.plot(CONFIDENCES[left[-1]], sizes[left[-1]], "x", color=look.colour, mew=2)
        ends.append(f"{spelled(name)} {sizes[0]:.2g} at 0 and {sizes[-1]:.2g} at the end")
        silent += [spelled(name)] * bool(sizes[-1] < 1e-3 * sizes[0])
    axes.set(yscale="log", ylim=(LEAST_DRAWN, 3.0), ylabel="largest gradient, log scale")
    parts.label_x(axes, "score of a wrong class, whose negative all others have")
    parts.legend(figure, axes)
    return Picture(
        figure,
        f"Largest gradient by a score, from scores of 0 to {CONFIDENCES[-1]:g}: {listed(ends)}. "
        f"Next to nothing: {listed(silent) or 'none'}.",
        f"Where the network is sure and wrong, {len(silent)} of {len(names)} send back next to "
        "nothing.",
        "The gradient that Keras computes for one image whose class is another. A cross: from "
        "there on it is exactly 0.",
    )


@parts.of_page
def strip(pictures: np.ndarray, targets: np.ndarray, outputs: Mapping[str, np.ndarray]) -> Picture:
    """Draw pictures, and beside each what several networks answer for every label.

    Args:
        pictures: Shape (pictures, 28, 28) or (pictures, 784), from dark 0 to the brightest value.
        targets: Labels that hold, 0/1 of shape (pictures, labels).
        outputs: What is written above -> outputs of shape (pictures, labels).

    Raises:
        ValueError: The shapes do not fit.
    """
    shapes = {name: np.shape(own) for name, own in outputs.items()}
    if any(shape != np.shape(targets) for shape in shapes.values()):
        raise ValueError(
            f"targets of shape {np.shape(targets)} and outputs of shape {shapes} were received; "
            "accepted: outputs of the shape of the targets"
        )
    columns = ["", *outputs]
    names = [f"{row} {column}" for row in range(len(pictures)) for column in columns]
    figure, grid = parts.panels(
        names, len(columns), 1.0, narrow=len(columns), sharex=False, sharey=False
    )
    answers = []
    for row, (picture, true) in enumerate(zip(pictures, targets, strict=True)):
        axes = grid[f"{row} "]
        axes.imshow(np.reshape(picture, (28, 28)), cmap="gray_r", interpolation="none")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(True)
        axes.grid(visible=False)
        axes.set_xlabel(said(true, "labels"))
        for column, own in outputs.items():
            axes = grid[f"{row} {column}"]
            colours = [SERIES[0].colour if holds else QUIET for holds in true]
            axes.bar(range(len(true)), own[row], color=colours)
            axes.axhline(0.5, color=INK, ls="--", lw=0.8)
            axes.set_ylim(0, 1.02)
            parts.plain_ticks(axes.yaxis, [0, 0.5, 1])
            is_last = row == len(pictures) - 1
            parts.plain_ticks(axes.xaxis, range(0, len(true), 3) if is_last else [])
            axes.grid(visible=False)
            if row == 0:
                axes.set_title(textwrap.fill(column, 11 if parts.is_narrow() else 25), fontsize=8.5)
            called = said(np.asarray(own[row]) >= 0.5, "labels")
            answers.append(f"{said(true, 'labels')}: {column} calls {called}")
    return Picture(
        figure,
        f"Pictures with the labels that hold, and what is called at a half. {'; '.join(answers)}.",
        "What each network answers, label by label.",
        "Blue: labels that hold. Dashed: one half.",
    )
