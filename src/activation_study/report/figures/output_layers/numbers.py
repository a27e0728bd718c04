"""Figures of targets that are numbers: what is predicted, by what is true."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np

from activation_study.catalogue.spelling import with_minus
from activation_study.engine.records.records import Runs
from activation_study.report.analysis import outputs
from activation_study.report.analysis.arms import recorded_values
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import INK, QUIET, SERIES, spelled
from activation_study.report.drawing.picture import Picture


@parts.of_page
def predictions(
    runs: Runs, heads: Sequence[str] | None = None, *, seen: float | None = None
) -> Picture:
    """Draw predictions by the truth, tenth by tenth: a panel a head, all on one scale.

    Runs that failed are drawn apart: with those of a dead unit, a mean would be of neither kind.

    Args:
        runs: Runs of a study whose target is one number.
        heads: Heads that are shown, by default all.
        seen: Largest size of a number in training, where the test goes beyond.

    Raises:
        ValueError: None of the heads is recorded.
    """
    rows = outputs.of_numbers(runs)
    heads = recorded_values(rows, heads, "head")
    if seen is not None:
        # A tenth with numbers of both sides of what was seen has a mean that is on neither.
        rows = rows[rows["mean_target"].abs() > seen]
    fitting = 22 if parts.is_narrow() else 34
    titles = {head: textwrap.fill(spelled(head), fitting) for head in heads}
    height = 2.1 + 0.15 * max(title.count("\n") for title in titles.values())
    columns = 2 if len(heads) == 4 else 3
    figure, grid = parts.panels(
        heads, columns, height, narrow=2, xlabel="truth, mean of each tenth", ylabel="prediction"
    )
    truths = rows["mean_target"].agg(["min", "max"])
    ticks = [5 * step for step in range(int(truths["min"] / 5), int(truths["max"] / 5) + 1)]
    said = []
    for head, axes in grid.items():
        own = rows[rows["head"] == head]
        axes.plot(truths, truths, color=INK, lw=0.8)
        if seen is not None:
            axes.axhspan(-seen, seen, color=QUIET, alpha=0.2, lw=0)
        for _, run in own[own["diverged"]].groupby("key"):
            axes.plot(run["mean_target"], run["mean_prediction"], color=QUIET, ls="--")
        means = own[~own["diverged"]].groupby("mean_target").mean(numeric_only=True)
        look = SERIES[0]
        for _, side in means.groupby(np.sign(means.index) * (seen is not None)):
            axes.fill_between(side.index, side["prediction_10"], side["prediction_90"],
                              color=look.colour, alpha=0.25, lw=0)  # fmt: skip
            axes.plot(side["mean_prediction"], look.marker + "-", color=look.colour, ms=4)
        axes.set_title(titles[head])
        for axis in (axes.xaxis, axes.yaxis):
            parts.plain_ticks(axis, ticks)
        num_failed, num_runs = own[own["diverged"]]["key"].nunique(), own["key"].nunique()
        ends = means["mean_prediction"].iloc[[0, -1]].map("{:.1f}".format) if len(means) else ()
        shown = [" to ".join(ends)] if len(means) else []
        shown += [f"{num_failed} of {num_runs} runs failed"] if num_failed else []
        said.append(f"{spelled(head)} {', '.join(shown)}")
    lowest = rows[rows["mean_target"] == truths["min"]]
    answers = lowest.groupby("head")["mean_prediction"].mean()[list(heads)]
    order = answers.index[np.argsort(np.abs(answers - truths["min"]), kind="stable")]
    near, far = (f"{spelled(head)} {{}} {answers[head]:.1f}" for head in (order[0], order[-1]))
    beyond = "" if seen is None else f" Shaded: from {-seen:g} to {seen:g}, as in training."
    return Picture(
        figure,
        with_minus(
            f"Mean predictions, where the truth is {truths['min']:.1f} and where it is "
            f"{truths['max']:.1f}: {'; '.join(said)}."
        ),
        with_minus(
            f"Where the truth is {truths['min']:.1f} in the mean, "
            f"{near.format('comes nearest with')}, and {far.format('is farthest with')}."
        ),
        with_minus(
            "Black: prediction and truth are equal. Each mark is a tenth of the test pictures: "
            "mean prediction over the runs, and from the 10 to the 90 % quantile. Dashed: a run "
            "that failed, so no better than one answer to all. Each head at the rate that is best "
            f"for the last weights, read there.{beyond}"
        ),
    )
