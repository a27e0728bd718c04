"""Runs on several labels, made up by hand: what is recorded of each label of each run."""

from __future__ import annotations

import itertools
import math

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.multilabel import MULTILABEL
from report.made_runs import made_runs

FREQUENCIES = (0.4, 0.1, 0.01)
HEADS = ("sigmoid", "sigmoid_weighted", "sigmoid_weighted_sqrt")


def labelled_runs() -> Runs:
    """Three losses, two seeds, three labels, and a run at a rate that is not the tuned one."""
    runs = [(head, seed, True) for head, seed in itertools.product(HEADS, (0, 1))]
    runs.append(("sigmoid", 2, False))
    summary = pd.DataFrame(
        {
            "key": f"{head}-{seed}",
            "task": "scenes_rare",
            "head": head,
            "seed": seed,
            "is_tuned": is_tuned,
            "is_tuning": False,
            "diverged": False,
            "averaged_test_half_hamming": 0.01 * (place + seed),
            "averaged_test_half_macro_f1": 0.5 + 0.1 * place,
            "averaged_test_global_macro_f1": 0.6 + 0.1 * place,
        }
        for head, seed, is_tuned in runs
        for place in [HEADS.index(head)]
    )
    labels = pd.DataFrame(
        {
            "key": f"{head}-{seed}",
            "label": label,
            "frequency": frequency,
            "mean_probability": frequency * (1 + place) * (1 + 0.2 * seed),
            # One run has no validation scene with the rarest label.
            "threshold": math.inf if (label, seed) == (2, 1) else 0.5 - 0.1 * label,
            "half_recall": 0.9 - 0.4 * label + 0.1 * place,
            "label_recall": 0.9 - 0.2 * label,
            # Nor does it call that label at a half.
            "half_precision": math.nan if (label, seed) == (2, 1) else 0.8,
            "label_precision": 0.7,
            "half_f1": 0.8 - 0.3 * label + 0.1 * place + 0.02 * seed,
            "label_f1": 0.9 - 0.1 * label,
        }
        for head, seed, _ in runs
        for place in [HEADS.index(head)]
        for label, frequency in enumerate(FREQUENCIES)
    )
    return made_runs(summary, MULTILABEL, labels=labels)
