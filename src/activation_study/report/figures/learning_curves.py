"""Figures of how training goes: learning curves, learning-rate curves, speed, the first epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator

from activation_study.catalogue.activations import HEADLINE
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
    set_apart,
    tuning_metric,
    tuning_runs,
    undiverged_runs,
    varying,
    with_head,
)
from activation_study.report.analysis.course import first_step_below, relative_to_guessing
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.rates import chosen_rates
from activation_study.report.figures import parts
from activation_study.report.figures.picture import Picture

SHOWN = ("relu", "tanh", "sigmoid", "leaky_relu", "gelu", "silu")


@parts.of_page
def convergence(
    runs: Runs,
    hue: str = "hidden",
    *,
    hidden: Sequence[str] | None = None,
    heads: Sequence[str] | None = None,
    metric: str | None = None,
) -> Picture:
    """Draw learning curves: means over the evaluation seeds with 95 % bootstrap bands.

    Args:
        runs: Runs of a study.
        hue: What the colours tell apart, ``"hidden"``, ``"head"`` or another field in which the
            arms differ; the others make the panels.
        hidden: Hidden activations that are shown; by default some well-known ones as lines, those
            with the most seeds as panels, and one's own.
        heads: Heads that are shown; None for all.
        metric: Column of the history, such as ``"validation_accuracy"`` (drawn as error); by
            default the one by which rates are chosen.

    Raises:
        ValueError: An unknown hue or metric, or nothing of what is wanted is recorded.
    """
    summary = undiverged_runs(runs.summary, "tuned")
    metric = metric or f"validation_{tuning_metric(summary).name}"
    columns = runs.history.columns.drop(["key", "epoch"])
    for kind, received, accepted in (
        ("hue", hue, arm_fields(summary)),
        ("metric of the history", metric, columns),
    ):
        if received not in accepted:
            raise unknown_name(kind, received, accepted)
    hidden = hidden or default_selection(summary, SHOWN if hue == "hidden" else HEADLINE)
    summary = set_apart(summary, hue, hidden, heads)
    curves = runs.history[runs.history["epoch"] > 0].merge(
        summary[["key", "value", "others", "arm"]], on="key"
    )
    curves["shown"] = parts.drawn_values(curves[metric], metric)
    label = parts.drawn_label(metric)
    names = list(summary["others"].cat.categories)
    figure, panels = parts.panels(names, 2 if hue == "hidden" else 3, "epoch", label)
    field = next((name for name in ("hidden", "head") if set(names) <= set(summary[name])), None)
    for name, axes in panels.items():
        parts.draw_bands(axes, curves[curves["others"] == name], "epoch", "shown", "value", ms=4)
        axes.set_title(f"{field}: {name}" if field else name)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if parts.is_better_low(metric_of(metric)):
        parts.log_axis(axes, "y")
    handles, lines = axes.get_legend_handles_labels()
    figure.legend(handles, lines, loc="outside lower center", ncols=len(lines), title=hue)
    title = "Learning curves at the tuned learning rate"
    figure.suptitle(f"{title}: mean over seeds and 95 % interval")
    ends = curves[curves["epoch"] == curves["epoch"].max()].groupby("arm", observed=True)["shown"]
    last = ends.mean()
    return Picture(
        figure,
        f"{title}, {label} by epoch, after the first one. After the last epoch the lowest mean is "
        f"{last.min():.3g}, of {last.idxmin()}, and the highest {last.max():.3g}, of "
        f"{last.idxmax()}.",
    )


@parts.of_page
def early_training(runs: Runs) -> Picture:
    """Draw the training loss within the first epoch, in units of the loss of guessing.

    The heads have different losses; each is divided by what its loss is when every image gets the
    class frequencies. Above 1 a network has not even learned those.

    Raises:
        ValueError: A head whose loss is not a likelihood.
    """
    title = "Training loss within the first epoch"
    summary = headline_runs(runs, "hidden")
    losses = relative_to_guessing(runs.early, summary)
    names = list(summary["value"].cat.categories)
    figure, panels = parts.panels(names, 3, "step", "loss / loss of guessing")
    for name, axes in panels.items():
        axes.axhline(1.0, color="0.3", ls="--", lw=1)
        of_panel = losses[losses["value"] == name]
        parts.draw_bands(axes, of_panel, "step", "train_loss", "others", ms=3, markevery=4)
    parts.log_axis(axes, "y")
    panels[names[0]].legend()
    figure.suptitle(f"{title}, tuned rate (dashed: knowing only the class frequencies)")
    steps = first_step_below(losses, ["others", "value"]).groupby("others", observed=True)
    ranges = [f"{line} {_range(*found)}" for line, found in steps.agg(["min", "max"]).iterrows()]
    return Picture(
        figure,
        f"{title} by step, relative to the loss of guessing by class frequencies, for "
        f"{listed(names)}. The mean over seeds first falls below that of guessing at step: "
        f"{'; '.join(ranges)}.",
    )


def _range(*ends: float) -> str:
    said = dict.fromkeys(f"{end:.0f}" if math.isfinite(end) else "never" for end in ends)
    return " to ".join(said)


@parts.of_page
def rate_curve(
    runs: Runs, *, hidden: Sequence[str] | None = None, heads: Sequence[str] | None = None
) -> Picture:
    """Draw the whole learning-rate curve of the tuning runs, one panel a hidden activation.

    The measure is the one by which rates are chosen.

    Every tuning run is a small point and the line joins the means; a run that diverged is a cross
    and counts as a guess. The chosen rate of each arm is ringed; Keras's default is dashed.

    Args:
        runs: Runs of a study.
        hidden: Hidden activations that are shown; by default some well-known ones and one's own.
        heads: Heads that are shown.

    Raises:
        ValueError: Nothing of what is wanted is recorded.
    """
    tuning = tuning_runs(runs.summary)
    column = f"validation_{tuning_metric(tuning).name}"
    metric, name = metric_of(column), parts.drawn_label(column, unit=False)
    title = f"{name[0].upper()}{name[1:]} over the learning rate, tuning seeds"
    tuning = set_apart(tuning, "hidden", hidden or default_selection(tuning, SHOWN), heads)
    tuning["shown"] = parts.drawn_values(with_failures_counted(tuning, column), column)
    tuning = tuning.merge(chosen_rates(runs.summary).rename("chosen").reset_index(), how="left")
    label = parts.drawn_label(column)
    figure, panels = parts.panels(list(tuning["value"].cat.categories), 3, "learning rate", label)
    for name, axes in panels.items():
        lines = tuning[tuning["value"] == name].groupby("others", observed=False)
        for place, (line, arm) in enumerate(lines):
            colour, marker = parts.LOOKS[place % 10]
            # The lines stand a little apart, or their points would hide each other.
            shift = 1.0 + 0.08 * (2 * place - len(lines) + 1)
            means = arm.groupby("learning_rate")["shown"].mean()
            axes.plot(means.index * shift, means, marker=marker, ms=4, color=colour, label=line)
            for diverged, sign, size in ((False, ".", 10), (True, "x", 20)):
                rows = arm[arm["diverged"] == diverged]
                x = rows["learning_rate"] * shift
                axes.scatter(x, rows["shown"], s=size, marker=sign, color=colour, lw=0.9)
            ring = means[means.index.isin(arm["chosen"])]
            axes.plot(ring.index * shift, ring, "o", ms=10, mfc="none", mec=colour, mew=1.5)
        axes.axvline(DEFAULT_LEARNING_RATE, color="0.3", ls="--", lw=1, label="default rate")
        axes.set_xscale("log")
    if parts.is_better_low(metric):
        parts.log_axis(axes, "y")
    next(iter(panels.values())).legend()
    figure.suptitle(f"{title} (ring: the chosen rate, cross: diverged)")
    rates = tuning.groupby("arm", observed=True)["chosen"].first().dropna()
    picked = ", ".join(f"{arm} {rate:g}" for arm, rate in rates.items()) or "none yet"
    ends = f"{tuning['shown'].min():.3g} and {tuning['shown'].max():.3g} {metric.unit}".rstrip()
    return Picture(figure, f"{title}, between {ends}. Chosen rates: {picked}.")


@parts.of_page
def speed(runs: Runs, *, head: str = "softmax") -> Picture:
    """Draw, for every arm of a head, the epochs to 97 % and how low its learning curve lies.

    The second is the mean height of its validation curve, below that of the highest one.

    A run that never reached 97 % counts as one epoch more than it trained; how many did not is
    written beside the name.

    Args:
        runs: Runs of a study.
        head: The head of the runs that are shown.

    Raises:
        ValueError: A head that these runs have not.
    """
    summary = with_head(evaluation_runs(runs.summary, "tuned"), head)
    summary = summary.assign(
        arm=labels(summary, varying(summary)),
        look=summary["hidden"].where(summary["hidden"].isin(parts.USUAL), "other"),
        epochs_to_97=with_failures_counted(summary, "epochs_to_97"),
        height=with_failures_counted(summary, "area_under_validation_accuracy").fillna(0.0),
        missed=~np.isfinite(summary["epochs_to_97"].astype(float)),
    )
    arms = summary.groupby("arm", observed=True).agg(
        height=("height", "mean"), missed=("missed", "sum"), runs=("missed", "size")
    )
    arms = arms.sort_values("height", ascending=False, kind="stable")
    best, worst = arms.index[0], arms.index[-1]
    summary["below"] = 100 * (arms["height"].max() - summary["height"])
    names = {
        name: f"{name} ({missed} of {count} never)" if missed else name
        for name, missed, count in arms[["missed", "runs"]].itertuples()
    }
    summary["arm"] = (
        summary["arm"].cat.reorder_categories(list(arms.index)).cat.rename_categories(names)
    )
    figure, all_axes = plt.subplots(1, 2, figsize=(7.2, 0.9 + 0.19 * len(arms)), sharey=True)
    xlabels = {
        "epochs_to_97": "epochs to 97 % accuracy", "below": f"points below the curve of {best}"
    }  # fmt: skip
    for axes, (column, xlabel) in zip(all_axes, xlabels.items(), strict=True):
        parts.draw_strips(axes, summary, column, "arm", "look", parts.USUAL, dodge=0)
        axes.set(xlabel=xlabel, ylabel="")
    parts.symlog_axis(axes, 1.0)
    title = f"Speed of learning, {head} head, tuned rate"
    figure.suptitle(f"{title}: mean over seeds and 95 % interval")
    return Picture(
        figure,
        f"{title}: epochs to 97 % validation accuracy and mean height of the learning curve of "
        f"{len(arms)} arms. The highest curve has {best} ({100 * arms['height'].max():.2f} %), the "
        f"lowest {worst} ({100 * arms['height'].min():.2f} %).",
    )
