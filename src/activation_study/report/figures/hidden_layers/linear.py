"""Figures of hidden layers that are linear or steps, of wrong derivatives, and of large outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.measures.metrics import metric_of
from activation_study.registry import listed
from activation_study.report.analysis.arms import curve_runs, recorded_values, select
from activation_study.report.analysis.derived import with_derived
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.readings import tuned_values
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import INK, QUIET, SERIES, Look, look_of, spelled
from activation_study.report.drawing.picture import Picture

LAYERS = {
    "step": ("thresholds, not trained", Look(QUIET, "s", "--")),
    "step_straight_through": ("thresholds, trained", SERIES[2]),
    "relu": ("ReLU", SERIES[0]),
}
"""The layers that are compared by their width, how they are called and drawn."""


@parts.of_page
def by_width(runs: Runs, metric: str = "test_accuracy", reading: str = "averaged") -> Picture:
    """Draw how right networks of one hidden layer are by its width, against none.

    Args:
        runs: Runs of a study that has widths with one hidden layer, and a network without any.
        metric: Column of the last reading; an accuracy is drawn as error.
        reading: ``"last"`` or ``"averaged"`` weights.

    Raises:
        IncompleteRecordError: There are no such runs.
    """
    frame = tuned_values(runs, metric, reading)
    frame = frame.assign(shown=parts.drawn_values(frame["value"], metric))
    layer = frame[(frame["depth"] == 1) & frame["hidden"].isin(list(LAYERS))]
    without = frame.loc[frame["depth"] == 0, "shown"].mean()
    if layer.empty:
        raise IncompleteRecordError("no run with one hidden layer is recorded yet")
    figure, axes = plt.subplots()
    for name, (label, look) in LAYERS.items():
        own = layer[layer["hidden"] == name]
        parts.draw_bands(axes, own, "width", "shown", look, label, marker=look.marker)
    axes.axhline(without, color=INK, ls=":", lw=1.2, label="no hidden layer")
    axes.set(xscale="log", xlabel="units of the hidden layer, log scale")
    parts.log_axis(axes, "y")
    if metric_of(metric).complement:
        axes.set_ylim(top=min(axes.get_ylim()[1], metric_of(metric).factor))
    parts.plain_ticks(axes.xaxis, sorted(layer["width"].unique()))
    axes.set_ylabel(f"{parts.drawn_label(metric)}, log scale")
    parts.legend(figure, axes)
    means = layer.groupby(["hidden", "width"])["shown"].mean()
    said = []
    for name, (label, _) in LAYERS.items():
        steps = [f"{mean:.2f} % with {width} units" for width, mean in means.loc[name].items()]
        said.append(f"{label}: {listed(steps)}")
    least = int(layer["width"].min())
    ends = [
        f"{label}, {means.loc[name, least]:.1f} %"
        for name, (label, _) in LAYERS.items()
        if (name, least) in means.index
    ]
    what = parts.drawn_label(metric, unit=False)
    return Picture(
        figure,
        f"{what} by the width of one hidden layer: {'; '.join(said)}. Without a hidden layer: "
        f"{without:.2f} %.",
        f"With {least} units the {what} is: {'; '.join(ends)}. Without a hidden layer it is "
        f"{without:.1f} %.",
        "Each at its own tuned rate: mean over the seeds and 95 % interval. Dotted: no hidden "
        "layer, which is logistic regression.",
    )


@parts.of_page
def side_by_side(
    runs: Runs,
    cells: Mapping[str, Mapping[str, Any]],
    metric: str = "test_accuracy",
    reading: str = "averaged",
    *,
    margin: float = 0.0,
) -> Picture:
    """Draw some arms below each other, every run a stroke, the first one the reference.

    Args:
        runs: Runs of a study.
        cells: What each row is called, and the fields of its arm.
        metric: Column of the last reading; an accuracy is drawn as error.
        reading: ``"last"`` or ``"averaged"`` weights.
        margin: Largest difference to the reference that does not matter, in the metric's own unit;
            shaded where there is one.

    Raises:
        IncompleteRecordError: None of the arms is recorded.
    """
    frame = tuned_values(runs, metric, reading)
    own = {name: select(frame, cell) for name, cell in cells.items()}
    own = {name: part for name, part in own.items() if len(part)}
    if not own:
        raise IncompleteRecordError("none of these arms is recorded yet")
    names = list(own)
    rows = pd.concat([part.assign(row=name) for name, part in own.items()])
    rows["row"] = pd.Categorical(rows["row"], names, ordered=True)
    rows["shown"] = parts.drawn_values(rows["value"], metric)
    figure, (axes,) = parts.rows(names, height=0.3)
    means = rows.groupby("row", observed=True)["shown"].mean()
    if margin:
        reach, middle = metric_of(metric).factor * margin, means.iloc[0]
        axes.axvspan(middle - reach, middle + reach, color=INK, alpha=0.1, lw=0)
    looks = {name: Look(QUIET) if place == 0 else SERIES[0] for place, name in enumerate(names)}
    parts.draw_rows(axes, rows, "shown", "row", "row", looks, dodge=0)
    is_wide = bool(means.max() > 5 * means.min() > 0 and parts.is_better_low(metric_of(metric)))
    if is_wide:
        parts.log_axis(axes, "x")
    label = f"{parts.drawn_label(metric)}{', log scale' * is_wide}"
    parts.label_x(axes, f"{label}, {parts.arrow(metric_of(metric))}")
    what = parts.drawn_label(metric, unit=False)
    unit = metric_of(metric).unit
    said = listed([f"{name} {mean:.2f} {unit}".rstrip() for name, mean in means.items()])
    shaded = f" Shaded: too small a difference to {names[0]} to matter." * (margin > 0)
    return Picture(
        figure,
        f"{what}: {said}.",
        f"The {what}: {said}.",
        f"Every run at its own tuned rate, mean and 95 % interval.{shaded}",
    )


@parts.of_page
def largest_outputs(runs: Runs, hidden: Sequence[str] | None = None) -> Picture:
    """Draw the largest output of hidden layers after training, and the error, over the rate.

    Args:
        runs: Runs of a study at several rates.
        hidden: Hidden activations that are shown, by default all.

    Raises:
        IncompleteRecordError: No run is recorded.
        ValueError: None of the activations is recorded.
    """
    if not len(runs):
        raise IncompleteRecordError("no run is recorded yet")
    frame = curve_runs(with_derived(runs).summary)
    names = recorded_values(frame, hidden, "hidden")
    error = "validation_accuracy"
    frame = frame.assign(error=parts.drawn_values(with_failures_counted(frame, error), error))
    # How large the outputs of a failed network are says nothing of its function.
    frame["largest_output"] = frame["largest_output"].mask(frame["diverged"].astype(bool))
    panels = {
        "largest_output": "largest output of a hidden unit, log scale",
        "error": f"{parts.drawn_label(error)}, log scale",
    }
    figure, grid = parts.panels(
        list(panels), 2, 2.6, xlabel="learning rate, log scale", sharey=False
    )
    for column, axes in grid.items():
        for name in names:
            own, look = frame[frame["hidden"] == name].dropna(subset=[column]), look_of(name)
            parts.draw_bands(
                axes, own, "learning_rate", column, look, spelled(name), marker=look.marker
            )
        axes.set_title(panels[column], fontsize=8.5)
        axes.set_xscale("log")
        parts.plain_ticks(axes.xaxis, sorted(frame["learning_rate"].unique())[::2])
        parts.log_axis(axes, "y")
    parts.legend(figure, axes)
    by_rate = frame.groupby(["hidden", "learning_rate"])["largest_output"].mean().dropna()
    said = []
    for name in names:
        ends = by_rate.loc[name].iloc[[0, -1]].items()
        steps = dict.fromkeys(f"{value:.3g} at {rate:g}" for rate, value in ends)
        said.append(f"{spelled(name)} {' and '.join(steps)}")
    failed = int(frame.loc[frame["hidden"].isin(names), "diverged"].sum())
    return Picture(
        figure,
        f"Largest output of a hidden unit after training, at the lowest and at the highest rate: "
        f"{listed(said)}.",
        "The largest output of a hidden unit after training, and the error, by learning rate.",
        f"Tuning runs on validation data, mean and 95 % interval. {failed} of them failed: left "
        "out on the left, and counted as guesses on the right.",
    )
