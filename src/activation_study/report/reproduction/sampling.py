"""Which published runs an audit can repeat, and which of them it draws."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from activation_study.experiment import DEFAULTS, FIELDS, Experiment


def draw(summary: pd.DataFrame, sample: int, seed: int) -> pd.DataFrame:
    """Draws runs at random, from each hidden activation once before from any twice.

    The order of the rows, one a run, does not matter.
    """
    ordered = summary.sort_values("key").reset_index(drop=True)
    shuffled = ordered.iloc[np.random.default_rng(seed).permutation(len(ordered))]
    turn = shuffled.groupby("hidden").cumcount()
    return shuffled.loc[turn.sort_values(kind="stable").index].head(sample)


def experiment_of(row: pd.Series) -> Experiment:
    """The experiment that a row of the table ``runs`` describes.

    Raises:
        ValueError: It describes none that this version of the package can repeat; says why.
    """
    # A whole number that is not given makes pandas hold its column as floats.
    fields: dict[str, Any] = {
        field: (None if pd.isna(row[field]) else int(row[field])) if default is None else row[field]
        for field, default in DEFAULTS.items()
    }
    try:
        experiment = Experiment(**fields)
    except ValueError as error:
        raise ValueError(
            "the catalogue does not hold what they describe (the activation of a user, say)"
        ) from error
    if experiment.key != row["key"]:
        raise ValueError(
            "their keys are not those of their descriptions: made by another version of the "
            "protocol or from other data, or altered"
        )
    return experiment


def repeatable(summary: pd.DataFrame) -> tuple[dict[str, Experiment], dict[str, int]]:
    """Experiments by key, and why other runs cannot be repeated: reason to their number."""
    experiments, reasons = {}, Counter[str]()
    for _, row in summary.iterrows():
        try:
            experiments[str(row["key"])] = experiment_of(row)
        except ValueError as error:
            reasons[str(error)] += 1
    return experiments, dict(reasons)


def cell(row: pd.Series) -> tuple[Any, ...]:
    """What runs share that differ only in seed; tuning and evaluation train alike."""
    outside = ("seed", "evaluation")
    return tuple(str(row[field]) for field in FIELDS if field not in outside)


def edge_cells(summary: pd.DataFrame) -> set[tuple[Any, ...]]:
    """Cells of which some seeds diverge, or diverge in another way, and others do not."""
    outcomes = {(cell(row), row["divergence"]) for _, row in summary.iterrows()}
    number = Counter(each for each, _ in outcomes)
    return {each for each in number if number[each] > 1}
