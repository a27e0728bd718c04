"""What a run says twice: columns that follow from others of the same run, whatever its rounding.

Where training is chaotic no other rounding can vouch for a recorded value. But a summary follows
from the curves, a share of dead units from the list of those units, an accuracy from the confusions
and from the reliability bins: a value that was altered alone contradicts the others.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from activation_study.measures import convergence
from activation_study.measures.classification import SPEED_THRESHOLD

LAST = ("train_loss", *(f"validation_{name}" for name in ("loss", "accuracy", "nll", "brier")))
"""Columns of ``runs`` that hold the last epoch of ``history``."""

Pairs = dict[str, tuple[object, np.ndarray | float]]
"""Quantity -> its recorded values, and what follows for them."""

RELATIVE, ABSOLUTE = 2e-4, 2e-4
"""Both sides are rounded, to five significant digits at least, and summed."""


def contradictions(frames: Mapping[str, pd.DataFrame]) -> list[tuple[str, float, float]]:
    """Finds values of one run, given by its tables of the record, that its other values deny.

    Returns:
        Quantity, its value, and what follows from the others, where these two disagree first.
    """
    row = frames["runs"].iloc[0]
    pairs = _of_curves(row, frames) | _of_units(row, frames)
    if len(frames["reliability"]):
        pairs |= _of_bins(row, frames["reliability"])
    # Of many classes there are no confusions.
    if len(frames["confusion"]):
        pairs |= _of_confusions(row, frames["confusion"])
    found = []
    for name, (value, derived) in pairs.items():
        value, derived = np.atleast_1d(np.asarray(value, float)), np.atleast_1d(derived)
        apart = ~np.isclose(value, derived, RELATIVE, ABSOLUTE)
        # What has no finite value follows from nothing.
        apart &= ~np.isnan(value) & ~np.isnan(derived)
        found += [(name, float(value[at]), float(derived[at])) for at in np.flatnonzero(apart)[:1]]
    return found


def _of_curves(row: pd.Series, frames: Mapping[str, pd.DataFrame]) -> Pairs:
    history, early = frames["history"], frames["early"]
    accuracies = history["validation_accuracy"].to_numpy(float)
    steps = np.diff(early["step"], prepend=0)
    derived = {
        **{name: history[name].iloc[-1] for name in LAST},
        "diverged": float(row["divergence"] != ""),
        "area_under_validation_accuracy": convergence.area_under_curve(accuracies),
        "epochs_to_97": convergence.epochs_to(accuracies, SPEED_THRESHOLD),
    }
    # The epoch's mean is that of its windows, by their lengths.
    first_epoch = np.average(early["train_loss"], weights=steps)
    pairs: Pairs = {f"runs.{name}": (row[name], value) for name, value in derived.items()}
    return pairs | {"early.train_loss": (first_epoch, history["train_loss"].iloc[1])}


def _of_units(row: pd.Series, frames: Mapping[str, pd.DataFrame]) -> Pairs:
    """Shares of a layer's units, by epoch and layer, from the list of the units."""
    layers, units = frames["layers"], frames["units"]
    pairs: Pairs = {}
    for column in ("dead", "gradient_dead"):
        counts = np.zeros(len(layers))
        if len(units):
            # Units by rows of the table of layers.
            marks = np.array([list(epochs) for epochs in units[column]])[:, layers["epoch"]] == "1"
            is_own = units["layer"].to_numpy()[:, None] == layers["layer"].to_numpy()
            counts = (marks & is_own).sum(axis=0)
        pairs[f"layers.{column}"] = (layers[column], counts / row["width"])
    return pairs


def _of_bins(row: pd.Series, bins: pd.DataFrame) -> Pairs:
    weights = bins["count"] / bins["count"].sum()
    gaps = bins["confidence"] - bins["accuracy"]
    return {
        "reliability.bin": (bins["bin"], np.arange(len(bins))),
        "runs.test_accuracy": (row["test_accuracy"], (weights * bins["accuracy"]).sum()),
        "runs.test_calibration_gap": (row["test_calibration_gap"], (weights * gaps).sum()),
        "runs.test_ece": (row["test_ece"], (weights * gaps.abs()).sum()),
    }


def _of_confusions(row: pd.Series, confusion: pd.DataFrame) -> Pairs:
    images = confusion.groupby("true_class")["count"].sum()
    sums = confusion.groupby("true_class")["mean_probability"].sum(min_count=1)
    own = confusion[confusion["true_class"] == confusion["predicted_class"]]
    own = own.set_index("true_class")
    right, share = row["test_accuracy"], images / images.sum()
    target = right * row["test_target_probability_right"]
    target += (1.0 - right) * row["test_target_probability_wrong"]
    derived = (own["mean_probability"] * share).sum()
    return {
        "confusion.count": (own["count"].sum() / images.sum(), right),
        "confusion.mean_probability": (sums, np.ones(len(images))),
        "runs.test_target_probability_right": (target, derived),
    }
