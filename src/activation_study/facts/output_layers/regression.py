"""What the page on targets that are numbers says: how far outputs err, and beyond what was seen.

Balances are in tens, as networks are given them; shares of ink are said in points of a hundred.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from activation_study.catalogue import tasks
from activation_study.catalogue.heads import bins, tensors
from activation_study.catalogue.spelling import with_minus
from activation_study.engine.records.records import Runs
from activation_study.facts.verdicts import answer
from activation_study.report.analysis import outputs
from activation_study.report.analysis.arms import evaluation_runs
from activation_study.report.analysis.readings import at_reading, column_of, means_by_head
from activation_study.report.claims.box.wording import IMAGES
from activation_study.report.claims.verdict import Verdict

READING = "averaged"
FEW = 1_000
"""Training images, where a head that knows what shares are should be worth most."""

ANSWERS = {
    "regression-unbounded": {
        "as claimed": "Outputs that end at 0 or 1 do worse.",
        "too small": "Outputs that end at 0 or 1 do about as well.",
        "contrary": "Outputs that end at 0 or 1 do better.",
        "not shown": "Whether outputs that end at 0 or 1 do worse, the runs cannot tell.",
    },
    "bounded-but-scaled": {
        "as claimed": "That is worse than linear.",
        "too small": "The difference to linear is too small to matter.",
        "contrary": "That is better than linear.",
        "not shown": "Whether it differs from linear, the runs cannot tell.",
    },
    "bins-beat-linear": {
        "as claimed": "Linear outputs are better.",
        "too small": "The difference is too small to matter.",
        "contrary": "The bins are better.",
        "not shown": "Which is better, the runs cannot tell.",
    },
    "softmax-for-shares": {
        "as claimed": "Softmax is better.",
        "too small": "The difference is too small to matter.",
        "contrary": "Linear outputs are better.",
        "not shown": "Which is better, the runs cannot tell.",
    },
}
ANSWERS["bins-beat-linear-absolute"] = ANSWERS["bins-beat-linear"]
"""Claim -> which sentence follows from how it came out."""


def regression(record: Mapping[str, Runs], said: Mapping[str, Verdict]) -> dict[str, str]:
    """How far each output errs, in the mean over seeds, at its tuned rate and averaged weights.

    Args:
        record: The studies ``regression``, ``regression-beyond`` and ``shares``.
        said: Claim of the chapter -> its verdict.

    Returns:
        By the name of a head its error; with ``_absolute`` behind it the mean absolute one, with
        ``_beyond`` that beyond the training range, with ``_few`` and ``_all`` that in a share, and
        with ``_last`` behind these that at the last weights.
    """
    balance, beyond = record["regression"], record["regression-beyond"]
    base = balance.summary.iloc[0]
    errors = means_by_head(balance, ["test_rmse", "test_mae"], READING)
    far = means_by_head(beyond, ["test_rmse", "test_slope"], READING)
    return {
        **_written(errors["test_rmse"], ""),
        **_written(errors["test_mae"], "_absolute"),
        **_written(far["test_rmse"], "_beyond"),
        **_shares(record["shares"]),
        **{
            f"{claim.replace('-', '_')}_said": answer(said[claim], sentences)
            for claim, sentences in ANSWERS.items()
        },
        "layers": "-".join(["784", *[str(base["width"])] * base["depth"], "1"]),
        "guess": f"{tasks.get('balance').guess['rmse']:.1f}",
        "scaled_range": f"{tensors.RANGE:g}",
        "num_bins": str(bins.NUM_BINS),
        "bins_range": f"{bins.HIGHEST:g}",
        "slope": f"{far['test_slope']['linear_mse']:.2f}",
        "edge_slope": f"{_edge_slope():.2f}",
        **_beyond(beyond, "linear_mse"),
        **_lost(balance),
    }


def _written(errors: pd.Series, end: str) -> dict[str, str]:
    return {f"{head}{end}": f"{error:.2f}" for head, error in errors.items()}


def _lost(runs: Runs) -> dict[str, str]:
    """How many runs of ReLU give one answer to all test pictures, and of softplus nearly so."""
    frame = evaluation_runs(at_reading(runs, READING).summary, "tuned")
    relu, softplus = (frame[frame["head"] == f"{name}_mse"] for name in ("relu", "softplus"))
    low, high = (relu[column_of(relu, f"test_{end}", READING)] for end in ("lowest", "highest"))
    return {
        "dead_relu": f"{(low == high).sum()} of {len(relu)}",
        "failed_softplus": f"{softplus['diverged'].sum()} of {len(softplus)}",
    }


def _edge_slope(edge: int = 50) -> float:
    """Return the slope of answers that are the nearest end of the training range, by definition.

    Of two numbers from 0 to 99, 100 - v pairs differ by v either way.
    """
    sizes = np.arange(edge + 1, 100)
    return float(edge * ((100 - sizes) * sizes).sum() / ((100 - sizes) * sizes**2).sum())


def _beyond(runs: Runs, head: str, edge: float = 5.0) -> dict[str, str]:
    """What is said of the largest tenth of the truth, and how predictions rise beyond one end.

    At the last weights; the slope is the mean over both ends of the training range and the runs.
    """
    rows = outputs.of_numbers(runs)
    # The tenths in the middle hold numbers of both sides.
    rows = rows[(rows["head"] == head) & (rows["mean_target"].abs() > edge)]
    slopes = [
        np.polyfit(own["mean_target"], own["mean_prediction"], 1)[0]
        for _, own in rows.groupby(["key", rows["mean_target"] > 0.0])
    ]
    largest = rows[rows["mean_target"] == rows["mean_target"].max()].mean(numeric_only=True)
    return {
        "side_slope": with_minus(f"{np.mean(slopes):.2f}"),
        "far_truth": f"{largest['mean_target']:.1f}",
        "far_said": f"{largest['mean_prediction']:.1f}",
    }


def _shares(runs: Runs) -> dict[str, str]:
    """How far parts are off, in points of the whole, and how often they cannot be parts at all."""
    columns = ["test_rmse", "test_negative_share", "test_sum_sd"]
    base = runs.summary.iloc[0]
    found = {
        "shares_guess": f"{100 * tasks.get('shares').guess['rmse']:.1f}",
        "few_images": f"{FEW:,}",
        "few_steps": str(base["epochs"] * math.ceil(FEW / base["batch_size"])),
    }
    for name, size in {"few": FEW, "all": None}.items():
        means = means_by_head(runs.where(train_size=size), columns, READING)
        found |= _written(100 * means["test_rmse"], f"_{name}")
        last = means_by_head(runs.where(train_size=size), columns[:1], "last")["test_rmse"]
        found |= _written(100 * last, f"_{name}_last")
        linear = means.loc["linear_mse"]
        found[f"negative_{name}"] = f"{IMAGES * linear['test_negative_share']:,.0f}"
        found[f"sum_{name}"] = f"{100 * linear['test_sum_sd']:.1f}"
    return found
