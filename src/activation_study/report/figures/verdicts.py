"""The figure of a verdict: each comparison with its interval, against the margin or the bound."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from activation_study.measures.metrics import label_of, metric_of
from activation_study.report.analysis.statistics import Interval
from activation_study.report.claims.verdict import UNTRIED, Verdict
from activation_study.report.figures import parts
from activation_study.report.figures.picture import Picture

STYLES = {
    "equivalent": (parts.COLOURS[7], "s"),
    "better": (parts.COLOURS[2], "^"),
    "worse": (parts.COLOURS[3], "v"),
    "inconclusive": (parts.COLOURS[0], "o"),
    "holds": (parts.COLOURS[2], "^"),
    "fails": (parts.COLOURS[3], "v"),
    "undecided": (parts.COLOURS[0], "o"),
}


def forest(verdict: Verdict) -> Picture:
    """Draw every comparison of a verdict: effect and 95 % interval, with margin or bound.

    Comparisons in different measures have panels of their own. Colour and marker tell the outcome.

    Raises:
        ValueError: The verdict does not rest on comparisons that have intervals.
    """
    title = f"Claim {verdict.claim.id}: {verdict.verdict}"
    if verdict.verdict in UNTRIED:
        return parts.empty_picture(title, verdict.finding.condition)
    rows = verdict.rows
    value = "effect" if "effect" in rows else "value"
    if not {value, "low", "high", "metric"} <= set(rows):
        raise ValueError(
            f"verdict: received that of {verdict.claim.id!r}, whose rule has no comparisons with "
            "intervals; accepted are verdicts of rules of the kinds contrast and threshold"
        )
    panels = [(metric, part) for metric, part in rows.groupby("metric", sort=False)]
    with parts.style():
        figure, all_axes = plt.subplots(
            len(panels),
            1,
            figsize=(7.2, 0.5 + sum(0.95 + 0.23 * len(part) for _, part in panels)),
            height_ratios=[2 + len(part) for _, part in panels],
            squeeze=False,
        )
        for axes, (metric, part) in zip(all_axes.flat, panels, strict=True):
            _draw_panel(axes, str(metric), part, value)
        figure.suptitle(title)
    return Picture(figure, f"{title}. {_forest_alt(rows, value)}")


def _draw_panel(axes: Axes, metric: str, rows: pd.DataFrame, value: str) -> None:
    quantity, name = metric_of(metric), label_of(metric)
    scale = quantity.factor
    if value == "effect":
        margin = scale * float(rows["margin"].iloc[0])
        axes.axvspan(-margin, margin, color="0.9", lw=0)
        axes.axvline(0, color="0.3", lw=1)
        axes.set_title(f"difference in {name}")
        unit = quantity.difference_unit or "difference"
        axes.set_xlabel(f"{unit} (grey: within the margin of {margin:g})")
    else:
        bound = scale * float(rows["bound"].iloc[0])
        axes.axvline(bound, color="0.3", lw=1, ls="--")
        axes.set_title(name)
        axes.set_xlabel(f"{quantity.unit or 'value'} (dashed: the bound, {bound:g})")
    for height, (_, row) in enumerate(rows.iloc[::-1].iterrows()):
        if math.isfinite(row[value]):
            colour, marker = STYLES[row["outcome"]]
            found = Interval(row[value], row["low"], row["high"], int(row["num_pairs"]))
            parts.draw_interval(axes, found, height, colour, marker, scale)
    labels = [f"{row['name']}: {row['outcome']}" for _, row in rows.iloc[::-1].iterrows()]
    axes.set_yticks(range(len(rows)), labels)
    axes.set_ylim(-0.6, len(rows) - 0.4)


def _forest_alt(rows: pd.DataFrame, value: str) -> str:
    described = []
    for _, row in rows.iterrows():
        metric = metric_of(row["metric"])
        scale = metric.factor
        unit, sign = (metric.difference_unit, "+") if value == "effect" else (metric.unit, "")
        described.append(
            f"{row['name']} {f'{scale * row[value]:{sign}.3g} {unit}'.strip()} "
            f"({scale * row['low']:{sign}.3g} to {scale * row['high']:{sign}.3g}), {row['outcome']}"
        )
    return "; ".join(described) + "."
