"""Runs of linear layers, thresholds and wrong slopes, made up by hand."""

from __future__ import annotations

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.multilabel import MULTILABEL
from report.made_runs import made_runs

ARMS = {
    ("linear", 0, 128, "own"): 0.90,
    **{("linear", depth, 128, "own"): 0.90 + 0.001 * depth for depth in (1, 2, 4, 8)},
    **{
        (hidden, 1, width, "own"): first + gain * place
        for hidden, first, gain in (
            *(("step", 0.50, 0.25), ("step_straight_through", 0.85, 0.06), ("relu", 0.89, 0.03)),
        )
        for place, width in enumerate((16, 64, 256))
    },
    ("relu", 1, 128, "own"): 0.96,
    ("relu", 2, 128, "own"): 0.98,
    ("relu", 2, 128, "linear"): 0.96,
    ("relu", 2, 128, "sigmoid"): 0.92,
    ("relu", 2, 128, "flipped"): 0.30,
}
"""Hidden activation, depth, width and slope, and the mean share of images that are right."""


def layer_runs() -> Runs:
    """Two seeds an arm, 0.01 above and below its mean, and one at another rate.

    The last step of each is 0.1 worse than the average of the weights.
    """
    rows = [
        (*arm, seed, mean + 0.01 * (2 * seed - 1), True)
        for arm, mean in ARMS.items()
        for seed in (0, 1)
    ]
    rows.append(("linear", 0, 128, "own", 2, 0.2, False))
    summary = pd.DataFrame(
        {
            "key": f"{hidden}-{depth}-{width}-{slope}-{seed}",
            "task": "digits",
            "hidden": hidden,
            "head": "softmax",
            "depth": depth,
            "width": width,
            "slope": slope,
            "seed": seed,
            "learning_rate": 0.001 * max(depth, 1),
            "is_tuned": is_tuned,
            "is_tuning": not is_tuned,
            "diverged": False,
            "test_accuracy": value - 0.1,
            "averaged_test_accuracy": value,
        }
        for hidden, depth, width, slope, seed, value, is_tuned in rows
    )
    return made_runs(summary, MULTILABEL)
