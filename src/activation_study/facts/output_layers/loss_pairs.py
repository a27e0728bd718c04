"""What the page on output activations with their losses says of its verdicts and its runs."""

from __future__ import annotations

import math

import numpy as np

from activation_study.catalogue import datasets
from activation_study.engine.records.records import Runs
from activation_study.facts.verdicts import sides
from activation_study.report.analysis.arms import evaluation_runs
from activation_study.report.claims.box.wording import IMAGES, Amounts, number_in_words
from activation_study.report.claims.rules import ContrastRule
from activation_study.report.claims.verdict import Verdict
from activation_study.studies import Study

NO_ANSWER = "(no answer yet)"

SIZES = {
    "matters": "By our margin that matters.",
    "too small to matter": "By our margin that is too small to matter.",
    "open": "Whether that reaches our margin, the runs cannot tell.",
}


def loss_pairs(**verdicts: Verdict) -> dict[str, str]:
    """What each contrast comes to, and what the formulas of ten classes allow.

    Returns:
        By the name of each verdict what ``sides`` says; with ``_change`` behind it the difference
        as a clause, and with ``_size`` whether it matters. Also the largest output in percent
        (``twice_ceiling``) and the least loss (``twice_floor``) of softmax twice.
    """
    found = sides(**verdicts) | {
        "twice_ceiling": f"{100 * math.e / (math.e + 9):.0f}",
        "twice_floor": f"{math.log1p(9 / math.e):.2f}",
    }
    for name, verdict in verdicts.items():
        rule, primary = verdict.claim.rule, verdict.primary
        assert isinstance(rule, ContrastRule)
        change, size = NO_ANSWER, NO_ANSWER
        if primary is not None:
            change, size = Amounts(rule.metric).change(primary.effect), SIZES[primary.size]
        found |= {f"{name}_change": change, f"{name}_size": size}
    return found


def sure_start(study: Study, runs: Runs) -> dict[str, str]:
    """Which networks start sure of one class, how they are trained, and what comes of unsure ones.

    Args:
        study: The study.
        runs: Its runs.
    """
    is_unsure = (runs.summary["confident_start"] == 0) & runs.summary["head"].str.endswith("_mse")
    means = runs.summary[is_unsure].groupby("head")["test_accuracy"].mean()
    base = study.base
    images = base.train_size or datasets.spec(base.dataset).train_size
    return {
        "num_sure": number_in_words(len({arm.fields["head"] for arm in study.arms})),
        "sure_images": f"{images:,}",
        "sure_epochs": number_in_words(base.epochs),
        "sure_rate": f"{study.tuning.rates[0]:g}",
        "unsure": f"{100 * means.min():.0f} to {100 * means.max():.0f} %",
    }


def mean_over_outputs(runs: Runs, factor: int = 10) -> dict[str, str]:
    """How far trainings differ whose mean over the outputs is made good for by the rate.

    Plain descent with the mean of K losses takes, at K times the rate, the steps of their sum.

    Args:
        runs: Runs of plain descent with the heads ``sigmoid`` and ``sigmoid_sum``.
        factor: The number K of outputs.
    """
    summary = runs.summary.assign(exponent=np.log10(runs.summary["learning_rate"]).round(2))
    mean, total = (summary[summary["head"] == head] for head in ("sigmoid", "sigmoid_sum"))
    total = total.assign(exponent=(total["exponent"] + math.log10(factor)).round(2))
    twins = mean.merge(total, on=["seed", "evaluation", "exponent"])
    gaps = (twins["validation_accuracy_x"] - twins["validation_accuracy_y"]).abs()
    return {
        "num_twins": number_in_words(len(twins)),
        "twins_gap": f"{IMAGES * gaps.max():.0f}" if len(twins) else NO_ANSWER,
        "twins_usual": f"{IMAGES * gaps.nlargest(2).min():.0f}" if len(twins) else NO_ANSWER,
    }


def divided_relu(runs: Runs) -> dict[str, str]:
    """How ReLU divided by its sum ends, which was to fail, at its own rate.

    Args:
        runs: Runs of the study of pairs.
    """
    ended = evaluation_runs(runs.summary, "tuned").query("head == 'relu_sum'")
    right = 100 * ended["averaged_test_accuracy"].dropna()
    return {
        "divided_rate": ", ".join(map(np.format_float_positional, ended["learning_rate"].unique())),
        "divided_runs": number_in_words(len(ended)),
        "divided_failed": number_in_words(int(ended["diverged"].sum())),
        "divided_low": f"{right.min():.0f}",
        "divided_high": f"{right.max():.0f}",
    }
