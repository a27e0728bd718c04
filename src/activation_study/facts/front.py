"""What the front page says: which choices matter, and what was found against what is said."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from activation_study import studies
from activation_study.engine.records.records import Runs
from activation_study.facts.verdicts import primary_of, standing
from activation_study.measures.metrics import metric_of
from activation_study.report import claims
from activation_study.report.analysis.rates import rank
from activation_study.report.analysis.readings import column_of
from activation_study.report.claims.box.wording import IMAGES
from activation_study.report.claims.verdict import Primary, Verdict

PENDING = "The second round tries it on fresh seeds; its runs are being made."
TO_COME = "Its runs are to come."

Said = Mapping[str, Verdict]
"""Claim -> its verdict."""


def front(runs: Mapping[str, Runs], verdicts: Iterable[Verdict]) -> dict[str, str]:
    """Everything that the front page says.

    Args:
        runs: study -> its runs.
        verdicts: of all claims, on these runs.
    """
    said = {verdict.claim.id: verdict for verdict in verdicts}
    keys = pd.concat(each.summary["key"] for each in runs.values())
    return {
        "num_runs": f"{keys.nunique():,}",
        **standing(said.values()),
        **_hidden(runs, said),
        **_outputs(said),
        **_failures(runs["core"].summary),
        **_tanh_and_gelu(said),
        **_head_start(runs["prior-bias"], said),
    }


def _hidden(runs: Mapping[str, Runs], said: Said) -> dict[str, str]:
    """How near the hidden activations that people use come to the best, and what a rate costs.

    By the second round's runs as soon as they judge, before that by the first round's.
    """
    register, is_second = claims.read(), said["hidden-usual"].is_judgement
    hidden = runs["core-2" if is_second else "core"]
    reading = "averaged" if is_second else "last"
    margin = register.margins["test_accuracy"]
    ranked = rank(hidden, reading=reading, excludes=register.best_excludes).rows
    effects = ranked[ranked["hidden"].isin(studies.IN_USE)].set_index("hidden")["effect"]
    behind = effects.max() - effects
    by_rate = hidden.summary.query("is_tuning and hidden == 'relu' and head == 'softmax'")
    validation = column_of(by_rate, "validation_accuracy", reading)
    means = by_rate.groupby("learning_rate")[validation].mean()
    of_rates, of_functions = means.max() - means.min(), behind.max()
    is_near = behind <= margin
    return {
        "relu": "ReLU will do." if is_near["relu"] else f"{behind.idxmin()}, rather than ReLU.",
        "num_near": str(int(is_near.sum())),
        "num_of_use": str(len(behind)),
        "margin": _images(margin),
        "round_read": "second" if is_second else "first",
        "rate_or_function": "The learning rate matters "
        + ("more" if of_rates > of_functions else "less"),
        "rate_matters": f"{100 * of_rates:.1f}",
        "function_matters": f"{100 * of_functions:.1f}",
    }


def _outputs(said: Said) -> dict[str, str]:
    """What outputs cost and gain, and what the units cost that a high rate kills."""
    first, head = _first("sigmoid-single-label"), said["sigmoid-single-label"]
    lead, noise = said["sigmoid-lead"], said["sigmoid-lead-is-noise"]
    heads = (
        f"In the first round ten sigmoids got {_images(first.min())} to {_images(first.max())} "
        f"more of {IMAGES:,} test images right than softmax. The second round asks whether that "
        "was noise; its runs are being made."
    )
    second = PENDING
    if lead.is_judgement and head.is_judgement:
        at_last, averaged = primary_of(lead), primary_of(head)
        second = (
            "In the second round, with the rate tuned for each reading, sigmoids were "
            f"{_led(at_last)} of {IMAGES:,} test images at the last weights, and "
            f"{_led(averaged)} at averaged weights."
        )
        if noise.label == "came true" and averaged.effect <= 0 < at_last.low:
            second += " The lead was noise of the last step."
    start, labels, khot, death = (
        said[claim]
        for claim in (
            "prior-bias-start",
            "softmax-multi-label",
            "khot-gradient",
            "death-is-the-loss",
        )
    )
    return {
        "labels": labels.sentence if labels.is_judgement else TO_COME,
        "khot": khot.sentence if khot.is_judgement else TO_COME,
        "death": death.sentence if death.is_judgement else TO_COME,
        "heads": head.sentence if head.is_judgement else heads,
        "bias": start.sentence if start.is_judgement else PENDING,
        "heads_ahead": str(int((first > 0).sum())),
        "num_heads": str(len(first)),
        "heads_second": second,
    }


def _failures(summary: pd.DataFrame) -> dict[str, str]:
    """How many runs of Keras's sparsemax stayed at chance, and how many fail at a high rate."""
    at_chance = summary.query("hidden == 'sparsemax'")["divergence"] == "chance"
    tuning = summary[summary["is_tuning"]]
    high = tuning[tuning["learning_rate"] == tuning["learning_rate"].max()]
    return {
        "chance_runs": str(int(at_chance.sum())),
        "sparsemax_runs": str(len(at_chance)),
        "high_rate": f"{high['learning_rate'].max():g}",
        "high_diverged": f"{100 * high['diverged'].mean():.0f}",
    }


def _tanh_and_gelu(said: Said) -> dict[str, str]:
    """In how many comparisons of the first round tanh was faster, and GELU and Swish better."""
    tanh = {
        rate: _first("tanh-eases", "outcome", rate=rate) == "better"
        for rate in ("tuned", "default")
    }
    beaten = pd.concat([_first(f"{name}-beats-relu", "outcome") for name in ("gelu", "swish")])
    return {
        **{f"tanh_{rate}": f"{won.sum()} of {len(won)}" for rate, won in tanh.items()},
        "tanh_second": _second(said["tanh-eases"]),
        "beaten": f"{(beaten == 'better').sum()} of {len(beaten)}",
        "beaten_second": _second(said["gelu-beats-relu"]),
    }


def _head_start(runs: Runs, said: Said) -> dict[str, str]:
    """What sigmoids that start at one in ten gain after an epoch and in the end, in points."""
    first_epoch = runs.history.query("epoch == 1")[["key", "validation_accuracy"]]
    default = runs.summary.query("is_default").drop(columns="validation_accuracy")
    table = default.merge(first_epoch, on="key").pivot_table(
        index=["hidden", "seed"], columns="head", values="validation_accuracy"
    )
    start = (table["sigmoid_prior"] - table["sigmoid"]).groupby("hidden").mean()
    end, second = _first("prior-bias-accuracy"), said["prior-bias-accuracy"]
    said_second = PENDING
    if second.is_judgement:
        said_second = (
            f"In the second round it was worth {_points(primary_of(second).effect)} points in the "
            "end, at averaged weights and in the mean over five hidden activations."
        )
    return {
        "start": f"{_points(start.min(), 1)} to {_points(start.max(), 1)}",
        "end": f"{_points(end.min())} to {_points(end.max())}",
        "start_second": said_second,
    }


def _first(claim: str, name: str = "effect", **where: Any) -> pd.Series:
    """Return a column of a claim's comparisons in the first round, those of some values alone."""
    past = claims.first_round(claim)
    assert past is not None, claim
    rows = pd.DataFrame(past.rows)
    return rows.loc[(rows[list(where)] == pd.Series(where)).all(axis="columns"), name]


def _second(verdict: Verdict) -> str:
    return f"In the second round: {verdict.sentence}" if verdict.is_judgement else PENDING


def _led(primary: Primary) -> str:
    return f"{'ahead' if primary.effect > 0 else 'behind'} by {_images(primary.effect)}"


def _images(share: float) -> str:
    return f"{abs(IMAGES * share):,.0f}"


def _points(share: float, digits: int | None = None) -> str:
    metric = metric_of("accuracy")
    shown = metric if digits is None else dataclasses.replace(metric, digits=digits)
    return shown.number(share, signed=True)
