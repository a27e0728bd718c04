"""Whether a network tells what it knows from what it does not: scores of single images.

A score is a number that is to be higher for known images. All are computed from the network's own
scores z, whatever its head is: how it is read and how it was trained are two things.

References:
    `softmax`: Hendrycks & Gimpel, "A Baseline for Detecting Misclassified and Out-of-Distribution
    Examples in Neural Networks", ICLR 2017.

    `energy`: Liu, Wang, Owens, Li, "Energy-based Out-of-distribution Detection", NeurIPS 2020.

    `joint_energy`: Wang, Liu, Bocchieri, Li, "Can multi-label classification networks know what
    they don't know?", NeurIPS 2021.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from activation_study.measures.measure_set import Table, TableSpec

UNKNOWNS = (
    *("kmnist", "left_out", "noise", "sparse_noise", "rotated", "inverted", "scrambled"),
    *("shuffled", "overlaid", "faint", "blank"),
)
"""What unknown images can show."""

KNOWN = "known"
"""What the test images are called among them."""

PROBABILITIES = ("softmax", "sigmoid", "none")
"""Scores that are a probability: an image is accepted from a half on."""

SCORES = (
    "softmax",
    "sigmoid",
    "sigmoid_sum",
    "energy",
    "joint_energy",
    "entropy",
    "margin",
    "none",
)

_MEASURES = ("auroc", "fpr95", "share_accepted", "share_two_or_more")

UNKNOWN = TableSpec(
    {"unknown": str, "score": str} | dict.fromkeys(_MEASURES, float), ("unknown", "score")
)


def scores(z: np.ndarray, num_classes: int) -> dict[str, np.ndarray]:
    """Return `SCORES` of each image, float arrays of shape (n,); NaN where a z is not finite.

    Those of the classes: the largest of their softmax and of their sigmoids, the sum of the
    sigmoids, ln sum exp z (`energy`), sum ln(1 + exp z) (`joint_energy`), minus the entropy of the
    softmax, and the largest z less the second (NaN of one output). Where there are further outputs,
    for none of the classes, `none` is the share of the classes in the softmax over all.

    Args:
        z: float array of shape (n, outputs), those of the classes first.
        num_classes: number of classes.
    """
    z = np.asarray(z, dtype=np.float64)
    classes, others = z[:, :num_classes], z[:, num_classes:]
    names = [name for name in SCORES if name != "none" or others.size]
    if not np.isfinite(z).all():
        return dict.fromkeys(names, np.full(len(z), math.nan))
    energy = _log_sum(classes)
    softmax = np.exp(classes - energy[:, None])
    sigmoids = np.exp(-np.logaddexp(0.0, -classes))
    ordered = np.sort(classes, axis=1)
    found = {
        "softmax": softmax.max(axis=1),
        "sigmoid": sigmoids.max(axis=1),
        "sigmoid_sum": sigmoids.sum(axis=1),
        "energy": energy,
        "joint_energy": np.logaddexp(0.0, classes).sum(axis=1),
        "entropy": (softmax * classes).sum(axis=1) - energy,
        "margin": ordered[:, -1] - (ordered[:, -2] if ordered.shape[1] > 1 else math.nan),
    }
    return found | ({"none": np.exp(energy - _log_sum(z))} if others.size else {})


def auroc(known: np.ndarray, unknown: np.ndarray) -> float:
    """Return how often a known image has a higher score than an unknown one; a tie counts half.

    That is the area under the curve of the known that are accepted over the unknown that are.
    Arrays of shape (n,) and (m,); NaN where a score is.
    """
    if np.isnan(known).any() or np.isnan(unknown).any():
        return math.nan
    ordered = np.sort(unknown)
    below, not_above = (np.searchsorted(ordered, known, side) for side in ("left", "right"))
    return float((below + not_above).mean() / (2 * len(ordered)))


def accepted_at_95(known: np.ndarray, unknown: np.ndarray) -> float:
    """Return the share of the unknown images that pass the highest bar that 95 % of the known pass.

    Arrays of shape (n,) and (m,); NaN where a score is.
    """
    if np.isnan(known).any() or np.isnan(unknown).any():
        return math.nan
    return float((unknown >= np.sort(known)[len(known) // 20]).mean())


def unknown_table(known: np.ndarray, unknown: Mapping[str, np.ndarray], num_classes: int) -> Table:
    """Return the rows of `UNKNOWN`: every kind of images by every score, `KNOWN` first.

    Args:
        known: z of the test images, shape (n, outputs).
        unknown: kind -> z of its images, shape (m, outputs).
        num_classes: number of classes, whose outputs come first.
    """
    table: Table = {name: [] for name in UNKNOWN.columns}
    of_known = scores(known, num_classes)
    for kind, z in {KNOWN: known, **unknown}.items():
        num_called = (z[:, :num_classes] >= 0.0).sum(axis=1)
        for score, values in scores(z, num_classes).items():
            accepts = score in PROBABILITIES and not np.isnan(values).any()
            row = (
                kind,
                score,
                auroc(of_known[score], values),
                accepted_at_95(of_known[score], values),
                float((values >= 0.5).mean()) if accepts else math.nan,
                float((num_called > 1).mean()) if accepts and score == "sigmoid" else math.nan,
            )
            for column, value in zip(table.values(), row, strict=True):
                column.append(value)
    return table


def _log_sum(z: np.ndarray) -> np.ndarray:
    """Return ln sum exp z over the last axis, without overflow."""
    largest = z.max(axis=-1)
    return largest + np.log(np.exp(z - largest[..., None]).sum(axis=-1))
