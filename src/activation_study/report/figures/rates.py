"""Figures over the learning rate: the whole curve, the range that works, and what heads do."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from activation_study.catalogue.spelling import with_minus
from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.experiment.fields import DEFAULT_RATES
from activation_study.measures.metrics import label_of, metric_of
from activation_study.registry import listed
from activation_study.report.analysis.arms import (
    curve_runs,
    default_selection,
    recorded_values,
    set_apart,
    tuning_metric,
)
from activation_study.report.analysis.derived import HALF_DECADE, WORKS, working_range
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.rates import at_each_rate, chosen_rates
from activation_study.report.analysis.readings import at_reading, column_of, head_effects_by_rate
from activation_study.report.claims import claims_file
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import (
    INK,
    QUIET,
    SERIES,
    USED,
    Look,
    head_look,
    look_of,
    spelled,
)
from activation_study.report.drawing.picture import Picture

DECADES = (0.0001, 0.001, 0.01, 0.1, 1, 10)
"""Ticks of an axis of learning rates."""


@parts.of_page
def rate_curve(
    runs: Runs,
    *,
    hidden: Sequence[str] | None = None,
    heads: Sequence[str] | None = None,
    reading: str = "last",
) -> Picture:
    """Draw the whole learning-rate curve, one panel a hidden activation, one line a head.

    The measure is the one by which rates are chosen; where that is an accuracy, the rates that work
    are shaded and counted as the claims count them. Every run is a small point and the line joins
    the means; a run that diverged is a cross and counts as a guess. The chosen rate of each arm is
    ringed; Keras's default is dashed. Drawn are fresh seeds where a study has them at each rate, or
    tuning runs.

    Args:
        runs: Runs of a study.
        hidden: Hidden activations that are shown; by default those that people use and one's own.
        heads: Heads that are shown; by default softmax alone.
        reading: ``"last"`` or ``"averaged"`` weights.

    Raises:
        ValueError: Nothing of what is wanted is recorded.
    """
    curve, column = _curve(runs, hidden, heads, reading)
    metric, label, judged = metric_of(column), parts.drawn_label(column), _judged(curve, column)
    names, lines = (list(curve[each].cat.categories) for each in ("value", "others"))
    figure, grid = parts.panels(
        names, min(5, len(names)), 1.6 if len(names) > 1 else 2.6, narrow=2,
        xlabel="learning rate, log scale",
        ylabel=label + ", log scale" * parts.is_better_low(metric),
    )  # fmt: skip
    widths: dict[str, dict[str, float]] = {line: {} for line in lines}
    for name, axes in grid.items():
        for place, line in enumerate(lines):
            arm = curve[(curve["value"] == name) & (curve["others"] == line)]
            look = head_look(line, place) if len(lines) > 1 else look_of(name)._replace(line="-")
            # The lines stand a little apart, or their points would hide each other.
            shift = 1.0 + 0.08 * (2 * place - len(lines) + 1)
            _draw_curve(axes, arm, shift, look, spelled(line) * (len(lines) > 1))
            if judged and len(arm):
                widths[line][name] = float(working_range(arm[judged], arm["seed"]).mean())
                _shade(axes, (arm[judged] >= WORKS).groupby(arm["learning_rate"]).mean(), look)
        usual = DEFAULT_RATES[curve["optimizer"].iloc[0]]
        axes.axvline(usual, color=INK, ls="--", lw=0.8, label="default rate")
        axes.set_xscale("log")
        tried = curve["learning_rate"]
        parts.plain_ticks(
            axes.xaxis, [tick for tick in DECADES if tried.min() < tick <= tried.max()]
        )
        wide = [_decades(found[name]) for found in widths.values() if name in found]
        axes.set_title(
            spelled(name) + (f"\n{', '.join(wide)} decades" if wide else ""), fontsize=8.5
        )
    if parts.is_better_low(metric):
        parts.log_axis(axes, "y")
    parts.legend(figure, axes)
    rates = curve.groupby("arm", observed=True)["chosen"].first().dropna()
    picked = ", ".join(f"{arm} {rate:g}" for arm, rate in rates.items()) or "none yet"
    ends = f"{curve['shown'].min():.3g} and {curve['shown'].max():.3g} {metric.unit}".rstrip()
    return Picture(
        figure,
        f"{label} over the learning rate, between {ends}. Chosen rates: {picked}.",
        _finding({spelled(line): found for line, found in widths.items() if found}),
        "Every run and the means by learning rate (ring: the chosen rate; cross: diverged)."
        + (f" Shaded, the darker the more runs: rates with at least {100 * WORKS:g} % "
           f"{label_of(judged)}. Above: half a decade for each, the mean over seeds."
           if judged else ""),
    )  # fmt: skip


def _curve(
    runs: Runs, hidden: Sequence[str] | None, heads: Sequence[str] | None, reading: str
) -> tuple[pd.DataFrame, str]:
    """Return the wanted runs of the curve with what is ``shown``, and the column of that."""
    summary = at_reading(runs, reading).summary
    curve = curve_runs(summary)
    column = column_of(curve, f"validation_{tuning_metric(curve).name}", reading)
    curve = set_apart(
        curve,
        "hidden",
        hidden or default_selection(curve, USED),
        heads or recorded_values(curve, None, "head")[:1],
    )
    curve["shown"] = parts.drawn_values(with_failures_counted(curve, column), column)
    return curve.merge(chosen_rates(summary).rename("chosen").reset_index(), how="left"), column


def _judged(curve: pd.DataFrame, column: str) -> str:
    """Return the accuracy by which a rate works: of the test images, unless these are tuning runs.

    Empty where rates are chosen by something else.
    """
    tested = column.replace("validation_", "test_")
    found = tested if tested in curve and curve[tested].notna().any() else column
    return found if metric_of(column).name == "accuracy" else ""


def _draw_curve(axes: Axes, arm: pd.DataFrame, shift: float, look: Look, label: str) -> None:
    """Draw the runs of an arm, their means by rate, and a ring at the chosen one."""
    means = arm.groupby("learning_rate")["shown"].mean()
    axes.plot(means.index * shift, means, look.marker, ls=look.line, ms=3.5, lw=1.3,
              color=look.colour, label=label)  # fmt: skip
    for diverged, sign, size in ((False, ".", 8), (True, "x", 16)):
        rows = arm[arm["diverged"] == diverged]
        x = rows["learning_rate"] * shift
        axes.scatter(x, rows["shown"], s=size, marker=sign, color=look.colour, lw=0.9)
    ring = means[means.index.isin(arm["chosen"])]
    axes.plot(ring.index * shift, ring, "o", ms=9, mfc="none", mec=look.colour, mew=1.3)


def _shade(axes: Axes, shares: pd.Series, look: Look) -> None:
    """Shade half a decade about each rate, the darker the more of its runs work."""
    reach = 10 ** (HALF_DECADE / 2)
    shares = shares[shares > 0]
    for rate, share in zip(shares.index.to_numpy(float), shares, strict=True):
        axes.axvspan(rate / reach, rate * reach, color=look.colour, alpha=0.12 * share, lw=0)


def _decades(width: float) -> str:
    """Write a range of rates as the boxes do."""
    return metric_of("working_range").number(width)


@parts.of_page
def head_effect_by_rate(
    runs: Runs, arm: str = "sigmoid", reference: str = "softmax", metric: str = "test_accuracy"
) -> Picture:
    """Draw how far one head lies ahead of another at each rate, at last and at averaged weights.

    Args:
        runs: Runs of a study that has both heads at every rate, both readings.
        arm: Head.
        reference: Head that it is compared with.
        metric: Column of the last reading.
    """
    found = head_effects_by_rate(runs, arm, reference, metric)
    quantity, ahead = metric_of(metric), spelled(arm)
    ends = ["mean", "low", "high"]
    found[ends] *= quantity.factor
    figure, axes = plt.subplots()
    axes.axhline(0, color=INK, lw=0.8)
    axes.axvline(DEFAULT_LEARNING_RATE, color=INK, ls="--", lw=0.8, label="default rate")
    said = []
    for reading, own in found.groupby("reading", sort=False):
        look = Look(QUIET) if reading == "last" else SERIES[2]
        axes.fill_between(
            own["learning_rate"], own["low"], own["high"], color=look.colour, alpha=0.25, lw=0
        )
        axes.plot(own["learning_rate"], own["mean"], look.marker, ls=look.line, color=look.colour,
                  label=f"{reading} weights")  # fmt: skip
        steps = [
            f"{quantity.number(mean / quantity.factor, signed=True)} at rate {rate:g}"
            for rate, mean in own[["learning_rate", "mean"]].to_numpy()
        ]
        said.append(f"{reading} weights: {listed(steps)}")
    axes.set(xscale="log", xlabel="learning rate, log scale")
    parts.plain_ticks(axes.xaxis, sorted(found["learning_rate"].unique()))
    way = "\N{DOWNWARDS ARROW}" if quantity.better == "lower" else "\N{UPWARDS ARROW}"
    axes.set_ylabel(f"{quantity.difference_unit}, {way}\u00a0{ahead} better")
    parts.legend(figure, axes)
    best = int(found["mean"].where(found["reading"] == "last").argmax())
    at = found["learning_rate"].iloc[best]
    means = found.loc[found["learning_rate"] == at, "mean"] / quantity.factor
    last, averaged = (quantity.number(mean, signed=True) for mean in means)
    return Picture(
        figure,
        f"{label_of(metric)}, {arm} minus {reference} head, in {quantity.difference_unit}. "
        f"{'; '.join(said)}.",
        f"At the last weights {ahead} outputs fare best against {spelled(reference)} at rate "
        f"{at:g}: {last} {quantity.difference_unit}; averaged, {averaged}.",
        f"{ahead.capitalize()} minus {spelled(reference)}, {label_of(metric)}: mean over hidden "
        "activations and 95 % interval over seeds. Both readings are of the same trainings. Rates "
        "at which a run diverged are left out.",
    )


@parts.of_page
def rate_differences(
    runs: Runs,
    pairs: Sequence[tuple[str, str]],
    metric: str = "area_after_first_epoch",
    *,
    heads: Sequence[str] = ("softmax", "sigmoid"),
) -> Picture:
    """Draw how far one hidden activation lies ahead of another where both train at one rate.

    Args:
        runs: Runs of a study.
        pairs: Hidden activations, the first against the second: a panel each.
        metric: Column of the summary.
        heads: A line each.

    Raises:
        IncompleteRecordError: Of no pair both were run at one rate.
    """
    quantity = metric_of(metric)
    margin = quantity.factor * claims_file.read().margins.get(metric, 0.0)
    names = [f"{spelled(arm)}\nminus {spelled(reference)}" for arm, reference in pairs]
    figure, grid = parts.panels(
        names, 3, 2.3, xlabel="learning rate of both, log scale",
        ylabel=f"{label_of(metric)}, difference in {quantity.difference_unit}, log scale beyond 1",
    )  # fmt: skip
    said, turned = [], 0
    for (name, axes), (arm, reference) in zip(grid.items(), pairs, strict=True):
        axes.axhspan(-margin, margin, color=INK, alpha=0.1, lw=0)
        axes.axhline(0, color=INK, lw=0.8)
        for place, head in enumerate(heads):
            mine, theirs = ({"hidden": each, "head": head} for each in (arm, reference))
            found = quantity.factor * at_each_rate(runs, mine, theirs, metric)
            if found.empty:
                raise IncompleteRecordError(
                    f"{arm} and {reference} with {head} have no rate that both were run at"
                )
            look = head_look(head, place)
            axes.fill_between(found.index, found["low"], found["high"], color=look.colour,
                              alpha=0.2, lw=0)  # fmt: skip
            axes.plot(found.index, found["mean"], look.marker, ls=look.line, ms=4,
                      color=look.colour, label=f"{spelled(head)} outputs")  # fmt: skip
            turned += found["mean"].min() < -margin and found["mean"].max() > margin
            ends = found["mean"].iloc[[0, -1]].items()
            steps = [with_minus(f"{mean:+.2f} at {rate:g}") for rate, mean in ends]
            said.append(f"{arm} minus {reference}, {head}: {listed(steps)}")
        axes.set_title(name, fontsize=8.5)
        axes.set_xscale("log")
        axes.set_yscale("symlog", linthresh=1)
        parts.plain_ticks(axes.xaxis, (0.0001, 0.001, 0.01))
        parts.plain_ticks(axes.yaxis, (-30, -10, -3, -1, 0, 1, 3, 10, 30), "{:+g}")
    parts.legend(figure, axes)
    return Picture(
        figure,
        f"Difference in {label_of(metric)} at each common learning rate, in "
        f"{quantity.difference_unit}. {'; '.join(said)}.",
        f"In {turned} of {len(said)} comparisons the learning rate decides which of the two is "
        "ahead.",
        "Both at the same learning rate; above 0 the first is ahead. Mean and range of the "
        "seeds; rates at which a run diverged are left out. Shaded: too small to matter.",
    )


def _finding(widths: dict[str, dict[str, float]]) -> str:
    """Say which activation forgives most, and which least; of one activation, which line."""
    for line, found in widths.items():
        if len(found) == 1:
            said = [f"{_decades(*own.values())} with {head}" for head, own in widths.items()]
            return f"The rates that work span, in decades, {listed(said)}."
        low, high = min(found, key=found.__getitem__), max(found, key=found.__getitem__)
        return (
            f"With {line} outputs the rates that work span {_decades(found[low])} decades for "
            f"{spelled(low)} and {_decades(found[high])} for {spelled(high)}."
        )
    return "The learning rate decides."
