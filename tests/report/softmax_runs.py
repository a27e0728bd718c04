"""Runs with softmax in hidden layers, made up by hand."""

from __future__ import annotations

import itertools

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.classification import CLASSIFICATION
from report.made_runs import made_runs

ARMS = (
    # hidden, normalization, post_normalization, width, depth, accuracy, spread of each layer
    ("softmax", "none", "none", 128, 2, 0.60, (1e-2, 1e-4)),
    ("softmax_times_width", "none", "none", 128, 2, 0.90, (0.4, 0.5)),
    ("softmax", "none", "layer", 128, 2, 0.95, (1e-2, 2e-2)),
    ("relu", "none", "none", 128, 2, 0.96, (0.2, 0.1)),
    ("relu", "none", "layer", 128, 2, 0.965, (0.2, 0.1)),
    ("softmax", "batch", "none", 128, 2, 0.93, (0.2, 0.1)),
    ("softmax", "none", "none", 32, 2, 0.70, (0.04, 0.004)),
    ("softmax", "none", "none", 128, 4, 0.10, (1e-2, 1e-4, 1e-6, 1e-8)),
)


def softmax_runs() -> Runs:
    """Eight arms, two seeds, a tuning run, and an arm that the page does not show."""
    cells = [(*cell, False) for cell in itertools.product(ARMS, (0, 1))]
    other = ("tanh", "none", "none", 128, 2, 0.99, (1.0, 1.0))
    cells += [((*ARMS[0][:5], 0.2, (1.0, 1.0)), 2, True), (other, 0, False)]
    runs, layers = [], []
    for arm, seed, is_tuning in cells:
        hidden, before, after, width, depth, accuracy, spreads = arm
        key = "-".join(map(str, (*arm[:5], seed)))
        # The second seed is 0.02 better, but for what is stuck.
        is_stuck = accuracy == 0.10
        runs.append(
            {
                "key": key,
                "task": "digits",
                "hidden": hidden,
                "normalization": before,
                "post_normalization": after,
                "width": width,
                "depth": depth,
                "seed": seed,
                "is_tuning": is_tuning,
                "is_tuned": True,
                "diverged": is_stuck,
                "divergence": "chance" if is_stuck else "none",
                "averaged_test_accuracy": accuracy + 0.02 * seed * (not is_stuck),
            }
        )
        layers += [
            {"key": key, "epoch": epoch, "layer": layer, "spread": spread * (1 + epoch)}
            for layer, spread in enumerate(spreads, 1)
            for epoch in (0, 1)
        ]
    return made_runs(pd.DataFrame(runs), CLASSIFICATION, layers=pd.DataFrame(layers))
