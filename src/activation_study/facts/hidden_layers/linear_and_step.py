"""What the page on linear layers and steps says: who needs an activation, and which slope."""

from __future__ import annotations

from typing import Any

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.facts.verdicts import answer, sides
from activation_study.measures.metrics import metric_of
from activation_study.report.analysis.arms import select
from activation_study.report.analysis.readings import tuned_values
from activation_study.report.claims.box.wording import IMAGES
from activation_study.report.claims.verdict import Verdict

NO_ANSWER = "(no answer yet)"

ANSWERS = {
    "collapse": {
        "too small": "That is the same by our margin.",
        "as claimed": "That is the same by our margin.",
        "contrary": "That is not the same, though both can say the same functions.",
        "not shown": "Whether that is the same, the runs cannot tell.",
    },
    "random": {
        "as claimed": "That is worse than no hidden layer.",
        "too small": "That is worth no hidden layer.",
        "contrary": "That is better than no hidden layer.",
        "not shown": "Whether that is worse than no hidden layer, the runs cannot tell.",
    },
    "trained": {
        "as claimed": "That is better than no hidden layer.",
        "too small": "That is worth no hidden layer.",
        "contrary": "That is worse than no hidden layer.",
        "not shown": "Whether that is better than no hidden layer, the runs cannot tell.",
    },
    "slopes": {
        "as claimed": "A wrong slope costs accuracy.",
        "too small": "A wrong slope costs next to nothing.",
        "contrary": "The wrong slopes do better than the true one.",
        "not shown": "Whether a wrong slope costs anything, the runs cannot tell.",
    },
    "flipped": {
        "as claimed": "The control failed, as it should: the sign is needed.",
        "too small": "The control did not fail as it should.",
        "contrary": "The control did not fail as it should.",
        "not shown": "Whether the control fails as it should, the runs cannot tell.",
    },
    "bounded": {
        "as claimed": "Bounded functions keep the values small.",
        "too small": "The values are about as large.",
        "contrary": "The values are larger with the bounded functions.",
        "not shown": "Whose values are larger, the runs cannot tell.",
    },
}
"""Which sentence follows from how a claim came out."""

_ONE = {"depth": 1, "slope": "own"}
_WIDTHS = (16, 64, 256)
CELLS: dict[str, dict[str, Any]] = {
    "none": {"depth": 0},
    **{f"linear_{depth}": {"hidden": "linear", "depth": depth} for depth in (1, 2, 4, 8)},
    **{
        f"{name}_{width}": _ONE | {"hidden": hidden, "width": width}
        for name, hidden in (
            *(("step", "step"), ("trained", "step_straight_through"), ("relu", "relu")),
        )
        for width in (*_WIDTHS, 128)
    },
    **{
        f"slope_{slope}": {"hidden": "relu", "depth": 2, "slope": slope}
        for slope in ("own", "linear", "sigmoid", "flipped")
    },
}
"""What the page calls an arm, and its fields."""


def linear_and_step(runs: Runs, descent: Runs, **verdicts: Verdict) -> dict[str, str]:
    """What linear layers, thresholds and wrong slopes reach, and how the claims came out.

    Args:
        runs: Of the study ``linear-and-step``.
        descent: Of bounded and other functions by plain descent.
        **verdicts: By the names of ``ANSWERS``.

    Returns:
        By the names of ``CELLS`` the share of test images that are right, where it is recorded;
        ``flipped_last``, the same with the sign turned round at the last weights; ``ends_tanh``
        and its like by plain descent, at the last weights;
        what ``sides`` says of the verdicts; with ``_said`` behind the name how each came out.
    """
    found = sides(**verdicts) | {
        f"{name}_said": answer(verdict, ANSWERS[name]) for name, verdict in verdicts.items()
    }
    frame = tuned_values(runs, "test_accuracy", "averaged")
    means = {
        name: float(select(frame, cell)["value"].mean())
        for name, cell in CELLS.items()
        if len(select(frame, cell))
    }
    shown = metric_of("test_accuracy").shown
    found |= dict.fromkeys(CELLS, NO_ANSWER) | {name: shown(mean) for name, mean in means.items()}
    last = select(tuned_values(runs, "test_accuracy", "last"), CELLS["slope_flipped"])["value"]
    found["flipped_last"] = shown(float(last.mean())) if len(last) else NO_ANSWER
    by_function = tuned_values(descent, "test_accuracy", "last").groupby("hidden")["value"].mean()
    found |= {f"ends_{name}": shown(mean) for name, mean in by_function.items()}
    return found | _gains(means) | _rates(frame)


def _gains(means: dict[str, float]) -> dict[str, str]:
    """What a hidden layer gains over none, and how much of it is left with a wrong slope."""
    found = {
        "relu_gain": f"{IMAGES * (means['relu_128'] - means['none']):.0f}",
        "step_passes": _passes(means, "step"),
        "trained_passes": _passes(means, "trained"),
    }
    whole = means["slope_own"] - means["none"]
    for slope in ("linear", "sigmoid"):
        left = (means[f"slope_{slope}"] - means["none"]) / whole
        found[f"{slope}_left"] = f"{100 * left:.0f} %"
    return found


def _passes(means: dict[str, float], name: str) -> str:
    """Say from which of the recorded widths on layers of this kind are ahead of none."""
    ahead = [width for width in _WIDTHS if means[f"{name}_{width}"] > means["none"]]
    for width in ahead:
        if all(each in ahead for each in _WIDTHS if each >= width):
            return f"get ahead of no hidden layer from {width} units on"
    return f"do not get ahead of no hidden layer, not even with {max(_WIDTHS)} units"


def _rates(frame: pd.DataFrame) -> dict[str, str]:
    """Which rates were chosen for the linear networks, by depth."""
    rates = frame[frame["hidden"] == "linear"].groupby("depth")["learning_rate"].first()
    return {
        "shallow_rate": f"{rates.iloc[0]:g}",
        "deepest_rate": f"{rates.iloc[-1]:g}",
    }
