"""Figures of how training goes: learning curves, the first epoch, speed."""

from __future__ import annotations

import functools
import math
import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from activation_study.catalogue.activations import HEADLINE
from activation_study.catalogue.spelling import with_minus
from activation_study.engine.records.records import Runs
from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.measures.metrics import metric_of
from activation_study.registry import listed, unknown_name
from activation_study.report.analysis.arms import (
    arm_fields,
    default_selection,
    evaluation_runs,
    headline_runs,
    labels,
    recorded_values,
    set_apart,
    tuning_metric,
    undiverged_runs,
    varying,
    with_head,
)
from activation_study.report.analysis.course import (
    at_best_likelihood,
    first_step_below,
    relative_to_guessing,
)
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.readings import READINGS, at_reading, column_of
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import (
    GROUND,
    INK,
    QUIET,
    USED,
    head_look,
    look_of,
    spelled,
)
from activation_study.report.drawing.picture import Picture


@parts.of_page
def convergence(
    runs: Runs,
    hue: str = "hidden",
    *,
    hidden: Sequence[str] | None = None,
    heads: Sequence[str] | None = None,
    metric: str | None = None,
    reading: str = "last",
    is_long: bool = False,
) -> Picture:
    """Draw learning curves, a panel a hidden activation: means over the evaluation seeds.

    Args:
        runs: Runs of a study.
        hue: What the colours tell apart: ``"hidden"``, each panel with all others in grey, or
            ``"head"`` or another field in which the arms differ.
        hidden: Hidden activations that are shown; by default those that people use, or where heads
            are compared those with the most seeds, and one's own.
        heads: Heads that are shown; by default all, or softmax alone where the hue is ``"hidden"``.
        metric: Column of the history, such as ``"validation_accuracy"`` (drawn as error); by
            default the one by which rates are chosen.
        reading: ``"last"`` or ``"averaged"`` weights.
        is_long: Whether the first epochs get as much room as the many later ones, each column of
            panels its own vertical axis, and each line a mark at the epoch with the best
            likelihood, the median over its seeds.

    Raises:
        ValueError: An unknown hue or metric, or nothing of what is wanted is recorded.
    """
    curves, column = _curves(runs, hue, hidden, heads, metric, reading)
    is_by_hidden = hue == "hidden"
    panel, line = ("value", "others") if is_by_hidden else ("others", "value")
    label, quantity = parts.drawn_label(column), metric_of(column)
    names, lines = (list(curves[each].cat.categories) for each in (panel, line))
    figure, grid = parts.panels(
        names, 2 if is_long else min(5, len(names)), 1.5, narrow=2,
        xlabel="epoch" + ", log scale" * is_long,
        ylabel=label + ", log scale" * parts.is_better_low(quantity),
        sharey="col" if is_long else True,
    )  # fmt: skip
    means = curves.groupby(["arm", "epoch"], observed=True)["shown"].mean().unstack("epoch")
    for name, axes in grid.items():
        if is_by_hidden:
            axes.plot(means.columns, means.T, color=QUIET, lw=0.7, alpha=0.6)
        for place, each in enumerate(lines):
            own = curves[(curves[panel] == name) & (curves[line] == each)]
            look = look_of(name)._replace(line=("-", "--", ":")[place % 3])
            look = look if is_by_hidden else head_look(each, place)
            parts.draw_bands(axes, own, "epoch", "shown", look, spelled(each))
            if is_long and len(own):
                best = at_best_likelihood(own, READINGS[reading])["epoch"].median()
                course = own.groupby("epoch")["shown"].mean()
                height = np.interp(best, course.index, course)
                axes.plot(best, height, look.marker, color=look.colour, mec=GROUND, ms=8, zorder=3)
        if quantity.bounded[0] < 0 < quantity.bounded[1]:
            axes.axhline(0, color=INK, lw=0.8)
        fitting = (20 if parts.is_narrow() else 26) if is_long else 22
        axes.set_title(textwrap.fill(spelled(name), fitting))
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    if is_long:
        parts.log_axis(axes, "x")
    if parts.is_better_low(quantity):
        # Of each column the last one: the others share its axis.
        for each in list(grid.values())[-2 if is_long else -1 :]:
            parts.log_axis(each, "y")
    if len(lines) > 1:
        parts.legend(figure, axes)
    last = means.iloc[:, -1]
    unit = f" {quantity.unit}".rstrip()
    short = means.set_axis(names) if len(names) == len(means) else means
    ends = short.iloc[:, -1].agg(["idxmin", "idxmax"])
    low, high = (
        with_minus(f"{spelled(str(arm))} ({short.loc[arm].iloc[-1]:.3g}{unit})") for arm in ends
    )
    others = "; grey: all others" if is_by_hidden and len(names) > 1 else ""
    return Picture(
        figure,
        f"Learning curves at the best rates tried, {label} by epoch, after the first one. After "
        f"the last epoch the lowest mean is {last.min():.3g}, of {last.idxmin()}, and the highest "
        f"{last.max():.3g}, of {last.idxmax()}.",
        f"After epoch {means.columns[-1]} the {parts.drawn_label(column, unit=False)} lies between "
        f"{low} and {high}.",
        f"Learning curves at the best rates tried, mean over seeds and 95 % interval{others}."
        + " Marks: the epoch with the best likelihood. Each column has its own vertical axis."
        * is_long,
    )


def _curves(
    runs: Runs,
    hue: str,
    hidden: Sequence[str] | None,
    heads: Sequence[str] | None,
    metric: str | None,
    reading: str,
) -> tuple[pd.DataFrame, str]:
    """Return the learning curves that are wanted, with what is ``shown``, and the column of that.

    See ``convergence`` for the arguments and the errors.
    """
    summary = undiverged_runs(at_reading(runs, reading).summary, "tuned")
    metric = metric or f"validation_{tuning_metric(summary).name}"
    columns = runs.history.columns.drop(["key", "epoch"])
    for kind, received, accepted in (
        ("hue", hue, arm_fields(summary)),
        ("metric of the history", metric, columns),
    ):
        if received not in accepted:
            raise unknown_name(kind, received, accepted)
    column, is_by_hidden = column_of(runs.history, metric, reading), hue == "hidden"
    hidden = hidden or default_selection(summary, USED if is_by_hidden else HEADLINE)
    heads = heads or recorded_values(summary, None, "head")[: 1 if is_by_hidden else None]
    arms = set_apart(summary, hue, hidden, heads)[["key", "value", "others", "arm"]]
    curves = runs.history[runs.history["epoch"] > 0].merge(arms, on="key")
    return curves.assign(shown=parts.drawn_values(curves[column], column)), column


@parts.of_page
def early_training(runs: Runs) -> Picture:
    """Draw the training loss within the first epoch, in units of the loss of guessing.

    The heads have different losses, and panels of their own; each is divided by what its loss is
    when every image gets the class frequencies. Above 1 a network has not even learned those.

    Raises:
        ValueError: A head whose loss is not a likelihood.
    """
    title = "Training loss within the first epoch"
    summary = headline_runs(runs, "head")
    losses = relative_to_guessing(runs.early, summary)
    heads, names = (list(summary[each].cat.categories) for each in ("value", "others"))
    figure, grid = parts.panels(
        heads, 3, 2.4, xlabel="step of training", ylabel="loss / loss of guessing, log scale"
    )
    for head, axes in grid.items():
        axes.axhline(1.0, color=INK, ls="--", lw=1)
        for place, name in enumerate(names):
            own = losses[(losses["value"] == head) & (losses["others"] == name)]
            parts.draw_bands(axes, own, "step", "train_loss", look_of(name, place), spelled(name))
        axes.set_title(f"{spelled(head)} outputs")
    parts.log_axis(axes, "y")
    parts.legend(figure, axes)
    steps = first_step_below(losses, ["value", "others"]).groupby("value", observed=True)
    ranges = {str(head): _range(*ends) for head, ends in steps.agg(["min", "max"]).iterrows()}
    note = " The panels' losses are not of one kind: compare each with its line."
    note *= losses["unit"].nunique() > 1
    return Picture(
        figure,
        f"{title} by step, relative to the loss of guessing by class frequencies, for "
        f"{listed(names)}. The mean over seeds first falls below that of guessing at step: "
        f"{'; '.join(f'{head} {steps}' for head, steps in ranges.items())}.",
        "Better than guessing from step "
        + listed([f"{steps} with {spelled(head)} outputs" for head, steps in ranges.items()])
        + ".",
        f"Above the dashed line a network knows less than how often each class occurs.{note} Tuned "
        "rates, mean over seeds and 95 % interval.",
    )


def _range(*ends: float) -> str:
    said = dict.fromkeys(f"{end:.0f}" if math.isfinite(end) else "never" for end in ends)
    return " to ".join(said)


@parts.of_page
def speed(
    runs: Runs,
    *,
    head: str = "softmax",
    rate: str = "tuned",
    hidden: Sequence[str] | None = None,
    reading: str = "last",
) -> Picture:
    """Draw, for every arm of a head, the epochs to 97 % and how low its learning curve lies.

    The second is the mean height of its validation curve, below that of the highest one. A run
    that never reached 97 % counts as one epoch more than it trained; how many did not is written
    beside the name.

    Args:
        runs: Runs of a study.
        head: The head of the runs that are shown.
        rate: ``"tuned"``, each arm's own, or ``"default"``, one for all.
        hidden: Hidden activations that are shown; by default those that people use and one's own,
            the others folded.
        reading: Whose rate and whose curve, ``"last"`` or ``"averaged"`` weights.

    Raises:
        ValueError: A head that these runs have not.
    """
    again = functools.partial(speed, runs, head=head, rate=rate, reading=reading)
    shown, more = parts.in_front(_speeds(runs, head, rate, reading), hidden, again)
    arms = shown.groupby("arm", observed=True).agg(
        height=("height", "mean"), missed=("missed", "sum"), runs=("missed", "size")
    )
    arms = arms.sort_values("height", ascending=False, kind="stable")
    highest, lowest = (f"{spelled(str(arms.index[end]))}" for end in (0, -1))
    shown["below"] = arms["height"].max() - shown["height"]
    shown["arm"] = shown["arm"].cat.set_categories(list(arms.index))
    names = [
        f"{name} ({missed} of {count} never)" if missed else str(name)
        for name, missed, count in arms[["missed", "runs"]].itertuples()
    ]
    looks = {name: look_of(name, place) for place, name in enumerate(arms.index)}
    figure, (left, right) = parts.rows(names, 2)
    for axes, column, what in (
        (left, "epochs_to_97", "epochs to 97 % accuracy"),
        (right, "below", f"points below the curve of {highest}"),
    ):
        parts.draw_rows(axes, shown, column, "arm", "arm", looks, dodge=0)
        parts.label_x(axes, f"{what}, ←\u00a0better")
    widest = shown["below"].max()
    if widest > 10:
        parts.symlog_axis(right, 1.0)
        parts.label_x(
            right, f"points below the curve of {highest}, log scale beyond 1, ←\u00a0better"
        )
    of_rate = "its tuned rate" if rate == "tuned" else f"one rate, {DEFAULT_LEARNING_RATE:g}"
    title = f"Speed of learning, {head} head, {rate} rate"
    return Picture(
        figure,
        f"{title}: epochs to 97 % validation accuracy and mean height of the learning curve of "
        f"{len(arms)} arms. The highest curve has {arms.index[0]} ({arms['height'].iloc[0]:.2f} %),"
        f" the lowest {arms.index[-1]} ({arms['height'].iloc[-1]:.2f} %).",
        f"{highest[0].upper()}{highest[1:]} has the highest learning curve, {lowest} the lowest, "
        f"{arms['height'].iloc[0] - arms['height'].iloc[-1]:.2f} points below.",
        f"Every run of the {spelled(head)} head at {of_rate}, mean and 95 % interval; "
        "second, the mean height of the learning curve.",
        more=more,
    )


def _speeds(runs: Runs, head: str, rate: str, reading: str) -> pd.DataFrame:
    """Return the runs with ``arm``, ``epochs_to_97``, whether it was ``missed``, and ``height``."""
    summary = with_head(evaluation_runs(at_reading(runs, reading).summary, rate), head)
    area = "area_under_validation_accuracy"
    if summary.get("area_after_first_epoch", summary["epochs"] * math.nan).notna().any():
        area = "area_after_first_epoch"
    area = column_of(summary, area, reading)
    return summary.assign(
        arm=labels(summary, varying(summary)),
        epochs_to_97=with_failures_counted(summary, "epochs_to_97"),
        height=100 * with_failures_counted(summary, area).fillna(0.0),
        missed=~np.isfinite(summary["epochs_to_97"].astype(float)),
    )
