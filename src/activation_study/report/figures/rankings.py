"""Figures that set arms beside each other: against the best, and each with itself."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import pandas as pd
from matplotlib.figure import Figure

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.measures.metrics import label_of, metric_of
from activation_study.registry import listed, unknown_name
from activation_study.report.analysis.arms import (
    evaluation_runs,
    labels,
    tuning_metric,
    varying,
    with_head,
)
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.rates import rank, tuned_and_default
from activation_study.report.analysis.readings import at_reading, column_of, head_effects
from activation_study.report.claims import claims_file
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import QUIET, SERIES, Look, look_of, spelled
from activation_study.report.drawing.picture import Picture

ENDS = ["effect", "low", "high"]
"""Columns of a ranking: a difference and its interval."""


@parts.of_page
def ranking(
    runs: Runs,
    metric: str = "test_accuracy",
    *,
    head: str = "softmax",
    reading: str = "last",
    hidden: Sequence[str] | None = None,
) -> Picture:
    """Draw the paired difference of every arm of a head to the best by tuning.

    The band is the margin registered for the metric.

    Args:
        runs: Runs of a study.
        metric: Column of the summary for which a margin is registered.
        head: The head of the runs that are shown.
        reading: ``"last"`` or ``"averaged"`` weights.
        hidden: Hidden activations that are shown; by default those that people use and one's own,
            the others folded.

    Raises:
        ValueError: A head that these runs have not, or a metric without a margin.
    """
    claims = claims_file.read()
    if metric not in claims.margins:
        raise unknown_name("metric with a margin", metric, claims.margins)
    found = rank(runs, metric, head=head, reading=reading, excludes=claims.best_excludes)
    column, quantity = found.metric, metric_of(found.metric)
    margin = quantity.factor * claims.margins[metric]
    again = functools.partial(ranking, runs, metric, head=head, reading=reading)
    part, more = parts.in_front(found.rows, hidden, again)
    drawn = part.assign(**quantity.factor * part[ENDS]).iloc[::-1]
    unit, reference, label = quantity.difference_unit, spelled(found.reference), label_of(column)
    way = parts.arrow(quantity, of_difference=True)
    shown = part[ENDS].map(lambda value: quantity.number(value, signed=True))
    shown["arm"] = part["arm"]
    said = shown["arm"] + " " + shown["effect"] + " (" + shown["low"] + " to " + shown["high"] + ")"
    worst, best = shown.iloc[0], shown.iloc[-1]
    num_near = int((drawn["effect"].abs() <= margin).sum())
    return Picture(
        _draw_ranking(drawn, margin, f"{label}, difference to {reference} ({unit})", way),
        f"Difference in {label}, {head} head, tuned rate, of {len(part)} arms to "
        f"{found.reference}, the best in the tuning runs, in {unit}: from {worst['effect']}, "
        f"{worst['arm']}, to {best['effect']}, {best['arm']}. {listed(said.tolist())}.",
        f"{num_near} of {len(part)} lie within {margin:g} {unit} of {reference}, the best while "
        "tuning.",
        f"Difference in {label}, {spelled(head)} head, each arm at its tuned rate: mean over common"
        " seeds and 95 % interval. Shaded: too small to matter.",
        more=more,
    )


def _draw_ranking(rows: pd.DataFrame, margin: float, label: str, way: str) -> Figure:
    """Draw the difference of each arm, the first on top, with the way that is the better one."""
    counts = " (" + rows["num_diverged"].astype(str) + " of " + rows["num_runs"].astype(str)
    names = rows["arm"].mask(rows["num_diverged"] > 0, rows["arm"] + counts + " diverged)")
    figure, (axes,) = parts.rows(names.tolist())
    looks = [look_of(name, place) for place, name in enumerate(rows["hidden"])]
    parts.draw_margin(axes, margin)
    parts.draw_intervals(axes, rows, "effect", range(len(rows)), looks)
    if rows[ENDS].abs().to_numpy().max() > 12 * margin:
        parts.symlog_axis(axes, margin, "{:+g}")
        label += ", log scale beyond the band"
    parts.label_x(axes, f"{label}, {way}")
    return figure


def _dumbbell(
    draw: Callable[..., Picture],
    values: pd.DataFrame,
    column: str,
    sides: tuple[str, str],
    hidden: Sequence[str] | None,
    words: dict[str, str],
) -> Picture:
    """Draw the means of two columns of each arm, joined, the first in grey; best arms on top.

    Args:
        draw: The figure, of the hidden activations that it is given.
        values: One row a seed: both columns, and what tells arms of one head apart.
        column: What is measured; an accuracy is drawn as error.
        sides: Columns: in grey, and in the arm's colour.
        hidden: Hidden activations that are shown; by default those that people use and one's own,
            the others folded.
        words: What is compared, for the text (``at``) and for the caption (``caption``); what
            changes it, for the title (``act``).
    """
    (before, after), head = sides, str(values["head"].iloc[0])
    values, more = parts.in_front(values, hidden, draw)
    metric, low = metric_of(column), parts.is_better_low(metric_of(column))
    arms = labels(values, varying(values))
    drawn = values.assign(
        **{side: parts.drawn_values(values[side], column) for side in (before, after)}
    )
    means = drawn.groupby(arms, observed=True)[[before, after]].mean()
    means = means.sort_values(after, ascending=low, kind="stable")
    drawn["arm"] = arms.cat.set_categories(list(means.index))
    figure, (axes,) = parts.rows(list(means.index))
    axes.hlines(range(len(means)), means[before], means[after], color=QUIET, lw=1, zorder=1)
    grey = {name: Look(QUIET) for name in means.index}
    looks = {name: look_of(name, place) for place, name in enumerate(means.index)}
    for side, colours in ((before, grey), (after, looks)):
        parts.draw_rows(axes, drawn, side, "arm", "arm", colours, dodge=0)
    if low:
        parts.log_axis(axes, "x")
    parts.label_x(axes, f"{parts.drawn_label(column)}{', log scale' * low}, {parts.arrow(metric)}")
    gains = (means[before] - means[after]) * (1 if low else -1)
    largest, winner = f"{gains.max():.2f} {metric.difference_unit}".rstrip(), str(gains.idxmax())
    count = f"{(gains > 0).sum()} of {len(gains)}"
    name = parts.drawn_label(column, unit=False)
    name = name[0].upper() + name[1:]
    return Picture(
        figure,
        f"{name} {words['at']}, {head} head, of {len(gains)} arms. {after.capitalize()}, {count} "
        f"have a better mean; the largest gain, {largest}, has {winner}.",
        f"{words['act']} improves {count} in the mean; {spelled(winner)} gains the most, "
        f"{largest}.",
        f"{name} {words['caption']}, {spelled(head)} outputs: every run, mean and 95 % interval.",
        more=more,
    )


@parts.of_page
def default_against_tuned(
    runs: Runs,
    *,
    head: str = "softmax",
    reading: str = "last",
    hidden: Sequence[str] | None = None,
) -> Picture:
    """Draw each arm at the default rate and at its own, joined by a line, on the same seeds.

    The measure is that of the test set by which rates are chosen, an accuracy drawn as error.

    See ``ranking`` for the arguments and the errors.
    """
    of_head = with_head(at_reading(runs, reading).summary, head)
    column = column_of(of_head, f"test_{tuning_metric(of_head).name}", reading)
    values = tuned_and_default(of_head, column).reset_index()
    if values.empty:
        raise IncompleteRecordError("of no arm runs at both rates are recorded yet")
    words = {
        "act": "Tuning",
        "at": "at the default and at the tuned rate",
        "caption": "at Keras's default rate (grey) and at the tuned one (in colour; where both are "
        "one rate, it covers the grey)",
    }
    again = functools.partial(default_against_tuned, runs, head=head, reading=reading)
    return _dumbbell(again, values, column, ("default", "tuned"), hidden, words)


@parts.of_page
def averaging(runs: Runs, *, head: str = "softmax", hidden: Sequence[str] | None = None) -> Picture:
    """Draw each arm at its last and at its averaged weights: two readings of the same trainings.

    At the rate that is best for the last weights, which favours them.

    See ``ranking`` for the arguments and the errors.
    """
    summary = with_head(evaluation_runs(at_reading(runs, "last").summary, "tuned"), head)
    column = f"test_{tuning_metric(summary).name}"
    values = summary.assign(
        last=with_failures_counted(summary, column),
        averaged=with_failures_counted(summary, column_of(summary, column, "averaged")),
    )
    words = {
        "act": "Averaging",
        "at": "of the same runs at the last and at the averaged weights",
        "caption": "of the same runs at the last weights (grey) and at their running average (in "
        "colour), at the rate that is best for the last weights",
    }
    again = functools.partial(averaging, runs, head=head)
    return _dumbbell(again, values, column, ("last", "averaged"), hidden, words)


@parts.of_page
def head_effect(
    runs: Runs,
    decayed: Runs,
    arm: str = "sigmoid",
    reference: str = "softmax",
    metric: str = "test_accuracy",
) -> Picture:
    """Draw how far one head lies ahead of another at last, averaged and decayed weights.

    Args:
        runs: Runs of a study that has both heads and both readings.
        decayed: Their like with a rate that falls to 0.
        arm: Head.
        reference: Head that it is compared with.
        metric: Column of the last reading; shaded is its margin, where one is registered.
    """
    found = head_effects(runs, decayed, arm, reference, metric)
    quantity, margins = metric_of(metric), claims_file.read().margins
    ends = ["mean", "low", "high"]
    found[ends] *= quantity.factor
    names = list(dict.fromkeys(found["hidden"]))
    figure, (axes,) = parts.rows(names, height=0.42)
    parts.draw_margin(axes, quantity.factor * margins.get(metric, 0.0))
    means = {}
    for place, (reading, own) in enumerate(found.groupby("reading", sort=False)):
        look = Look(QUIET) if reading == "last" else SERIES[2 * place]
        heights = own["hidden"].map(names.index) + 0.25 * (place - 1)
        parts.draw_intervals(axes, own, "mean", heights, [look] * len(own))
        axes.plot([], [], look.marker, color=look.colour, label=f"{reading} weights")
        means[reading] = quantity.number(own["mean"].mean() / quantity.factor, signed=True)
    parts.legend(figure, axes)
    ahead, behind = spelled(arm), spelled(reference)
    left, right = (ahead, behind) if quantity.better == "lower" else (behind, ahead)
    unit = quantity.difference_unit
    axes.set_xlabel(f"← {left} better\u2003\u2003{right} better →\n{unit} of {label_of(metric)}")
    said = [f"{mean} at {reading} weights" for reading, mean in means.items()]
    note = " Decayed: the rate falls to 0." if "decayed" in means else ""
    return Picture(
        figure,
        f"{label_of(metric)}, {arm} minus {reference} head, in {unit}, mean over {listed(names)}: "
        f"{listed(said)}.",
        f"{ahead.capitalize()} minus {behind}, in {unit} of {quantity.label}: {listed(said)}.",
        "Paired differences by hidden activation, each head at the rate that is best for it: mean "
        f"over seeds and 95 % interval.{note} Shaded: too small to matter.",
    )
