"""Figures of labels one by one, from the frequent to the rare."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np

from activation_study.engine.records.records import Runs
from activation_study.measures.metrics import metric_of
from activation_study.report.analysis import outputs
from activation_study.report.analysis.arms import recorded_values
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import INK, QUIET, SERIES, Look, head_look, spelled
from activation_study.report.drawing.picture import Picture

FREQUENCY = "frequency of the label (%), log scale"
MEASURES = {
    "half_f1": "F1 (%) at a half",
    "label_f1": "F1 (%) at its own threshold",
    "overstated": "mean output over frequency",
}
"""Columns that are drawn, and what stands above them."""


@parts.of_page
def by_frequency(runs: Runs, heads: Sequence[str] | None = None) -> Picture:
    """Draw each label's F1, and its mean output over its frequency, from the frequent to the rare.

    Args:
        runs: Runs of a study whose tasks have several labels.
        heads: Heads that are shown, by default all.

    Raises:
        ValueError: None of the heads is recorded.
    """
    rows = outputs.of_labels(runs)
    heads = recorded_values(rows, heads, "head")
    factors = {column: metric_of(column).factor for column in MEASURES}
    rows = rows.assign(**{column: rows[column] * factor for column, factor in factors.items()})
    rows["percent"] = 100 * rows["frequency"]
    figure, grid = parts.panels(list(MEASURES), 3, 2.5, xlabel=FREQUENCY, sharey=False)
    for column, axes in grid.items():
        for place, head in enumerate(heads):
            own, look = rows[rows["head"] == head], head_look(head, place)
            parts.draw_bands(axes, own, "percent", column, look, spelled(head), marker=look.marker)
        axes.set_title(MEASURES[column])
        if column == "overstated":
            axes.axhline(1.0, color=INK, lw=0.8)
            parts.log_axis(axes, "y")
        else:
            axes.set_ylim(0, 100)
    parts.log_axis(axes, "x")
    parts.legend(figure, axes)
    means = rows.groupby(["head", "percent"])[list(MEASURES)].mean()
    said = [
        f"{title}: "
        + "; ".join(
            f"{spelled(head)} {means.loc[head][column].iloc[-1]:.3g} to "
            f"{means.loc[head][column].iloc[0]:.3g}"
            for head in heads
        )
        for column, title in MEASURES.items()
    ]
    rarest = means.loc[heads].groupby("head").first()
    at_half, at_own = (
        f"{rarest[column].min():.0f} to {rarest[column].max():.0f} %"
        for column in ("half_f1", "label_f1")
    )
    return Picture(
        figure,
        f"From the most frequent label to the rarest. {'. '.join(said)}.",
        f"With a half, the F1 of the rarest label ({rows['percent'].min():.2g} % of the scenes) is "
        f"{at_half}, depending on the loss; with a threshold of its own, {at_own}.",
        "Each mark is a label: mean over the runs at their tuned rates, and 95 % interval, at the "
        "last weights. Thresholds have the best F1 on validation data. On the line at 1 the mean "
        "output is as large as the label is frequent.",
    )


@parts.of_page
def thresholds(runs: Runs, head: str = "sigmoid") -> Picture:
    """Draw the threshold that is best for each label, and where a weight puts a half.

    Of outputs that are exact probabilities, the best F1 is reached at half of itself (Lipton, Elkan
    and Naryanaswamy 2014, arXiv:1402.1892). Trained with a weight of w for labels that are there,
    an output is a half where the probability is 1 / (1 + w).

    Args:
        runs: Runs of a study whose tasks have several labels.
        head: Head without a weight, whose thresholds are drawn.

    Raises:
        ValueError: The head is not recorded.
    """
    rows = outputs.of_labels(runs)
    rows = rows[rows["head"].isin(recorded_values(rows, [head], "head"))]
    rows = rows.assign(percent=100 * rows["frequency"], half_of_f1=rows["label_f1"] / 2)
    odds = (frequency := np.sort(rows["frequency"].unique())) ** -1 - 1
    figure, axes = plt.subplots()
    drawn = {
        "threshold": ("best on validation data", head_look(head)),
        "half_of_f1": ("half of the F1 that it reaches", Look(QUIET, "s", "--")),
    }
    for column, (name, look) in drawn.items():
        parts.draw_bands(axes, rows, "percent", column, look, name, marker=look.marker)
    moved = {"weighted": 1 / (1 + odds), "root-weighted": 1 / (1 + np.sqrt(odds))}
    for (name, places), look in zip(moved.items(), SERIES, strict=False):
        axes.plot(100 * frequency, places, ls=look.line, color=look.colour,
                  label=f"a half, {name}")  # fmt: skip
    axes.set(ylim=(0, 0.6), xlabel=FREQUENCY, ylabel="threshold of the plain output")
    parts.log_axis(axes, "x")
    parts.legend(figure, axes)
    finite = rows[np.isfinite(rows["threshold"])]
    means = finite.groupby("percent")[list(drawn)].mean()
    ends = [
        f"{name} {means[column].iloc[-1]:.2f} to {means[column].iloc[0]:.2f}"
        for column, (name, _) in drawn.items()
    ] + [f"a half, {name} {places[-1]:.2f} to {places[0]:.2f}" for name, places in moved.items()]
    return Picture(
        figure,
        f"Thresholds from the most frequent label to the rarest: {'; '.join(ends)}.",
        f"The best threshold of the rarest label is {means['threshold'].iloc[0]:.2f}; with the "
        f"weight a half stands for {moved['weighted'][0]:.2f}, with its root for "
        f"{moved['root-weighted'][0]:.2f}.",
        f"Marks: {spelled(head)} outputs, mean over the runs and 95 % interval, at the last "
        "weights. Lines without marks: the plain output that belongs to a weighted one of a half, "
        "which follows from the frequency alone.",
    )
