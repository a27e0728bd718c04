"""Figures of who wins where each activation is trained once, and of what a few runs buy."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.registry import listed
from activation_study.report.analysis.hidden_layers import contests
from activation_study.report.drawing import parts, tiles
from activation_study.report.drawing.looks import QUIET, SERIES, look_of, spelled
from activation_study.report.drawing.picture import Picture


@parts.of_page
def seed_ranks(
    runs: Runs, hidden: Sequence[str], metric: str = "test_accuracy", reading: str = "last"
) -> Picture:
    """Draw which place each activation takes, seed by seed, at the default rate.

    Args:
        runs: Runs of a study at the default rate.
        hidden: Hidden activations.
        metric: Column of the last reading.
        reading: ``"last"`` or ``"averaged"`` weights.

    Raises:
        IncompleteRecordError: No seed is recorded of all of them.
    """
    values = contests.by_seed(runs, hidden, "default", metric, reading)
    order = list(values.mean().sort_values(ascending=False).index)
    places = contests.ranks(values)[order]
    figure, (axes,) = parts.rows(order)
    for row, name in enumerate(order):
        counts = places[name].value_counts()
        look = look_of(name)
        axes.plot([counts.index.min(), counts.index.max()], [row, row], color=QUIET, lw=1, zorder=1)
        axes.scatter(counts.index, [row] * len(counts), s=26 * counts, color=look.colour, lw=0,
                     zorder=2)  # fmt: skip
    axes.set_xlim(0.4, len(order) + 0.6)
    parts.plain_ticks(axes.xaxis, range(1, len(order) + 1, 1 if len(order) < 9 else 2))
    parts.label_x(axes, "place among them on one seed, ← better")
    wins = (places == 1).sum()
    winners = [f"{spelled(str(name))} {count}" for name, count in wins[wins > 0].items()]
    least, most = (places[order[0]].min(), places[order[0]].max())
    ends = [f"{spelled(name)} {places[name].min()} to {places[name].max()}" for name in order]
    return Picture(
        figure,
        f"Places on {len(values)} seeds, from the best mean to the worst: {listed(ends)}. First "
        f"places, ties counted for each: {listed(winners)}.",
        f"{len(winners)} of {len(order)} come first on some seed; the one with the best mean, "
        f"{spelled(order[0])}, takes the places {least} to {most}.",
        f"{len(values)} seeds at Keras's default rate, softmax outputs, test images. The larger a "
        "mark, the more seeds; from the best mean on top to the worst.",
    )


@parts.of_page
def chance_matrix(
    runs: Runs, hidden: Sequence[str], metric: str = "test_accuracy", reading: str = "last"
) -> Picture:
    """Draw how often one activation is ahead of another if each is trained once.

    See ``seed_ranks`` for the arguments and the errors.
    """
    values = contests.by_seed(runs, hidden, "default", metric, reading)
    order = list(values.mean().sort_values(ascending=False).index)
    found = 100 * contests.chances(values[order])
    side = plt.rcParams["figure.figsize"][0]
    figure, axes = plt.subplots(figsize=(side, 0.5 + 0.34 * len(order)))
    size = 7.5 if parts.is_narrow() else 8.5
    for row, mine in enumerate(order):
        for column, theirs in enumerate(order):
            if row == column:
                continue
            share = found.loc[mine, theirs]
            tiles.tile(
                axes, column, row, SERIES[0 if share > 50 else 1].colour, abs(share - 50) / 85
            )
            axes.text(column, row, f"{share:.0f}", ha="center", va="center", fontsize=size)
    tiles.frame(axes, [spelled(name) for name in order], [spelled(name) for name in order])
    pairs = {
        (mine, theirs): found.loc[mine, theirs]
        for place, mine in enumerate(order)
        for theirs in order[place + 1 :]
    }
    nearest = min(pairs, key=lambda pair: abs(pairs[pair] - 50))
    num_open = sum(10 < share < 90 for share in pairs.values())
    said = [f"{spelled(a)} over {spelled(b)} {share:.0f} %" for (a, b), share in pairs.items()]
    return Picture(
        figure,
        f"How often the first is ahead of the second, each trained once: {listed(said)}.",
        f"Trained once each, {num_open} of {len(pairs)} pairs come out the other way round more "
        f"than one time in ten; {spelled(nearest[0])} is ahead of {spelled(nearest[1])} in "
        f"{pairs[nearest]:.0f} % of the cases.",
        "Percent of all pairs of seeds in which the row is ahead of the column (blue: more than "
        "half), a tie counted as half. Keras's default rate, softmax outputs, test images.",
    )


@parts.of_page
def budgets(runs: Runs, hidden: Sequence[str], usual: str = "relu") -> Picture:
    """Draw what a budget of runs buys: spent on functions, on rates, or on both.

    Args:
        runs: Runs of a study that has curves.
        hidden: Activations that may be tried.
        usual: The activation that is taken unless others are tried.

    Raises:
        IncompleteRecordError: No seed has all these runs.
    """
    found = contests.budgets(runs, hidden, usual)
    counts, name = found.attrs["num_runs"], spelled(usual)
    rows = {
        "none": f"{name}, default rate: 1 run",
        "functions": f"each function, default rate: {counts['functions']} runs",
        "rates": f"{name}, each rate: {counts['rates']} runs",
        "both": f"each function at each rate: {counts['both']} runs",
    }
    drawn = (100 * (1 - found)).melt(ignore_index=False, var_name="way", value_name="shown")
    drawn["row"] = pd.Categorical(drawn["way"].map(rows), list(rows.values()), ordered=True)
    figure, (axes,) = parts.rows(list(rows.values()), height=0.34)
    looks = dict(zip(rows.values(), (SERIES[3], SERIES[2], SERIES[0], SERIES[1]), strict=True))
    parts.draw_rows(axes, drawn, "shown", "row", "row", looks, dodge=0)
    parts.label_x(axes, "test error (%), ← better")
    means = {way: float(np.mean(100 * (1 - found[way]))) for way in rows}
    said = [f"{rows[way]}, {mean:.2f} %" for way, mean in means.items()]
    return Picture(
        figure,
        f"Test error of the run with the best validation accuracy: {listed(said)}.",
        f"{counts['functions']} runs spent on functions end at a test error of "
        f"{means['functions']:.2f} %, {counts['rates']} spent on rates at {means['rates']:.2f} %, "
        f"a single run at {means['none']:.2f} %.",
        f"Of the runs of one seed the one with the best validation accuracy is taken; {len(found)} "
        "seeds, mean and 95 % interval.",
    )
