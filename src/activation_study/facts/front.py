"""What the front page says: an answer a card, and what was found against what is said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from activation_study import studies
from activation_study.engine.records.records import Runs
from activation_study.facts.hidden_layers.faults import faults
from activation_study.facts.verdicts import answer, sides, standing
from activation_study.report import claims
from activation_study.report.analysis.rates import rank
from activation_study.report.analysis.readings import column_of
from activation_study.report.claims import box
from activation_study.report.claims.box.wording import IMAGES
from activation_study.report.claims.verdict import Verdict

TO_COME = "Its runs are to come."

SURPRISES = {
    "hidden-usual": ("contrary", "Sigmoid, tanh and ReLU are behind GELU, SiLU and Mish."),
    "gelu-beats-relu": ("too small", "GELU beats ReLU by too little to matter."),
    "sigmoid-single-label": ("too small", "For one label, ten sigmoids do about as softmax does."),
    "gelu-needs-its-gain": ("too small", "Eight layers of GELU gain nothing by larger weights."),
    "prior-bias-many": (
        "contrary",
        "With many classes, sigmoids that start low lead softmax.",
    ),
    "adam-forgives-raw-pixels": ("contrary", "Adam does not forgive pixels from 0 to 255."),
    "death-is-the-loss": ("contrary", "A high rate costs more than the units that it kills."),
    "swap-mends-more": ("contrary", "For dead ReLUs, leaky ReLU mends less than a lower rate."),
}
"""Claim -> how it came out, by the names of ``answer``, and what was found, if so.

All are read from a share of test images, so that they stand on one scale."""


def front(runs: Mapping[str, Runs], verdicts: Iterable[Verdict]) -> dict[str, str]:
    """Everything that the front page says.

    Args:
        runs: study -> its runs.
        verdicts: of all claims, on these runs.
    """
    said = {verdict.claim.id: verdict for verdict in verdicts}
    keys = pd.concat(each.summary["key"] for each in runs.values())
    head, khot = said["sigmoid-single-label"], said["khot-gradient"]
    at_chance = runs["core"].summary.query("hidden == 'sparsemax'")["divergence"] == "chance"
    of_pixels = faults(runs)
    return {
        "num_runs": f"{keys.nunique():,}",
        **standing(said.values()),
        **_hidden(runs, said["hidden-usual"].is_judgement),
        **sides(labels=said["softmax-multi-label"]),
        "heads": box.short(head) or TO_COME,
        "khot": khot.sentence if khot.is_judgement else TO_COME,
        "chance_runs": str(int(at_chance.sum())),
        "sparsemax_runs": str(len(at_chance)),
        **{name: of_pixels[name] for name in ("raw_ill", "raw_well")},
        **{
            f"tanh_{rate}": box.short(said[claim]) or TO_COME
            for rate, claim in {"tuned": "tanh-eases", "default": "tanh-eases-default"}.items()
        },
    }


def surprises(verdicts: Iterable[Verdict]) -> list[tuple[str, Verdict]]:
    """Return what was found against a saying, and the verdict on it.

    What comes out otherwise when it is repeated is no such surprise any more, and is left out.
    """
    ways = {way: way for way in ("as claimed", "too small", "contrary", "not shown")}
    found = {verdict.claim.id: verdict for verdict in verdicts}
    return [
        (sentence, found[claim])
        for claim, (outcome, sentence) in SURPRISES.items()
        if claim in found and answer(found[claim], ways) == outcome
    ]


def _hidden(runs: Mapping[str, Runs], is_second: bool) -> dict[str, str]:
    """How near the hidden activations that people use come to the best, and what a rate costs.

    By the second round's runs as soon as they judge, before that by the first round's.
    """
    register = claims.read()
    hidden = runs["core-2" if is_second else "core"]
    reading = "averaged" if is_second else "last"
    margin = register.margins["test_accuracy"]
    ranked = rank(hidden, reading=reading, excludes=register.best_excludes).rows
    effects = ranked[ranked["hidden"].isin(studies.IN_USE)].set_index("hidden")["effect"]
    behind = effects.max() - effects
    by_rate = hidden.summary.query("is_tuning and hidden == 'relu' and head == 'softmax'")
    validation = column_of(by_rate, "validation_accuracy", reading)
    means = by_rate.groupby("learning_rate")[validation].mean()
    is_near = behind <= margin
    return {
        "relu": "ReLU will do." if is_near["relu"] else f"{behind.idxmin()}, rather than ReLU.",
        "num_near": str(int(is_near.sum())),
        "num_of_use": str(len(behind)),
        "margin": f"{IMAGES * margin:,.0f}",
        "rate_matters": f"{100 * (means.max() - means.min()):.1f}",
        "function_matters": f"{100 * behind.max():.1f}",
    }
