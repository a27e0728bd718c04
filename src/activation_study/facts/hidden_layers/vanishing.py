"""What the pages on deep networks say: gradients before the first step, and what then trains."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from activation_study.catalogue.spelling import scientific
from activation_study.engine.records.records import Runs
from activation_study.facts.verdicts import answer, sides
from activation_study.measures.metrics import metric_of
from activation_study.registry import listed
from activation_study.report.analysis.hidden_layers import gradients
from activation_study.report.analysis.readings import tuned_values
from activation_study.report.claims.box.wording import number_in_words
from activation_study.report.claims.verdict import Verdict
from activation_study.report.drawing.looks import spelled

ANSWERS = {
    "vanishes": {
        "as claimed": "The sigmoid loses it, and tanh does not.",
        "too small": "They hardly differ.",
        "contrary": "Tanh loses more.",
        "not shown": "Which loses more, the runs cannot tell.",
    },
    "squeeze": {
        "as claimed": "With Keras's weights ReLU loses none.",
        "too small": "With Keras's weights ReLU loses next to none.",
        "contrary": "So ReLU, too, loses its gradient with Keras's weights.",
        "not shown": "Whether ReLU loses it, the runs cannot tell.",
    },
    "he": {
        "as claimed": "With He's weights it is kept.",
        "too small": "With He's weights it is kept.",
        "contrary": "With He's weights it is not kept either.",
        "not shown": "Whether He's weights keep it, the runs cannot tell.",
    },
    "alike": {
        "as claimed": "What ReLU loses, all its layers lose alike.",
        "too small": "What ReLU loses, all its layers lose alike.",
        "contrary": "Its first layer loses more than its last.",
        "not shown": "Whether its layers lose alike, the runs cannot tell.",
    },
    "avoid": {
        "as claimed": "In the mean over all, sigmoid and tanh do worse than ReLU.",
        "too small": "In the mean over all, their difference to ReLU is too small to matter.",
        "contrary": "In the mean over all, sigmoid and tanh do better than ReLU.",
        "not shown": "In the mean over all, the runs cannot tell which is better.",
    },
    "centred": {
        "as claimed": "The function is the same, only its first weights are not.",
        "too small": "That is no more than with Keras's weights.",
        "contrary": "That is less than with Keras's weights.",
        "not shown": "Whether that is more than with Keras's weights, the runs cannot tell.",
    },
    "batch": {
        "as claimed": "Batch normalization rescues it.",
        "too small": "Batch normalization does not rescue it.",
        "contrary": "With batch normalization it is worse.",
        "not shown": "Whether batch normalization rescues it, the runs cannot tell.",
    },
    "layer": {
        "as claimed": "Layer normalization helps it there.",
        "too small": "Layer normalization does not help it there.",
        "contrary": "Layer normalization makes it worse.",
        "not shown": "Whether layer normalization rescues it, the runs cannot tell.",
    },
    "descent": {
        "as claimed": "In the mean over both kinds of weights ReLU is better than tanh.",
        "too small": "In the mean over both kinds of weights they are equally good.",
        "contrary": "In the mean over both kinds of weights tanh is better than ReLU.",
        "not shown": "Which of the two is better in the mean, the runs cannot tell.",
    },
    "gelu": {
        "as claimed": "So GELU wants larger first weights than Keras gives it.",
        "too small": "At a rate of its own each gets there.",
        "contrary": "The larger weights do harm.",
        "not shown": "Which weights are better, the runs cannot tell.",
    },
    "selu": {
        "as claimed": "LeCun's are better than the mean of the three others.",
        "too small": "LeCun's are no better than the mean of the three others.",
        "contrary": "LeCun's are worse than the mean of the three others.",
        "not shown": "Whether LeCun's are better, the runs cannot tell.",
    },
    "same": {
        "as claimed": "Keras's default does as well.",
        "too small": "Keras's default does as well.",
        "contrary": "Keras's default does not do as well.",
        "not shown": "Whether Keras's default does as well, the runs cannot tell.",
    },
    "paper_relu": {
        "as claimed": "GELU's is lower than ReLU's.",
        "too small": "GELU's and ReLU's hardly differ.",
        "contrary": "ReLU's is lower than GELU's.",
        "not shown": "Whether GELU's or ReLU's is lower, the runs cannot tell.",
    },
    "paper_elu": {
        "as claimed": "GELU's is lower than ELU's.",
        "too small": "GELU's and ELU's hardly differ.",
        "contrary": "ELU's is lower than GELU's.",
        "not shown": "Whether GELU's or ELU's is lower, the runs cannot tell.",
    },
}
"""Which sentence follows from how a claim came out."""

SHORT = {
    "glorot_uniform": "keras", "he_normal": "he", "lecun_normal": "lecun", "pytorch": "pytorch",
    "gain": "own", "centred_gain": "centred",
}  # fmt: skip
"""Initializers, and what the names of facts call them."""


def vanishing(signal: Runs, verdicts: Mapping[str, Verdict]) -> dict[str, str]:
    """What becomes of gradients before the first step.

    Args:
        signal: Networks before their first step.
        verdicts: By a name of ``ANSWERS``.

    Returns:
        Of each verdict what ``sides`` says, and its sentence (``<name>_said``). Gradients by
        function, weights and depth: ``born_relu_he_32``, and by how much a layer divides them,
        ``layer_relu_he``. What becomes of them: ``kept_he``, ``lost_he``.
    """
    return _answers(verdicts) | _born(signal)


def deep_networks(adam: Runs, descent: Runs, verdicts: Mapping[str, Verdict]) -> dict[str, str]:
    """What becomes of deep networks that are trained.

    Args:
        adam: Those trained by Adam.
        descent: Those trained by plain descent.
        verdicts: By a name of ``ANSWERS``.

    Returns:
        Of each verdict what ``sides`` says, and its sentence (``<name>_said``). Of trained arms
        accuracy, that of the last weights, stuck runs and first epoch off chance:
        ``adam_sigmoid_batch_8``, with ``_last``, ``_stuck`` and ``_off`` behind it.
    """
    return _answers(verdicts) | _trained("adam", adam) | _trained("sgd", descent)


def training_losses(runs: Runs) -> dict[str, str]:
    """How well each function fits the training images, and what it gets right of others.

    Args:
        runs: Of a study whose arms differ in the function alone.

    Returns:
        By function, at the last weights: ``fit_gelu``, the mean of the last epoch's training loss,
        its median over the runs, ``fit_gelu_median``, the test accuracy, ``fit_gelu_right``, and
        the rate, ``fit_gelu_rate``.
    """
    found: dict[str, str] = {}
    loss = metric_of("train_loss").shown
    rows = tuned_values(runs, "train_loss", "last").assign(
        right=tuned_values(runs, "test_accuracy", "last")["value"]
    )
    for name, own in rows.groupby("hidden"):
        found |= {
            f"fit_{name}": loss(own["value"].mean()),
            f"fit_{name}_median": loss(own["value"].median()),
            f"fit_{name}_right": metric_of("test_accuracy").shown(own["right"].mean()),
            f"fit_{name}_rate": f"{own['learning_rate'].iloc[0]:g}",
        }
    return found


def _answers(verdicts: Mapping[str, Verdict]) -> dict[str, str]:
    said = {f"{name}_said": answer(each, ANSWERS[name]) for name, each in verdicts.items()}
    return sides(**verdicts) | said


def _born(signal: Runs) -> dict[str, str]:
    rows = gradients.at_birth(signal)
    powers = gradients.first_layers(rows)
    found = {
        f"born_{name}_{SHORT[kernel]}_{depth}": _size(power)
        for name, kernel, depth, power in powers.reset_index().itertuples(index=False)
    }
    factors = gradients.a_layer_divides(rows).rename_axis(["hidden", "initializer"]).reset_index()
    for name, kernel, factor in factors.itertuples(index=False):
        found[f"layer_{name}_{SHORT[kernel]}"] = f"{factor:#.2g}"
    for kernel in rows["initializer"].unique():
        for fate, names in gradients.by_fate(rows, kernel).items():
            found[f"{fate}_{SHORT[kernel]}"] = listed([spelled(name) for name in names]) or "none"
    return found


def _size(power: float) -> str:
    """Write a gradient whose common logarithm is given."""
    is_held = power > math.log10(gradients.LEAST)
    return scientific(10**power) if is_held else f"less than {scientific(gradients.LEAST)}"


def _trained(name: str, runs: Runs) -> dict[str, str]:
    found, shown = {}, metric_of("test_accuracy").shown
    last = gradients.by_arm(runs, "last")["test_accuracy"]
    for _, arm in gradients.by_arm(runs).reset_index().iterrows():
        kernel, normalization = arm["initializer"], arm["normalization"]
        changed = SHORT[kernel] if normalization == "none" else normalization
        own = f"{name}_{arm['hidden']}_{changed}_{arm['depth']}"
        found[own] = shown(arm["test_accuracy"])
        found[f"{own}_last"] = shown(last[tuple(arm[gradients.SETTINGS])])
        found[f"{own}_stuck"] = _stuck(arm)
        found[f"{own}_off"] = (
            f"{arm['first_off']:g}" if arm["first_off"] <= runs.summary["epochs"].max() else "never"
        )
    return found


def _stuck(arm: pd.Series) -> str:
    """Say how many runs of an arm are stuck: "none of ten", "three of ten"."""
    part, whole = (int(arm[each]) for each in ("num_stuck", "num_runs"))
    return f"{number_in_words(part) if part else 'none'} of {number_in_words(whole)}"
