"""What the page on softmax in hidden layers says of its verdicts and its runs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.facts.verdicts import NO_ANSWER, answer, answers
from activation_study.measures.metrics import metric_of
from activation_study.report.analysis.hidden_layers.softmax_layers import (
    STANDARDISED,
    TIMES_WIDTH,
    of_size,
    spread_at_birth,
    variants,
)
from activation_study.report.claims.box.wording import Amounts, number_in_words
from activation_study.report.claims.verdict import Verdict

ANSWERS = {
    "hidden": {
        "as claimed": "The softmax costs accuracy.",
        "too small": "The difference is too small to matter.",
        "contrary": "The softmax is better.",
        "not shown": "Which is better, the runs cannot tell.",
    },
    "scale": {
        "as claimed": "The scale matters.",
        "too small": "The scale is worth too little to matter.",
        "contrary": "That makes it worse.",
        "not shown": "Whether that helps, the runs cannot tell.",
    },
    "standardised": {
        "as claimed": "By our margin that is no worse than ReLU.",
        "contrary": "That is worse than ReLU.",
        "not shown": "Whether that is as good as ReLU, the runs cannot tell.",
    },
    "batch": {
        "as claimed": "Batch normalization with ReLU is better than a hidden softmax.",
        "too small": "Batch normalization with ReLU is worth no more than a hidden softmax.",
        "contrary": "The hidden softmax is better.",
        "not shown": "Which is better, the runs cannot tell.",
    },
    "dependence": {
        "as claimed": "So units that depend on each other need not ruin a network.",
        "too small": "So the scale does not explain the failure, and dependence still may.",
        "contrary": "So the scale does not explain the failure, and dependence still may.",
        "not shown": "Whether dependence does harm, the runs cannot tell.",
    },
    "power": {
        "as claimed": "So on this task the constraint costs less than our margin.",
        "contrary": "So a cost of the constraint is not ruled out.",
        "not shown": "Whether the constraint costs anything, the runs cannot tell.",
    },
    "use": {
        "as claimed": "If units are to compete, standardise after the softmax.",
        "contrary": "If units are to compete, expect to pay for it, even standardised.",
        "not shown": "If units are to compete, standardise after the softmax, and measure.",
    },
}
"""Which sentence follows from how a claim came out."""


def softmax_hidden(
    runs: Runs, hidden: Verdict, scale: Verdict, standardised: Verdict, batch: Verdict
) -> dict[str, str]:
    """What a hidden softmax costs and what mends it, in images of 10,000 and in percent.

    Args:
        runs: Of the study.
        hidden: On softmax in the place of ReLU.
        scale: On softmax times the width.
        standardised: On softmax standardised afterwards, beside ReLU.
        batch: On ReLU with batch normalization, beside softmax.
    """
    verdicts = {"hidden": hidden, "scale": scale, "standardised": standardised, "batch": batch}
    found = answers(verdicts, ANSWERS)
    for name, verdict in (("dependence", scale), ("power", standardised), ("use", standardised)):
        found[f"{name}_said"] = answer(verdict, ANSWERS[name])
    return found | _levels(runs) | _spreads(runs)


NAMES = {"softmax": "softmax", "times": TIMES_WIDTH, "standardised": STANDARDISED, "relu": "ReLU"}
"""What the page glues of a layer begins with this."""


def _levels(runs: Runs) -> dict[str, str]:
    """How right the variants end at each size, what is stuck, and how much the scale makes good."""
    try:
        frame = variants(runs)
    except IncompleteRecordError:
        frame = pd.DataFrame(
            columns=["variant", "width", "depth", "seed", "accuracy", "divergence"]
        )
    found: dict[str, str] = {}
    for name, variant in NAMES.items():
        own = frame[frame["variant"] == variant]
        for field, sizes in (("width", (32, 256)), ("depth", (1, 4))):
            for size in sizes:
                found[f"{name}_{field}_{size}"] = _mean(of_size(own, **{field: size}))
    deep = of_size(frame[frame["variant"] == "softmax"], depth=4)
    usual = of_size(frame)
    means = usual.groupby("variant")["accuracy"].mean()
    lost = means.get("ReLU", 0.0) - means.get("softmax", 0.0)
    made_good = (means.get(TIMES_WIDTH, 0.0) - means.get("softmax", 0.0)) / lost if lost else 0.0
    return found | {
        "deep_stuck": number_in_words(int((deep["divergence"] == "chance").sum())),
        "deep_runs": number_in_words(len(deep)),
        "batch_softmax": _mean(usual[usual["variant"].str.startswith("softmax, batch")]),
        "left_change": _change(usual, TIMES_WIDTH, "ReLU"),
        "twice_change": _change(usual, "ReLU, standardised after it", "ReLU"),
        "made_good": f"{100 * made_good:.0f} %" if lost > 0 else NO_ANSWER,
    }


def _mean(frame: pd.DataFrame) -> str:
    """Write the mean accuracy over runs."""
    shown = metric_of("test_accuracy").shown
    return shown(frame["accuracy"].mean()) if len(frame) else NO_ANSWER


def _change(frame: pd.DataFrame, variant: str, reference: str) -> str:
    """Say the difference of two variants, seed by seed."""
    values = frame.pivot_table("accuracy", "seed", "variant").reindex(columns=[variant, reference])
    gaps = (values[variant] - values[reference]).dropna()
    return Amounts("test_accuracy").change(gaps.mean()) if len(gaps) else NO_ANSWER


def _spreads(runs: Runs) -> dict[str, str]:
    """Spread of the first two layers at birth, and how many times the second is smaller."""
    names = {**NAMES, "softmax_32": "softmax", "softmax_256": "softmax"}
    try:
        frame = spread_at_birth(runs)
    except IncompleteRecordError:
        frame = pd.DataFrame(columns=["variant", "width", "depth", "layer", "spread"])
    found: dict[str, str] = {}
    for name, variant in names.items():
        width = int(name.partition("_")[2] or 128)
        own = of_size(frame[frame["variant"] == variant], width=width)
        means = own.groupby("layer")["spread"].mean()
        first, second = (means.get(layer) for layer in (1, 2))
        found |= {
            f"{name}_spread_{layer}": _two_digits(mean) for layer, mean in ((1, first), (2, second))
        }
        found[f"{name}_fall"] = _two_digits(first / second if first and second else None)
    return found


def _two_digits(value: float | None) -> str:
    """Write a positive number in full, with two digits that count."""
    if value is None:
        return NO_ANSWER
    return np.format_float_positional(float(f"{value:.2g}"), trim="-")
