"""What the page on images of no class says: scores, heads, a threshold of a half, and examples."""

from __future__ import annotations

import math

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.facts.verdicts import answer
from activation_study.measures.beyond.unknowns import KNOWN
from activation_study.measures.metrics import metric_of
from activation_study.report.analysis import outputs
from activation_study.report.analysis.arms import undiverged_runs
from activation_study.report.analysis.derived.table_columns import OWN
from activation_study.report.analysis.readings import at_reading
from activation_study.report.claims.box.wording import IMAGES
from activation_study.report.claims.verdict import Verdict

ANSWERS = {
    "outputs": {
        "as claimed": "So on these three kinds sigmoids are better.",
        "too small": "The difference is too small to matter.",
        "contrary": "So softmax tells the unknown better.",
        "not shown": "Which is better, the runs cannot tell.",
    },
    "half": {
        "as claimed": "That is fewer than three in ten.",
        "too small": "That is about three in ten.",
        "contrary": "So a half is no bar: we had asked for fewer than three in ten.",
        "not shown": "Whether that is more than three in ten, the runs cannot tell.",
    },
    "energy": {
        "as claimed": "So energy is the better score.",
        "too small": "That makes no difference worth the name.",
        "contrary": "On letters, then, the plain largest output is the better score.",
        "not shown": "Which is better, the runs cannot tell.",
    },
    "examples": {
        "as claimed": "So examples are not needed for that.",
        "contrary": "Examples, even of something else, do more than the choice of output.",
        "not shown": "Which does more, the runs cannot tell.",
    },
    "left_out": {
        "as claimed": "Sigmoids are better there.",
        "too small": "The difference is too small to matter.",
        "contrary": "Softmax is better there.",
        "not shown": "Which is better there, the runs cannot tell.",
    },
}
"""Which sentence follows from how a claim came out."""

ADVICE = {
    "energy": {
        "as claimed": "Read energy from a network that was trained with softmax.",
        "too small": "Read the largest softmax output or energy: it makes no difference.",
        "contrary": "Read the largest output of a softmax network; try energy before you trust it.",
        "not shown": "Try both the largest output and energy on what you have of the unknown.",
    },
    "examples": {
        "as claimed": "If you have no examples of what is none, sigmoids do as well.",
        "contrary": "Train on whatever you can call none. If there is nothing, cut images up.",
        "not shown": "Try examples of whatever you can call none.",
    },
}
"""What to do, by how a claim came out."""

TOLD = {
    f"{name}_{score}": (kind, "softmax", score)
    for name, kind in (("bright", "inverted"), ("faint", "faint"))
    for score in ("energy", "softmax")
}
"""What the page calls an AUROC of another kind of images than letters."""

BAR = {
    "bar_softmax": "softmax",
    "bar_sigmoid": "sigmoid",
    "bar_sigmoid_seen": "sigmoid + scrambled",
    "bar_softmax_seen": "softmax_shared + scrambled",
}
"""What the page calls the share of letters that pass a bar that 95 % of the digits pass."""

TAKEN = {
    "blank": ("blank", "sigmoid", "sigmoid"),
    "known_softmax": (KNOWN, "softmax", "softmax"),
    "known_sigmoid": (KNOWN, "sigmoid", "sigmoid"),
    "known_seen": (KNOWN, "sigmoid + scrambled", "sigmoid"),
    "letters_softmax": ("kmnist", "softmax", "softmax"),
    "letters_seen": ("kmnist", "sigmoid + scrambled", "sigmoid"),
    "blind": ("kmnist", "softmax", "sigmoid"),
}
"""What the page calls a share that is accepted at a half: kind of images, network and score."""


def unknowns(runs: Runs, **verdicts: Verdict) -> dict[str, str]:
    """How networks take images of no class, at the last weights.

    Args:
        runs: Of the study.
        **verdicts: On what ``ANSWERS`` names: the largest sigmoid in the place of the largest
            softmax output (``outputs``), the letters that sigmoids accept at a half, energy in the
            place of the largest softmax output, the head in the place of examples, and the largest
            sigmoid where digits were left out.

    Returns:
        The sentence that follows from each verdict, and what to do; ``<network>_<score>``, how well
        letters are told by a score; in percent what ``TAKEN`` names; ``<network>_right`` of 10,000
        test images.
    """
    said = {f"{name}_said": answer(verdict, ANSWERS[name]) for name, verdict in verdicts.items()}
    for name in ADVICE.keys() & verdicts.keys():
        said[f"{name}_advice"] = answer(verdicts[name], ADVICE[name])
    rows = outputs.of_unknowns(runs)
    means = rows[rows["task"] == "digits"].groupby(["unknown", "network", "score"]).mean(
        numeric_only=True
    )  # fmt: skip
    for network in ("softmax", "sigmoid"):
        for score in ("softmax", "sigmoid", "energy", "sigmoid_sum"):
            said[f"{network}_{score}"] = _shown(means, "auroc", ("kmnist", network, score))
    said |= {name: _shown(means, "auroc", cell) for name, cell in TOLD.items()}
    said |= {name: _shown(means, "share_accepted", cell) for name, cell in TAKEN.items()}
    said |= {
        name: _shown(means, "fpr95", ("kmnist", network, OWN)) for name, network in BAR.items()
    }
    three = [("softmax_smoothed_10", kind) for kind in ("kmnist", "noise", "rotated")]
    of_own = means["auroc"].xs(OWN, level="score").swaplevel()
    said["smoothed"] = metric_of("auroc").shown(of_own.reindex(three).mean(skipna=False))
    overlaid = ("overlaid", "sigmoid", "sigmoid")
    return said | _right(runs) | {"two_called": _shown(means, "share_two_or_more", overlaid)}


def _shown(means: pd.DataFrame, column: str, cell: tuple[str, str, str]) -> str:
    """Write a mean; of images that no run was shown, that it is not defined."""
    return metric_of(column).shown(means[column].get(cell, math.nan))


def _right(runs: Runs) -> dict[str, str]:
    """Test images of 10,000 that are right, with scrambled images in training and without."""
    tuned = undiverged_runs(at_reading(runs, "last").summary, "tuned")
    tuned = tuned[tuned["task"] == "digits"]
    networks = tuned["head"].mask(tuned["negatives"] > 0, tuned["head"] + "_seen")
    means = tuned["test_accuracy"].groupby(networks).mean()
    return {f"{name}_right": f"{IMAGES * accuracy:,.0f}" for name, accuracy in means.items()}
