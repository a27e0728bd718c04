"""Figures that set every hidden activation beside the others."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.measures.metrics import label_of, metric_of
from activation_study.registry import listed, unknown_name
from activation_study.report.analysis.arms import labels, tuning_metric, varying, with_head
from activation_study.report.analysis.rates import rank, tuned_and_default
from activation_study.report.claims import claims_file
from activation_study.report.figures import parts
from activation_study.report.figures.picture import Picture


@parts.of_page
def ranking(runs: Runs, metric: str = "test_accuracy", *, head: str = "softmax") -> Picture:
    """Draw the paired difference of every arm of a head to the best by tuning.

    The band is the margin registered for the metric. Beyond it the axis is logarithmic, so that
    one that fails does not squeeze the others together.

    Args:
        runs: Runs of a study.
        metric: Column of the summary for which a margin is registered.
        head: The head of the runs that are shown.

    Raises:
        ValueError: A head that these runs have not, or a metric without a margin.
    """
    claims, quantity = claims_file.read(), metric_of(metric)
    if metric not in claims.margins:
        raise unknown_name("metric with a margin", metric, claims.margins)
    found = rank(runs, metric, head=head, excludes=claims.best_excludes)
    rows, margin = found.rows, quantity.factor * claims.margins[metric]
    title = f"Difference in {label_of(metric)}, {head} head, tuned rate"
    figure, axes = plt.subplots(figsize=(7.2, 1.0 + 0.2 * len(rows)))
    axes.axvspan(-margin, margin, color="0.9", lw=0)
    axes.axvline(0, color="0.3", lw=1)
    drawn = rows.assign(**quantity.factor * rows[["effect", "low", "high"]])
    looks = [parts.USUAL.get(name, parts.USUAL["other"]) for name in rows["hidden"]]
    names = rows["arm"].mask(rows["arm"] == found.reference, rows["arm"] + " (reference)")
    counts = " (" + rows["num_diverged"].astype(str) + " of " + rows["num_runs"].astype(str)
    names = names.mask(rows["num_diverged"] > 0, names + counts + " diverged)")
    parts.draw_intervals(axes, drawn, "effect", looks, names.tolist())
    parts.symlog_axis(axes, margin, "{:+g}")
    unit = quantity.difference_unit
    axes.set_xlabel(
        f"difference to {found.reference} ({unit}); grey: within the margin of {margin:g}; "
        "logarithmic beyond it"
    )
    axes.set_title(f"{title}: mean over common seeds and 95 % interval")
    shown = rows[["effect", "low", "high"]].map(lambda value: quantity.number(value, signed=True))
    shown["arm"] = rows["arm"]
    usual = shown[rows["hidden"].isin(parts.USUAL)]
    said = usual["arm"] + " " + usual["effect"] + " (" + usual["low"] + " to " + usual["high"] + ")"
    worst, best = shown.iloc[0], shown.iloc[-1]
    return Picture(
        figure,
        f"{title}, of {len(rows)} arms to {found.reference}, the best in the tuning runs, in "
        f"{unit}: from {worst['effect']}, {worst['arm']}, to {best['effect']}, {best['arm']}. "
        f"The usual ones: {listed(said.tolist()) or 'none recorded'}.",
    )


@parts.of_page
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
    column = f"test_{tuning_metric(of_head).name}"
    values = tuned_and_default(of_head, column).reset_index()
    if values.empty:
        raise IncompleteRecordError("of no arm runs at both rates are recorded yet")
    metric, is_better_low = metric_of(column), parts.is_better_low(metric_of(column))
    name = parts.drawn_label(column, unit=False)
    title = f"{name[0].upper()}{name[1:]} at the default and at the tuned rate, {head} head"
    looks = {f"{rate} rate": parts.LOOKS[place] for place, rate in ((1, "default"), (0, "tuned"))}
    drawn = pd.concat(
        values.assign(rate=rate, arm=labels(values, varying(values)),
                      shown=parts.drawn_values(values[rate.partition(" ")[0]], column))
        for rate in looks
    )  # fmt: skip
    means = drawn.pivot_table(index="arm", columns="rate", values="shown", observed=True)
    means = means.sort_values("tuned rate", ascending=is_better_low, kind="stable")
    drawn["arm"] = drawn["arm"].cat.reorder_categories(list(means.index))
    figure, axes = plt.subplots(figsize=(7.2, 1.0 + 0.2 * len(means)))
    parts.draw_strips(axes, drawn, "shown", "arm", "rate", looks, dodge=0)
    ends = means["default rate"], means["tuned rate"]
    axes.hlines(range(len(means)), *ends, color="0.75", lw=1, zorder=1)
    if is_better_low:
        parts.log_axis(axes, "x")
    axes.set(xlabel=parts.drawn_label(column), ylabel="")
    axes.set_title(f"{title}: mean over seeds and 95 % interval")
    axes.legend()
    gains = (means["default rate"] - means["tuned rate"]) * (1 if is_better_low else -1)
    largest = f"{gains.max():.2f} {metric.difference_unit}".rstrip()
    return Picture(
        figure,
        f"{title}, of {len(gains)} arms. Tuned, {(gains > 0).sum()} of them have a better mean "
        f"than at the default rate; the largest gain, {largest}, has {gains.idxmax()}.",
    )
