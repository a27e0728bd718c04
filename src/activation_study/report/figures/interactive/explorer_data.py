"""The cells of the record as the explorer's script reads them: rounded to what is shown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import scipy.special

from activation_study.catalogue.spelling import with_minus
from activation_study.report.analysis.derived.cells import LAYERS, SETUPS, Cells
from activation_study.report.analysis.readings import READINGS
from activation_study.report.drawing.looks import spelled

NONE = "\N{EN DASH}"
"""Stands for what was not measured."""

PLANE = {"left": 15.0, "width": 80.0, "top": 30, "height": 230}
"""Where a panel's axes stand: percent across, pixels down."""


@dataclass(frozen=True)
class Shown:
    """How a measure is shown.

    Attributes:
        words: What it is called.
        digits: Decimals.
        factor: What a recorded value is multiplied by.
        start: What the product is added to.
        is_low: Whether low values are the better ones; they stand on a logarithmic axis.
    """

    words: str
    digits: int
    factor: float = 1.0
    start: float = 0.0
    is_low: bool = True

    def value(self, recorded: Any) -> Any:
        """Return recorded values in the unit of the page."""
        return self.start + self.factor * recorded


SHOWN = {
    "accuracy": Shown("mistakes in 10,000 images", 0, -1e4, 1e4),
    "nll": Shown("negative log-likelihood (nats)", 4),
    "calibration_gap": Shown("confidence minus accuracy (points)", 2, 100.0),
    "mean_average_precision": Shown("mean average precision (%)", 2, 100.0, is_low=False),
    "half_exact_match": Shown("wrong sets of labels in 10,000, called at a half", 0, -1e4, 1e4),
    "label_nll": Shown("negative log-likelihood a label (nats)", 4),
    "label_calibration_error": Shown("calibration error a label (%)", 2, 100.0),
    "rmse": Shown("root mean squared error", 3),
    "mae": Shown("mean absolute error", 3),
    "r2": Shown("explained variance", 4, is_low=False),
}


def dead(layer: int) -> Shown:
    """Return how the share of a layer's units is shown that are dead in the end."""
    return Shown(f"dead units, layer {layer} (%)", 1, 100.0)


def number(value: float | None, digits: int) -> str:
    """Write a shown value, as the script does."""
    return NONE if value is None or math.isnan(value) else with_minus(f"{value:,.{digits}f}")


def data_of(found: Mapping[str, Cells]) -> dict[str, Any]:
    """Return what the script needs: set-ups, names, and every cell as a list.

    A cell holds its part's place in ``parts``, runs, failed runs, whether its rate was chosen, the
    study, of each row of the set-up mean, low and high, of each reading the curve's means and
    reaches, to what can be seen, and of each reading the first measure by seed (None unless on the
    common seeds).
    """
    index = pd.concat([each.rows for each in found.values()]).index
    return {
        "parts": ["validation", "test"],
        "readings": list(READINGS),
        "none": NONE,
        "plane": PLANE,
        "hidden": {name: spelled(name) for name in index.unique("hidden")},
        "heads": {name: spelled(name) for name in index.unique("head")},
        "tasks": {name: _task(name, each) for name, each in found.items()},
        "cells": {
            f"{task} {hidden} {head} {rate:g}": cell
            for task, each in found.items()
            for (hidden, head, rate), cell in _cells(task, each)
        },
    }


def rows_of(task: str) -> dict[str, tuple[str, Shown]]:
    """Return what is told of a set-up's cells: words and how it is shown, by measure."""
    told = {
        prefix + name: (f"{SHOWN[name].words}, {reading} weights", SHOWN[name])
        for name in SETUPS[task].measures
        for reading, prefix in READINGS.items()
    }
    return told | {f"dead_{layer}": (dead(layer).words, dead(layer)) for layer in LAYERS}


def _task(name: str, found: Cells) -> dict[str, Any]:
    """Return the words, rows and axes of a set-up; a logarithmic axis in powers of ten."""
    first = SHOWN[SETUPS[name].measures[0]]
    drawn = first.value(found.curves["mean"]).to_numpy()
    low, high = float(drawn.min()), float(drawn.max())
    ends = np.log10([0.8 * low, 1.1 * high]) if first.is_low else (low, 100.0)
    rates = np.log10(found.rows.index.unique("learning_rate"))
    return {
        "words": SETUPS[name].words,
        "measure": first.words,
        "log": first.is_low,
        "y": [round(float(end), 3) for end in ends],
        "quantile": round(float(scipy.special.stdtrit(_common(found).sum() - 1, 0.975)), 6),
        "epochs": int(found.curves.index.get_level_values("epoch").max()),
        "rates": [round(float(end), 3) for end in (rates.min() - 0.1, rates.max() + 0.1)],
        "rows": [[words, shown.digits] for words, shown in rows_of(name).values()],
    }


def _cells(task: str, found: Cells) -> Iterator[tuple[Any, list[Any]]]:
    """Yield every cell of a set-up by its fields."""
    told, first = rows_of(task), SHOWN[SETUPS[task].measures[0]]
    values = found.values[["mean", "low", "high"]]
    by_measure: Any = dict(zip(values.index, values.to_numpy(), strict=True))
    curves = {
        end: _by_index(first.value(found.curves[end].unstack("epoch"))) for end in ("mean", "high")
    }
    seeds, common = _by_index(first.value(found.seeds)), _common(found)
    for cell, row in zip(found.rows.index, found.rows.to_dict("records"), strict=True):
        ends = [
            _ends(shown, by_measure[(*cell, name)]) if (*cell, name) in by_measure else None
            for name, (_, shown) in told.items()
        ]
        drawn = [
            [_significant(means, 3), _significant(abs(curves["high"][(*cell, reading)] - means), 2)]
            for reading in READINGS
            for means in [curves["mean"][(*cell, reading)]]
        ]
        by_seed = [
            _rounded(own[common], first.digits + 2 * bool(first.digits))
            for own in (seeds[(reading, *cell)] for reading in READINGS)
            if (~np.isnan(own) == common).all()
        ]
        yield cell, [
            int(row["part"] == "test"), int(row["num_runs"]), int(row["num_diverged"]),
            int(row["is_tuned"]), row["study"],
            ends, drawn, by_seed or None,
        ]  # fmt: skip


def _by_index(frame: pd.DataFrame) -> dict[Any, np.ndarray]:
    return dict(zip(frame.index, frame.to_numpy(), strict=True))


def _common(found: Cells) -> np.ndarray:
    """Return which seeds most of the cells with the most runs have."""
    has = found.seeds.notna()
    count = has.sum(axis="columns")
    return np.asarray(has[count == count.max()].mean() > 0.5)


def _ends(shown: Shown, values: Any) -> list[float]:
    """Return mean, low and high end as they are shown."""
    mean, *ends = map(shown.value, values)
    return _rounded([mean, *sorted(ends)], shown.digits)


def _significant(values: Any, digits: int) -> list[float]:
    """Round what is drawn and nowhere written."""
    shown = [float(f"{value:.{digits}g}") for value in values]
    return [int(value) if value.is_integer() else value for value in shown]


def _rounded(values: Any, digits: int) -> list[float]:
    """Round; whole numbers as such, and no negative 0."""
    shown = [round(float(value), digits) + 0.0 for value in values]
    return shown if digits else [int(value) for value in shown]
