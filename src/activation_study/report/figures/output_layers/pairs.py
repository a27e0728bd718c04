"""The worked example: every pair of runs of one comparison, their mean, and the two answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from activation_study.catalogue.spelling import written
from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.measures.metrics import label_of, metric_of
from activation_study.registry import listed
from activation_study.report.analysis.arms import evaluation_runs, select, values_by_seed
from activation_study.report.analysis.readings import at_reading, column_of
from activation_study.report.analysis.statistics import SeedMean
from activation_study.report.claims import claims_file
from activation_study.report.claims.evidence.conclude import size_of
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import QUIET, SERIES, Look
from activation_study.report.drawing.picture import Picture


@parts.of_page
def pairs(
    runs: Runs,
    arm: Mapping[str, Any],
    reference: Mapping[str, Any],
    metric: str = "test_accuracy",
    *,
    reading: str = "last",
    rate: str = "tuned",
) -> Picture:
    """Draw the difference of two arms seed by seed, its mean, and the intervals that answer.

    Args:
        runs: Runs of a study.
        arm: Fields of the arm and their values, all that tell it from others.
        reference: Those of what it is compared with.
        metric: Column of the summary for which a margin is registered.
        reading: ``"last"`` or ``"averaged"`` weights.
        rate: ``"tuned"`` or ``"default"``.
    """
    column, quantity = column_of(runs.summary, metric, reading), metric_of(metric)
    summary = evaluation_runs(at_reading(runs, reading).summary, rate)
    mine, theirs = (values_by_seed(select(summary, side), column) for side in (arm, reference))
    gaps = (mine - theirs).dropna().sort_index()
    if len(gaps) < 2:
        raise IncompleteRecordError("fewer than two pairs of these runs are recorded yet")
    mean, margin = SeedMean.of(gaps.to_numpy()), claims_file.read().margins[metric]
    names = [f"seed {seed}" for seed in gaps.index]
    ends = pd.DataFrame(
        [(gap, gap, gap) for gap in gaps]
        + [(mean.value, *mean.interval(share)) for share in (0.95, 0.9)],
        columns=["value", "low", "high"],
    )
    figure, (axes,) = parts.rows([*names, "mean, 95 % interval", "mean, 90 % interval"])
    looks = [Look(QUIET)] * len(gaps) + [SERIES[0], SERIES[1]]
    parts.draw_margin(axes, quantity.factor * margin)
    parts.draw_intervals(axes, quantity.factor * ends, "value", range(len(ends)), looks)
    one, other, same = _sides(arm, reference)
    compared, unit = f"{one} minus {other}{same}", quantity.difference_unit
    parts.label_x(axes, f"{label_of(column)}, {one} minus {other}, {unit}, "
                        f"{parts.arrow(quantity, of_difference=True)}")  # fmt: skip
    (low, high), size = mean.interval(), size_of(mean, margin)
    shown = "shown" if low > 0 or high < 0 else "not shown"
    size_said = "large enough to matter" if size == "matters" else size
    said = [
        quantity.number(value, signed=True)
        for value in (mean.value, low, high, *mean.interval(0.9))
    ]
    return Picture(
        figure,
        f"Difference in {label_of(column)}, {compared}, in {unit}, of {len(gaps)} pairs: "
        f"mean {said[0]}, 95 % interval {said[1]} to {said[2]}, 90 % interval {said[3]} to "
        f"{said[4]}; the margin is {quantity.number(margin)}.",
        f"{compared[0].upper()}{compared[1:]}, {said[0]} {unit} in the mean: direction {shown}, "
        f"size {size_said}.",
        f"Each grey mark is one pair of runs: same seed, split and batches. The 95 % interval "
        f"({said[1]} to {said[2]}) is held against 0, and gives the direction. The 90 % interval "
        f"({said[3]} to {said[4]}) is held against the shaded band, and gives the size.",
    )


def _sides(arm: Mapping[str, Any], reference: Mapping[str, Any]) -> tuple[str, str, str]:
    """Name two arms by what tells them apart, and what they share: " (both with ReLU)"."""
    one, other = (
        " with ".join(written(side[name]) for name in side if arm.get(name) != reference.get(name))
        for side in (arm, reference)
    )
    same = [written(value) for name, value in arm.items() if reference.get(name) == value]
    return one, other, f" (both with {listed(same)})" if same else ""
