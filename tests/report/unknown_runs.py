"""Runs that were shown unknown images, made up by hand: three networks and two seeds."""

from __future__ import annotations

import itertools

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.classification import CLASSIFICATION
from report.made_runs import made_runs

AUROC = {
    ("known", "softmax"): 0.5,
    ("known", "sigmoid"): 0.5,
    ("kmnist", "softmax"): 0.8,
    ("kmnist", "sigmoid"): 0.6,
    ("rotated", "softmax"): 0.9,
    ("rotated", "sigmoid"): 0.9,
    ("left_out", "softmax"): 0.7,
    ("left_out", "sigmoid"): 0.7,
}
"""Kind of images and score -> area under the curve of the softmax network of seed 0."""

NETWORKS = (("softmax", 0.0), ("sigmoid", 0.0), ("softmax_shared", 0.2))


def unknown_runs() -> Runs:
    """Each network of the list is 0.05 better than that before, by each score, and a seed 0.02.

    Of letters sigmoid accepts half of what softmax does, and the last network accepts none.
    """
    arms = [("digits", *network) for network in NETWORKS] + [("digits_0_7", "softmax", 0.0)]
    runs = [(*arm, seed, True) for arm, seed in itertools.product(arms, (0, 1))]
    # One at a rate that is not the tuned one takes no part.
    runs.append(("digits", "softmax", 0.0, 2, False))
    summary = pd.DataFrame(
        {
            "key": f"{task}-{head}-{seed}",
            "task": task,
            "head": head,
            "negatives": negatives,
            "seed": seed,
            "is_tuned": is_tuned,
            "is_tuning": False,
            "diverged": False,
            "test_accuracy": 0.9 + 0.05 * bool(negatives) + 0.01 * seed,
        }
        for task, head, negatives, seed, is_tuned in runs
    )
    unknown = pd.DataFrame(
        {
            "key": f"{task}-{head}-{seed}",
            "unknown": kind,
            "score": score,
            "auroc": auroc + 0.05 * place * (kind != "known") + 0.02 * seed if is_tuned else 0.0,
            "fpr95": 0.3,
            "share_accepted": 1.0 if kind == "known" else 0.4 * (1.0, 0.5, 0.0)[place],
            "share_two_or_more": 0.1,
        }
        for task, head, negatives, seed, is_tuned in runs
        for place in [NETWORKS.index((head, negatives))]
        for (kind, score), auroc in AUROC.items()
        if (kind == "left_out") <= (task != "digits")
    )
    return made_runs(summary, CLASSIFICATION, unknown=unknown)
