"""Figures of what networks say of images that show nothing of what they learned."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd

from activation_study.catalogue import datasets
from activation_study.catalogue.datasets.unknowns import MADE
from activation_study.engine.records.records import Runs
from activation_study.measures.beyond.unknowns import KNOWN, UNKNOWNS
from activation_study.measures.metrics import UNKNOWN_IMAGES, UNKNOWN_SCORES, metric_of
from activation_study.registry import listed, unknown_name
from activation_study.report.analysis import outputs
from activation_study.report.analysis.arms import recorded_values
from activation_study.report.analysis.derived.table_columns import OWN
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import SERIES, Look, head_look, spelled
from activation_study.report.drawing.picture import Picture

MEASURES = {
    "auroc": "AUROC",
    "share_accepted": "accepted at a half (%)",
    "fpr95": "accepted where 95 % of the known are (%)",
}
"""Columns that can be drawn, and what stands below them."""

SEEN = {
    f"{head} + scrambled": Look(SERIES[place].colour, marker)
    for head, place, marker in (
        ("softmax_shared", 5, "s"), ("sigmoid", 1, "D"), ("softmax_none", 4, "P"),
    )
}  # fmt: skip
"""Of networks that saw scrambled images: colours far from those of networks that did not."""

NAMES = UNKNOWN_IMAGES | {KNOWN: "digits it knows"}
KMNIST_CREDIT = (
    " Letters: KMNIST, by the ROIS-DS Center for Open Data in the Humanities, adapted from the "
    "Kuzushiji dataset of the National Institute of Japanese Literature and others "
    "(doi:10.20676/00000341), CC BY-SA 4.0."
)
EXAMPLE = 10
"""Place, among the test images that ship with a dependency, of the one that is drawn."""


@parts.of_page
def unknowns(
    runs: Runs, networks: Sequence[str], panels: Sequence[tuple[str, str]] = (("auroc", OWN),)
) -> Picture:
    """Draw how networks take each kind of images: a panel a measure and score, a row a kind.

    Digits that were left out are those of networks that learned the others, everything else is of
    networks that learned all ten.

    Args:
        runs: Runs that were shown unknown images.
        networks: Heads, with " + scrambled" behind those that saw scrambled images in training.
        panels: Measure, one of ``MEASURES``, and score, ``own`` for that of each head.

    Raises:
        ValueError: Nothing of what is wanted is recorded.
    """
    for measure, score in panels:
        for kind, name, accepted in (
            ("measure", measure, MEASURES),
            ("score", score, UNKNOWN_SCORES),
        ):
            if name not in accepted:
                raise unknown_name(kind, name, accepted)
    rows = outputs.of_unknowns(runs)
    rows = rows[(rows["task"] == "digits") | (rows["unknown"] == "left_out")]
    chosen = recorded_values(rows, networks, "network")
    rows = rows[rows["network"].isin(chosen)]
    first, of_score = panels[0]
    means = rows[rows["score"] == of_score].groupby("unknown")[first].mean()
    # Easy ones on top. A share that is accepted is held against that of the known.
    kinds = means.sort_values(ascending=first != "auroc", kind="stable").index.drop(KNOWN)
    order = [*[KNOWN] * (first == "share_accepted"), *kinds]
    rows = rows[rows["unknown"].isin(order)]
    rows = rows.assign(kind=pd.Categorical(rows["unknown"], order, ordered=True))
    looks = {name: SEEN.get(name, head_look(name, place)) for place, name in enumerate(chosen)}
    figure, grid = parts.rows([NAMES[kind] for kind in order], len(panels), 0.34)
    said = []
    for axes, (measure, score) in zip(grid, panels, strict=True):
        metric = metric_of(measure)
        own = rows[rows["score"] == score].dropna(subset=[measure])
        own = own.assign(shown=metric.factor * own[measure])
        parts.draw_rows(axes, own, "shown", "kind", "network", looks)
        if measure == "auroc":
            axes.axvline(0.5, color="gray", ls=":", lw=1)
        axes.set_xlim(-0.02 * metric.factor, 1.02 * metric.factor)
        fitting = 22 if len(panels) > 2 else 40
        axes.set_title(textwrap.fill(f"by {UNKNOWN_SCORES[score]}", fitting))
        way = f", {parts.arrow(metric)}" if metric.better else ""
        parts.label_x(axes, f"{MEASURES[measure]}{way}")
        table = own.groupby(["network", "unknown"])[measure].mean()
        said += [
            f"{MEASURES[measure]}, {spelled(name)} by {UNKNOWN_SCORES[score]}: "
            + listed([f"{NAMES[kind]} {metric.shown(table[name, kind])}"
                      for kind in order if (name, kind) in table])
            for name in chosen
        ]  # fmt: skip
    parts.legend(figure, grid[0])
    return Picture(
        figure,
        f"{'. '.join(said)}.",
        " ".join(_finding(rows, chosen, *panel) for panel in panels),
        "Each run (faint), mean and 95 % interval, at its tuned rate and its last weights. Digits "
        "that were left out: of networks that learned 0 to 7."
        + " Dotted: no better than chance."
        * any(measure == "auroc" for measure, _ in panels),
    )


def _finding(rows: pd.DataFrame, networks: Sequence[str], measure: str, score: str) -> str:
    """Say which network tells how many kinds best from digits, or what share each one accepts."""
    own, metric = rows[(rows["score"] == score) & (rows["unknown"] != KNOWN)], metric_of(measure)
    means = own.groupby(["unknown", "network"])[measure].mean().unstack()
    if measure == "auroc" and len(networks) > 1:
        common = means.dropna()
        best = common.idxmax(axis="columns").value_counts()
        counts = listed([f"{spelled(name)} {best.get(name, 0)}" for name in networks])
        return (
            f"How many of {len(common)} kinds of images each network tells best, by "
            f"{UNKNOWN_SCORES[score]}: {counts}."
        )
    spans = [
        f"{spelled(name)} {metric.number(each.min())} to {metric.shown(each.max())}"
        for name, each in ((name, means[name]) for name in networks)
    ]
    return f"From kind to kind, {MEASURES[measure]}: {listed(spans)}."


@parts.of_page
def unknown_gallery() -> Picture:
    """Draw an example of each kind of unknown images, where it can be, made of one and the same."""
    test = datasets.load("mnist-5k").test
    is_left_out = test.labels > 7
    left_out = test.images[is_left_out]
    kinds = dict(datasets.unknown_images(test.images, test.labels, left_out))
    shown = {KNOWN: 255 - kinds["inverted"][EXAMPLE]}
    for kind in sorted(kinds, key=UNKNOWNS.index):
        shown[kind] = kinds[kind][EXAMPLE if kind in MADE and len(kinds[kind]) > 1 else 0]
    figure, grid = parts.panels(list(shown), 6, 1.3, narrow=3)
    for kind, axes in grid.items():
        image = np.reshape(shown[kind], (28, 28))
        axes.imshow(image, cmap="gray_r", vmin=0, vmax=255, interpolation="none")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(True)
        axes.set_title(textwrap.fill(NAMES[kind], 17), fontsize=8.5, pad=3)
    return Picture(
        figure,
        f"One picture each: {listed([NAMES[kind] for kind in shown])}.",
        f"A digit that the network knows, and {len(shown) - 1} kinds of images that are none.",
        f"Most are made of the first one.{KMNIST_CREDIT * ('kmnist' in shown)}",
    )
