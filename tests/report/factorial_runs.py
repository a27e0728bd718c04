"""Runs of every combination of rate, function and first weights, made up by hand."""

from __future__ import annotations

import itertools

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.multilabel import MULTILABEL
from report.made_runs import made_runs

RATE, FUNCTION, BOTH, SEED = 0.08, 0.04, 0.02, 0.01
"""Half of what two rates, two functions, pairs of both, and two seeds differ by."""


def factorial_runs() -> Runs:
    """Two rates, two functions, two kinds of first weights and two seeds, in contrasts of -1 and 1.

    The first weights change nothing.
    """
    signs = (-1, 1)
    rows = [
        {
            "key": "-".join(map(str, chosen)),
            "task": "digits",
            "head": "softmax",
            "learning_rate": 0.001 * 10 ** (rate > 0),
            "hidden": "gelu" if function > 0 else "relu",
            "initializer": "he_normal" if weights > 0 else "glorot_uniform",
            "seed": 200 + (seed > 0),
            "is_tuning": False,
            "is_tuned": rate > 0,
            "is_default": rate < 0,
            "is_curve": True,
            "diverged": False,
            "averaged_test_accuracy": 0.8
            + (RATE * rate + FUNCTION * function + BOTH * rate * function + SEED * seed),
        }
        for chosen in itertools.product(signs, repeat=4)
        for rate, function, weights, seed in [chosen]
    ]
    summary = pd.DataFrame(rows)
    for name in ("test_accuracy", "validation_accuracy"):
        summary[name] = summary["averaged_test_accuracy"]
    return made_runs(summary, MULTILABEL)
