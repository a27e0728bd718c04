"""Figures that set every hidden activation beside the others."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from activation_study.engine.records.records import Runs
from activation_study.measures.metrics import label_of, metric_of
from activation_study.registry import listed, unknown_name
from activation_study.report.analysis.arms import (
    evaluation_runs,
    labels,
    tuning_metric,
    varying,
    with_head,
)
from activation_study.report.analysis.ranking import Ranking, rank
from activation_study.report.analysis.rates import tuned_and_default
from activation_study.report.analysis.statistics import Interval, intervals_by
from activation_study.report.claims import claims_file
from activation_study.report.figures import parts
from activation_study.report.figures.picture import Picture

ROW_HEIGHT = 0.2
"""Inches a hidden activation takes."""


def ranking(
    runs: Runs, metric: str = "test_accuracy", head: str = "softmax", *, rate: str = "tuned"
) -> Picture:
    """Draw the paired difference of every arm of a head to the best by tuning.

    The band is the margin registered for the metric. Beyond it the axis is logarithmic, so that
    one that fails does not squeeze the others together.

    Args:
        runs: Runs of a study.
        metric: Column of the summary for which a margin is registered.
        head: The head of the runs that are shown.
        rate: ``"tuned"`` or ``"default"``.

    Raises:
        ValueError: An unknown rate, or a head or a metric that these runs have not.
    """
    claims = claims_file.read()
    if metric not in claims.margins:
        raise unknown_name("metric with a margin", metric, claims.margins)
    scale, unit = metric_of(metric).factor, metric_of(metric).difference_unit
    title = f"Difference in {label_of(metric)}, {head} head, {rate} rate"
    if with_head(evaluation_runs(runs.summary, rate), head).empty:
        return parts.empty_picture(title, "no evaluation run is recorded yet")
    found = rank(runs, metric, head=head, rate=rate, excludes=claims.best_excludes)
    margin = scale * claims.margins[metric]
    rows = found.rows
    with parts.style():
        figure, axes = plt.subplots(figsize=(7.2, 1.0 + ROW_HEIGHT * len(rows)))
        axes.axvspan(-margin, margin, color="0.9", lw=0)
        axes.axvline(0, color="0.3", lw=1)
        for height, row in rows.iterrows():
            colour, marker = parts.marker_of(row["hidden"])
            values = Interval(row["effect"], row["low"], row["high"], row["num_pairs"])
            parts.draw_interval(axes, values, int(str(height)), colour, marker, scale)
        axes.set_yticks(range(len(rows)), [_row_label(row, found) for _, row in rows.iterrows()])
        _margin_axis(axes, margin, scale * rows[["low", "high"]].to_numpy())
        axes.set_ylim(-0.7, len(rows) - 0.3)
        axes.set_xlabel(
            f"difference to {found.reference} ({unit}); grey: within the margin of {margin:g}; "
            "logarithmic beyond it"
        )
        axes.set_title(f"{title}: mean over common seeds and 95 % interval")
    return Picture(figure, _ranking_alt(title, found, scale, unit))


def _row_label(row: pd.Series, found: Ranking) -> str:
    label = str(row["arm"])
    if label == found.reference:
        label += " (reference)"
    if row["num_diverged"]:
        label += f" ({row['num_diverged']} of {row['num_runs']} diverged)"
    return label


def _margin_axis(axes: Axes, margin: float, values: np.ndarray) -> None:
    """Make the axis linear within the margin and logarithmic beyond it, with plain numbers."""
    steps = margin * np.array([0.5, 1.0, 2.5, 10.0, 25.0, 100.0, 250.0])
    low, high = min(0.0, np.nanmin(values)), max(0.0, np.nanmax(values))
    ticks = [-step for step in steps[::-1] if -2.5 * step >= 2.5 * low] + [0.0]
    ticks += [step for step in steps if step <= high]
    ticks = sorted({*ticks, -margin, margin})
    axes.set_xscale("symlog", linthresh=margin, linscale=0.8)
    axes.set_xlim(min(1.3 * low, -1.4 * margin), max(1.3 * high, 1.4 * margin))
    parts.plain_ticks(axes.xaxis, ticks, "{:+g}")


def _ranking_alt(title: str, found: Ranking, scale: float, unit: str) -> str:
    rows = found.rows
    usual = [
        f"{row['arm']} {scale * row['effect']:+.2f} ({scale * row['low']:+.2f} to "
        f"{scale * row['high']:+.2f})"
        for _, row in rows[rows["hidden"].isin(parts.USUAL)].iterrows()
    ]
    return (
        f"{title}, of {len(rows)} arms to {found.reference}, the best in the tuning "
        f"runs, in {unit}: from {scale * rows['effect'].iloc[0]:+.2f}, {rows['arm'].iloc[0]}, to "
        f"{scale * rows['effect'].iloc[-1]:+.2f}, {rows['arm'].iloc[-1]}. "
        f"The usual ones: {listed(usual) or 'none recorded'}."
    )


def default_against_tuned(runs: Runs, *, head: str = "softmax") -> Picture:
    """Draw each arm at the default rate and at its own, joined by a line, on the same seeds.

    The measure is that of the test set by which rates are chosen, an accuracy drawn as error.

    Args:
        runs: Runs of a study.
        head: The head of the runs that are shown.

    Raises:
        ValueError: A head that these runs have not.
    """
    of_head = with_head(runs.summary, head)
    if of_head.empty or not of_head[["is_tuned", "is_default"]].any().all():
        title = f"The default and the tuned rate, {head} head"
        return parts.empty_picture(title, "of no arm runs at both rates are recorded yet")
    metric = f"test_{tuning_metric(of_head).name}"
    label = parts.drawn_label(metric)
    name = label.partition(" (")[0]
    title = f"{name[0].upper()}{name[1:]} at the default and at the tuned rate, {head} head"
    values = tuned_and_default(of_head, metric).reset_index()
    names = labels(values, varying(values))
    found = {
        rate: intervals_by(parts.drawn_values(values[rate], metric), names)
        for rate in ("default", "tuned")
    }
    gains = found["default"]["mean"] - found["tuned"]["mean"]
    if not parts.is_better_low(metric):
        gains = -gains
    worst_first = found["tuned"]["mean"].sort_values(
        ascending=not parts.is_better_low(metric), kind="stable"
    )
    order = list(worst_first.index)
    with parts.style():
        figure, axes = plt.subplots(figsize=(7.2, 1.0 + ROW_HEIGHT * len(order)))
        for height, arm in enumerate(order):
            default, tuned = (Interval(*found[rate].loc[arm]) for rate in found)
            axes.plot([default.mean, tuned.mean], [height] * 2, color="0.75", lw=1, zorder=1)
            for place, mean in ((1, default), (0, tuned)):
                colour, marker = parts.COLOURS[place], parts.MARKERS[place]
                parts.draw_interval(axes, mean, height, colour, marker)
        axes.set_yticks(range(len(order)), order)
        axes.set_ylim(-0.7, len(order) - 0.3)
        parts.finish_axis(axes, "x", metric)
        axes.set_xlabel(label)
        axes.set_title(f"{title}: mean over seeds and 95 % interval")
        axes.legend(handles=_dumbbell_legend())
    unit = metric_of(metric).difference_unit
    largest = f"{gains.max():.2f} {unit}".rstrip()
    return Picture(
        figure,
        f"{title}, of {len(gains)} arms. Tuned, {(gains > 0).sum()} of them have a better mean "
        f"than at the default rate; the largest gain, {largest}, has {gains.idxmax()}.",
    )


def _dumbbell_legend() -> list[Line2D]:
    return [
        Line2D([], [], color=parts.COLOURS[place], marker=parts.MARKERS[place], label=label)
        for place, label in ((1, "default rate"), (0, "tuned rate"))
    ]
