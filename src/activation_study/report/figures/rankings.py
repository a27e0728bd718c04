"""Figures that set every hidden activation beside the others."""

from __future__ import annotations

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from activation_study.engine.records.records import Runs
from activation_study.registry import unknown_name
from activation_study.report.analysis.arms import (
    at_both_rates,
    best_hidden,
    evaluation_runs,
    of_head,
    select,
)
from activation_study.report.analysis.statistics import Interval
from activation_study.report.claims import claims_file
from activation_study.report.figures import parts as parts
from activation_study.report.figures.learning_curves import usual_or_plain
from activation_study.report.figures.picture import Picture

ROW_HEIGHT = 0.2
"""Inches a hidden activation takes."""


@dataclass(frozen=True)
class Ranking:
    """Every hidden activation against one reference, on the same seeds.

    Args:
        reference: Hidden activation with the best mean validation accuracy while tuning.
        rows: Columns ``hidden``, ``effect``, ``low``, ``high`` (difference to the reference, in
            the metric's own unit), ``mean``, ``num_pairs``, ``num_diverged``; ascending effect.
    """

    reference: str
    rows: pd.DataFrame


def rank(
    runs: Runs, metric: str = "test_accuracy", *, head: str = "softmax", rate: str = "tuned"
) -> Ranking:
    """Compare every hidden activation with the one that was best in the tuning runs.

    The reference is chosen without the evaluation runs, so that it owes its place to no luck there;
    the rule that leaves out activations with twice the weights is that of the claims file.

    Raises:
        IncompleteRecordError: There are no runs to choose the reference from.
    """
    excludes = set(claims_file.read().best_excludes)
    reference = best_hidden(runs.summary, {"head": head}, excludes)
    summary = of_head(evaluation_runs(runs.summary, rate), head)
    against = parts.values_by_seed(select(summary, {"hidden": reference}), metric)
    rows = []
    for name, cell in summary.groupby("hidden"):
        values = parts.values_by_seed(cell, metric)
        differences = (values - against).dropna()
        found = parts.interval(differences)
        if found is None:
            continue
        rows.append(
            {
                "hidden": name,
                "effect": found.mean,
                "low": found.low,
                "high": found.high,
                # On the seeds of the difference, or the two columns would not agree.
                "mean": float(values.reindex(differences.index).mean()),
                "num_pairs": len(differences),
                "num_diverged": int(cell["diverged"].astype(bool).sum()),
                "num_runs": len(cell),
            }
        )
    table = pd.DataFrame(rows).sort_values(["effect", "hidden"], ignore_index=True)
    return Ranking(reference, table)


def ranking(
    runs: Runs, metric: str = "test_accuracy", head: str = "softmax", *, rate: str = "tuned"
) -> Picture:
    """Draw the paired difference of every hidden activation to the best by tuning.

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
    margins = claims_file.read().margins
    if metric not in margins:
        raise unknown_name("metric with a margin", metric, margins)
    name, unit, scale = parts.measure(metric)
    title = f"Difference in {name}, {head} head, {rate} rate"
    if of_head(evaluation_runs(runs.summary, rate), head).empty:
        return parts.empty_picture(title, "no evaluation run is recorded yet")
    found = rank(runs, metric, head=head, rate=rate)
    margin = scale * margins[metric]
    rows = found.rows
    with parts.style():
        figure, axes = plt.subplots(figsize=(7.2, 1.0 + ROW_HEIGHT * len(rows)))
        axes.axvspan(-margin, margin, color="0.9", lw=0)
        axes.axvline(0, color="0.3", lw=1)
        for height, row in rows.iterrows():
            colour, marker = usual_or_plain(row["hidden"])
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
    label = str(row["hidden"])
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
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_major_formatter(
        FixedFormatter([f"{tick:+g}" if tick else "0" for tick in ticks])
    )
    axes.xaxis.set_minor_locator(NullLocator())


def _ranking_alt(title: str, found: Ranking, scale: float, unit: str) -> str:
    rows = found.rows
    usual = [
        f"{row['hidden']} {scale * row['effect']:+.2f} ({scale * row['low']:+.2f} to "
        f"{scale * row['high']:+.2f})"
        for _, row in rows[rows["hidden"].isin(parts.USUAL)].iterrows()
    ]
    return (
        f"{title}, of {len(rows)} hidden activations to {found.reference}, the best in the tuning "
        f"runs, in {unit}: from {scale * rows['effect'].min():+.2f}, {rows['hidden'].iloc[0]}, to "
        f"{scale * rows['effect'].max():+.2f}, {rows['hidden'].iloc[-1]}. "
        f"The usual ones: {parts.listed(usual) or 'none recorded'}."
    )


def default_against_tuned(runs: Runs, *, head: str = "softmax") -> Picture:
    """Draw each activation's test error at the default rate and at its own, joined by a line.

    Both on the same seeds.

    Args:
        runs: Runs of a study.
        head: The head of the runs that are shown.

    Raises:
        ValueError: A head that these runs have not.
    """
    title = f"Test error at the default and at the tuned rate, {head} head"
    values = 1.0 - at_both_rates(of_head(runs.summary, head), "test_accuracy")
    if values.empty:
        return parts.empty_picture(title, "of no arm runs at both rates are recorded yet")
    errors = {
        rate: {
            str(name): found
            for name, group in values[rate].groupby(level="hidden")
            if (found := parts.interval(group)) is not None
        }
        for rate in ("default", "tuned")
    }
    order = sorted(set(errors["default"]) & set(errors["tuned"]))
    order.sort(key=lambda name: -errors["tuned"][name].mean)
    with parts.style():
        figure, axes = plt.subplots(figsize=(7.2, 1.0 + ROW_HEIGHT * len(order)))
        for height, name in enumerate(order):
            _draw_dumbbell(axes, errors["default"][name], errors["tuned"][name], height)
        axes.set_yticks(range(len(order)), order)
        axes.set_ylim(-0.7, len(order) - 0.3)
        parts.log_axis(axes, "x", *axes.dataLim.intervalx)
        axes.set_xlabel("test error (%)")
        axes.set_title(f"{title}: mean over seeds and 95 % interval")
        axes.legend(handles=_dumbbell_legend())
    return Picture(figure, _dumbbell_alt(title, errors, order))


def _draw_dumbbell(axes: Axes, default: Interval, tuned: Interval, height: int) -> None:
    axes.plot([100 * default.mean, 100 * tuned.mean], [height] * 2, color="0.75", lw=1, zorder=1)
    parts.draw_interval(axes, default, height, parts.COLOURS[1], parts.MARKERS[1], 100.0)
    parts.draw_interval(axes, tuned, height, parts.COLOURS[0], parts.MARKERS[0], 100.0)


def _dumbbell_legend() -> list[Line2D]:
    return [
        Line2D([], [], color=parts.COLOURS[place], marker=parts.MARKERS[place], label=label)
        for place, label in ((1, "default rate"), (0, "tuned rate"))
    ]


def _dumbbell_alt(title: str, errors: dict[str, dict[str, Interval]], order: list[str]) -> str:
    gains = {n: 100 * (errors["default"][n].mean - errors["tuned"][n].mean) for n in order}
    most = max(gains, key=lambda name: gains[name])
    better = sum(gain > 0 for gain in gains.values())
    return (
        f"{title}, of {len(order)} hidden activations. Tuned, {better} of them have a lower mean "
        f"error than at the default rate; the largest gain, {gains[most]:.2f} points, has {most}."
    )
