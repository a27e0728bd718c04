"""Figures of any measures: arms beside each other, over the values of a field, over the epochs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from activation_study.catalogue.spelling import field_written, written
from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.measures.metrics import label_of, metric_of
from activation_study.registry import listed, unknown_name
from activation_study.report.analysis.arms import (
    evaluation_runs,
    labels,
    recorded_values,
    varying,
)
from activation_study.report.analysis.derived import with_derived
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.readings import READINGS, at_reading, column_of
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import HEADS, INK, QUIET, Look, head_look, spelled
from activation_study.report.drawing.picture import Picture

Measures = Sequence[str | tuple[str, str]]
"""Columns of the summary; of two together the first is drawn in grey, joined to the second."""


@parts.of_page
def compared(
    runs: Runs,
    measures: Measures,
    *,
    heads: Sequence[str] | None = None,
    reading: str = "last",
    rate: str = "tuned",
) -> Picture:
    """Draw measures of every arm: a panel a measure, a row an arm, the best of the first on top.

    Where it is recorded what chance alone would show of a single measure, that is shaded: the mean
    over the runs of the interval that holds 95 % of it.

    Args:
        runs: Runs of a study.
        measures: What is drawn, named as at the last weights.
        heads: Heads that are shown, by default all.
        reading: ``"last"`` or ``"averaged"`` weights, where the measure is read twice.
        rate: ``"tuned"``, each arm's own, or ``"default"``.

    Raises:
        ValueError: Nothing of what is wanted is recorded.
    """
    panels = [each if isinstance(each, tuple) else (each,) for each in measures]
    frame, columns = _shown(runs, [name for panel in panels for name in panel], reading, rate)
    if heads is not None:
        frame = frame[frame["head"].isin(recorded_values(frame, heads, "head"))]
    frame = frame.assign(arm=labels(frame, varying(frame)).astype(str))
    first = columns[panels[0][-1]]
    means = frame.groupby("arm")[list(columns.values())].mean()
    low = parts.is_better_low(metric_of(first))
    order = list(means.sort_values(first, ascending=low, kind="stable").index)
    frame["arm"] = pd.Categorical(frame["arm"], order, ordered=True)
    head_of = frame.groupby("arm", observed=True)["head"].first()
    looks = {arm: HEADS.get(head_of[arm], Look(INK)) for arm in order}
    figure, grid = parts.rows(order, len(panels), 0.3)
    within: dict[str, str] = {}
    for axes, names in zip(grid, panels, strict=True):
        *before, shown = (columns[name] for name in names)
        for column in before:
            axes.hlines(range(len(order)), means[column][order], means[shown][order], color=QUIET,
                        lw=1, zorder=1)  # fmt: skip
            grey = dict.fromkeys(order, Look(QUIET))
            parts.draw_rows(axes, frame.dropna(subset=column), column, "arm", "arm", grey, 0)
        if not before and f"{shown}_null_low" in frame:
            within[shown] = _shade_chance(axes, frame, shown)
        parts.draw_rows(axes, frame.dropna(subset=shown), shown, "arm", "arm", looks, 0)
        spread = means[[columns[name] for name in names]].to_numpy()
        log = _log_where_wide(axes, "x", shown, spread)
        parts.label_x(axes, f"{parts.drawn_label(shown)}{log}{_way(shown)}")
    said = [
        f"{parts.drawn_label(column, unit=False)}: {_values(means[column][order], column)}"
        for column in dict.fromkeys(columns.values())
    ]
    best, worst = (
        f"{spelled(arm)} {{}} with {_said(means[first][arm], first)}"
        for arm in (order[0], order[-1])
    )
    joined = [
        f" Grey: {label_of(columns[names[0]])}; in colour: {label_of(columns[names[1]])}."
        for names in panels
        if len(names) > 1
    ]
    own = "the best rate tried" if rate == "tuned" else "the default rate"
    shaded = " Shaded: 95 % of what exactly right probabilities would show by chance."
    return Picture(
        figure,
        " ".join([f"{'. '.join(said)}.", *within.values()]),
        within.get(first)
        or f"By {parts.drawn_label(first, unit=False)}, {best.format('comes first')}, and "
        f"{worst.format('last')}.",
        f"Every run at {own}, mean and 95 % interval.{''.join(joined)}{shaded * bool(within)}",
    )


def _shade_chance(axes: Axes, frame: pd.DataFrame, column: str) -> str:
    """Shade what chance alone would show of each arm, and say how many runs lie within theirs."""
    ends = [f"{column}_null_{end}" for end in ("low", "high")]
    chance = parts.drawn_values(frame[ends], column)
    means = chance.groupby(frame["arm"], observed=True).mean()
    axes.hlines(range(len(means)), *means.to_numpy().T, color=QUIET, alpha=0.4, lw=7, zorder=1)
    num_inside = frame[column].between(*(chance[end] for end in ends)).sum()
    return f"{num_inside} of {len(frame)} runs lie within what chance alone would show of them."


@parts.of_page
def over(
    runs: Runs,
    field: str,
    measure: str,
    *,
    lines: str = "head",
    panels: str | None = None,
    reading: str = "last",
    rate: str = "tuned",
) -> Picture:
    """Draw a measure over the values of a field of the experiments, from the least to the largest.

    Args:
        runs: Runs of a study whose arms differ in the field.
        field: Field on the horizontal axis; a value of None stands for all there is.
        measure: What is drawn, named as at the last weights.
        lines: Field with a line for each of its values.
        panels: Field with a panel for each of its values.
        reading: ``"last"`` or ``"averaged"`` weights, where the measure is read twice.
        rate: ``"tuned"``, each arm's own, or ``"default"``.
    """
    frame, columns = _shown(runs, [measure], reading, rate)
    column = columns[measure]
    steps = [*np.sort(frame[field].dropna().unique()), *([None] * bool(frame[field].isna().any()))]
    places = frame[field].map({step: place for place, step in enumerate(steps)})
    frame = frame.assign(place=places.fillna(len(steps) - 1))
    frame["line"] = frame["head"] if lines == "head" else _named(frame, lines)
    frame["panel"] = "" if panels is None else _named(frame, panels)
    names, all_lines = (recorded_values(frame, None, each) for each in ("panel", "line"))
    figure, grid = parts.panels(
        names, 3, 2.0 + 0.15 * len(all_lines), xlabel=field_written(field),
        ylabel=parts.drawn_label(column),
    )  # fmt: skip
    said = []
    for name, axes in grid.items():
        for place, line in enumerate(all_lines):
            own = frame[(frame["panel"] == name) & (frame["line"] == line)].dropna(subset=column)
            if own.empty:
                continue
            look = head_look(line, place)
            parts.draw_bands(axes, own, "place", column, look, spelled(line), marker=look.marker)
            ends = own.groupby("place")[column].mean().iloc[[0, -1]]
            where = f"{spelled(line)}{f', {name}' if name else ''}"
            said.append(f"{where}: {' to '.join(_said(end, column) for end in ends)}")
        axes.set_title(name)
        shown = ["all" if step is None else written(step) for step in steps]
        axes.set_xticks(range(len(steps)), shown)
    _log_where_wide(axes, "y", column, frame[column].to_numpy())
    parts.legend(figure, next(iter(grid.values())))
    what = f"{parts.drawn_label(column, unit=False)} over {field_written(field)}"
    return Picture(
        figure,
        f"{what}, from the least to the largest. {'; '.join(said)}.",
        f"{what[0].upper()}{what[1:]}, from the least to the largest.",
        "Mean over seeds and 95 % interval.",
    )


@parts.of_page
def by_epoch(
    runs: Runs,
    measures: Sequence[str],
    *,
    heads: Sequence[str] | None = None,
    panels: str | None = None,
    rate: str = "tuned",
) -> Picture:
    """Draw measures of training over the epochs, a panel a measure; runs that failed are shown.

    Args:
        runs: Runs of a study whose arms differ in the head.
        measures: Columns of the history, of the last weights.
        heads: Heads that are shown, by default all.
        panels: Field with panels for each of its values.
        rate: ``"tuned"``, each arm's own, or ``"default"``.

    Raises:
        ValueError: Nothing of what is wanted is recorded.
    """
    frame = evaluation_runs(at_reading(runs, "last").summary, rate) if len(runs) else None
    if frame is None or frame.empty:
        raise IncompleteRecordError(f"no run at the {rate} rate is recorded yet")
    heads = recorded_values(frame, heads, "head")
    frame = frame.assign(panel="" if panels is None else _named(frame, panels))
    history = runs.history.merge(frame[["key", "head", "panel"]], on="key").query("epoch > 0")
    for name in measures:
        if name not in history:
            raise unknown_name("metric of the history", name, map(str, runs.history.columns))
    settings = recorded_values(frame, None, "panel")
    drawn = {f"{name} {setting}": (name, setting) for name in measures for setting in settings}
    columns = 2 if panels is None else len(settings)
    figure, grid = parts.panels(list(drawn), columns, 2.4, xlabel="epoch", sharey=False)
    said = []
    for (name, setting), axes in zip(drawn.values(), grid.values(), strict=True):
        shown = history.assign(shown=parts.drawn_values(history[name], name))
        shown = shown[shown["panel"] == setting]
        of = f" of {setting}" if setting else ""
        for place, head in enumerate(heads):
            own, look = shown[shown["head"] == head], head_look(head, place)
            if own.empty:
                continue
            parts.draw_bands(axes, own, "epoch", "shown", look, spelled(head))
            ends = own.groupby("epoch")["shown"].mean().iloc[[0, -1]]
            first, last = (_said(end, name) for end in ends)
            what = parts.drawn_label(name, unit=False)
            said.append(f"{what}{of} with {spelled(head)} from {first} to {last}")
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        log = _log_where_wide(axes, "y", name, shown["shown"].to_numpy())
        title = f"{parts.drawn_label(name)}{log}"
        axes.set_title(f"{setting}\n{title}" if setting else title)
    parts.legend(figure, axes)
    own_rate = "tuned rates" if rate == "tuned" else "the default rate"
    return Picture(
        figure,
        f"From the first to the last epoch: {'; '.join(said)}.",
        f"From the first to the last epoch: {said[0]}.",
        f"At {own_rate}, mean over seeds and 95 % interval.",
    )


def _shown(
    runs: Runs, measures: Sequence[str], reading: str, rate: str
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the evaluation runs with measures as they are drawn, and the column of each."""
    frame = runs.summary
    if len(runs):
        frame = evaluation_runs(with_derived(at_reading(runs, reading)).summary, rate)
    if frame.empty:
        raise IncompleteRecordError(f"no run at the {rate} rate is recorded yet")
    # What is no measure of quality is read at the last weights alone.
    twice = {name for name in measures if READINGS[reading] + name in frame}
    columns = {
        name: column_of(frame, name, reading) if name in twice else name for name in measures
    }
    shown = {
        column: parts.drawn_values(with_failures_counted(frame, column), column)
        for column in columns.values()
    }
    return frame.assign(**shown), columns


def _named(frame: pd.DataFrame, field: str) -> pd.Series:
    """Return what each run's value of a field is called beside the others."""
    values = frame[field].map(lambda value: "all" if pd.isna(value) else written(value))
    return values if field == "task" else field_written(field) + " " + values


def _log_where_wide(axes: Axes, which: str, column: str, values: np.ndarray) -> str:
    """Make an axis logarithmic where a measure that shrinks in learning spans a decade, say so."""
    if parts.is_better_low(metric_of(column)) and 0 < 10 * np.nanmin(values) < np.nanmax(values):
        parts.log_axis(axes, which)
        return ", log scale"
    return ""


def _way(column: str) -> str:
    metric = metric_of(column)
    return f", {parts.arrow(metric)}" if metric.better else ""


def _said(shown: float, column: str) -> str:
    """Write a value as it is drawn."""
    metric = metric_of(column)
    return f"{metric.number(shown / metric.factor)} {metric.unit}".rstrip()


def _values(means: pd.Series, column: str) -> str:
    """Write what was measured of each arm; of an early round not all of it was."""
    return listed(
        [f"{spelled(str(arm))} {_said(mean, column)}" for arm, mean in means.dropna().items()]
    )
