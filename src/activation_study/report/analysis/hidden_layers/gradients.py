"""How large signal and gradient are before the first step, and which deep networks then train."""

from __future__ import annotations

import numpy as np
import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.arms import evaluation_runs
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.readings import at_reading, column_of

KERNELS = {
    "glorot_uniform": "Keras's weights",
    "he_normal": "He's weights",
    "lecun_normal": "LeCun's weights",
    "pytorch": "PyTorch's weights",
    "gain": "weights of its own gain",
    "centred_gain": "centred weights",
}
"""Initializers, and how pages say from which weights a network starts."""

SETTINGS = ["hidden", "initializer", "normalization", "depth"]
"""Fields that tell the arms of these studies apart."""

LEAST = 1e-19
"""Smallest norm that the record can hold, nearly: the square of what is less is 0 in single
precision. A gradient that is recorded as 0 lies below it."""

KEPT = 2.0
"""Powers of ten within which a gradient counts as kept."""


def at_birth(runs: Runs) -> pd.DataFrame:
    """Return signal and gradient of each hidden layer of each network before its first step.

    Returns:
        One row a run and layer: the fields ``SETTINGS``, ``seed``, ``layer`` (1 is next to the
        pixels) and two common logarithms, ``gradient`` of the Euclidean norm in the layer's kernel
        (of the mean loss over the probe images; at least that of ``LEAST``) and ``spread`` of the
        standard deviation between images (in the mean over the units).

    Raises:
        IncompleteRecordError: Nothing is recorded.
    """
    layers = runs.layers if len(runs) else pd.DataFrame()
    if layers.empty:
        raise IncompleteRecordError("no network is recorded yet")
    # What training may do to a network is no matter here: failed runs count.
    networks = runs.summary[~runs.summary["is_tuning"]][["key", *SETTINGS, "seed"]]
    rows = layers[layers["epoch"] == 0].merge(networks, on="key")
    for name, column in (("gradient", "gradient_norm"), ("spread", "spread")):
        rows[name] = np.log10(rows[column].astype(float).clip(lower=LEAST))
    return rows[[*SETTINGS, "seed", "layer", "gradient", "spread"]]


def first_layers(rows: pd.DataFrame) -> pd.Series:
    """Return the mean logarithm of the first layer's gradient, by function, kernels and depth.

    Args:
        rows: As ``at_birth`` returns them; networks without normalization count alone.
    """
    first = rows[(rows["layer"] == 1) & (rows["normalization"] == "none")]
    return first.groupby(["hidden", "initializer", "depth"])["gradient"].mean()


def a_layer_divides(rows: pd.DataFrame) -> pd.Series:
    """Return by how much each layer divides the first layer's gradient, by function and kernels.

    It is the geometric mean over the layers that one depth has and the next lesser one has not, of
    the largest depth whose gradient the record can hold.

    Args:
        rows: As ``at_birth`` returns them, of two depths or more.
    """
    powers = first_layers(rows).unstack("depth")
    found = {}
    for place, row in powers.iterrows():
        held = row[row > np.log10(LEAST)]
        if len(held) > 1:
            (shallow, before), (deep, after) = list(held.items())[-2:]
            found[place] = 10 ** ((before - after) / (deep - shallow))
    return pd.Series(found, dtype=float)


def by_fate(rows: pd.DataFrame, initializer: str) -> dict[str, list[str]]:
    """Sort functions by what becomes of the first layer's gradient from the least depth on.

    Args:
        rows: As ``at_birth`` returns them.
        initializer: The kernels.

    Returns:
        ``kept`` (within a factor of ten to the power of ``KEPT``), ``lost`` and ``grown``: names,
        those that lose the least first.
    """
    powers = first_layers(rows).xs(initializer, level="initializer").unstack("depth")
    change = (powers.iloc[:, -1] - powers.iloc[:, 0]).sort_values(ascending=False)
    is_in = {"kept": change.abs() <= KEPT, "lost": change < -KEPT, "grown": change > KEPT}
    return {fate: [str(name) for name in change[those].index] for fate, those in is_in.items()}


def arm_name(hidden: str, initializer: str, normalization: str) -> str:
    """Name an arm by what it changes: "sigmoid, batch normalization" or "ReLU, He's weights"."""
    changed = f"{normalization} normalization" if normalization != "none" else ""
    if initializer != "glorot_uniform":
        changed = KERNELS[initializer]
    return f"{hidden}, {changed}" if changed else hidden


def trained(runs: Runs, reading: str = "averaged") -> pd.DataFrame:
    """Return the runs at the tuned rate, those that failed too, with what they reach.

    Args:
        runs: Of a study of depths.
        reading: ``"last"`` or ``"averaged"`` weights, for the rate and the accuracy.

    Returns:
        One row a run: ``key``, the fields ``SETTINGS``, ``seed``, ``learning_rate``, ``arm`` (its
        name), ``test_accuracy``, ``is_stuck`` (no better than one answer for all images, or not
        finite) and ``first_off`` (first epoch with more than half of the validation images right,
        one more than it trained where there is none).

    Raises:
        IncompleteRecordError: No such run is recorded.
    """
    frame = evaluation_runs(at_reading(runs, reading).summary, "tuned") if len(runs) else None
    if frame is None or frame.empty:
        raise IncompleteRecordError("no run at the tuned rate is recorded yet")
    names = ("hidden", "initializer", "normalization")
    found = frame[["key", *SETTINGS, "seed", "learning_rate"]].assign(
        arm=[arm_name(*row) for row in zip(*(frame[name] for name in names), strict=True)],
        test_accuracy=with_failures_counted(frame, column_of(frame, "test_accuracy", reading)),
        is_stuck=frame["diverged"].astype(bool),
        first_off=with_failures_counted(frame, "epoch_off_plateau"),
    )
    return found.reset_index(drop=True)


def by_arm(runs: Runs, reading: str = "averaged") -> pd.DataFrame:
    """Return what the arms of a study of depths reach, in the mean over their seeds.

    Args:
        runs: Of the study.
        reading: ``"last"`` or ``"averaged"`` weights.

    Returns:
        By ``SETTINGS``: ``test_accuracy``, ``num_stuck``, ``num_runs``, ``first_off`` (the median)
        and ``learning_rate``.
    """
    groups = trained(runs, reading).groupby(SETTINGS)
    return groups.agg(
        test_accuracy=("test_accuracy", "mean"),
        num_stuck=("is_stuck", "sum"),
        num_runs=("seed", "size"),
        first_off=("first_off", "median"),
        learning_rate=("learning_rate", "first"),
    )
