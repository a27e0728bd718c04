"""Runs of which units are dead, made up by hand."""

from __future__ import annotations

from typing import Any

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.experiment import DEFAULTS
from activation_study.measures.classification import CLASSIFICATION
from report.made_runs import made_runs

HIGH = 3.16e-2


def run(
    seed: int,
    accuracy: float,
    dead: tuple[float, ...] = (0.0, 0.0),
    born: tuple[float, ...] = (0.0, 0.0),
    lives: tuple[str, ...] = (),
    **fields: Any,
) -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Make a run of two epochs.

    Args:
        seed: Its seed.
        accuracy: Of the test images.
        dead: Share of each layer that is dead at the end.
        born: The same at birth.
        lives: Of some units of the last layer, whether each was dead at birth and after each epoch.
        **fields: In what the experiment differs from the usual one.
    """
    usual = {"optimizer": "adam", "learning_rate": 1e-3, "evaluation": "test", "epochs": 2}
    roles = {"is_tuned": False, "is_tuning": False, "is_default": False, "is_curve": True}
    key = f"{seed}{accuracy}{sorted(fields.items(), key=str)}"
    outcome = {"test_accuracy": accuracy, "averaged_test_accuracy": accuracy + 0.01}
    outcome |= {"divergence": "", "diverged": False}
    row = DEFAULTS | usual | roles | outcome | fields | {"seed": seed, "key": key}
    layers = pd.DataFrame(
        {
            "key": key,
            "epoch": epoch,
            "layer": layer,
            "dead": share,
            "gradient_dead": share,
            "dead_all": share,
            "gradient_norm": 1.0,
            "mean": 1.0,
            "spread": 1.0,
        }
        for epoch, shares in enumerate((born, dead, dead))
        for layer, share in enumerate(shares, 1)
    )
    # On all training images a unit is dead when it is on the probe.
    units = pd.DataFrame(
        {"key": key, "layer": 2, "unit": unit, "dead": life, "dead_all": life}
        for unit, life in enumerate(lives)
    )
    history = pd.DataFrame(
        {"key": key, "epoch": epoch, "validation_accuracy": accuracy} for epoch in range(3)
    )
    return row, layers, units, history


def dead_runs(*runs: tuple[dict[str, Any], pd.DataFrame, pd.DataFrame, pd.DataFrame]) -> Runs:
    """Put runs together."""
    rows, *tables = zip(*runs, strict=True)
    layers, units, history = (pd.concat(table, ignore_index=True) for table in tables)
    return made_runs(
        pd.DataFrame(list(rows)), CLASSIFICATION, layers=layers, units=units, history=history
    )


def dead_record() -> dict[str, Runs]:
    """Two seeds of every study of the page; what they must come to is worked out in the tests."""
    rates = [
        *(run(seed, 0.98, (0.0, 0.02)) for seed in (0, 1)),
        run(0, 0.94, (0.6, 0.4), lives=("011", "010", "000", "101"), learning_rate=HIGH),
        run(1, 0.924, (0.9, 0.5), lives=("001", "011"), learning_rate=HIGH),
        *(run(seed, 0.96, hidden="leaky_relu", learning_rate=HIGH) for seed in (0, 1)),
        # Neither a tuning run nor a seed without a lesion counts where seeds are paired.
        run(0, 0.5, (1.0, 1.0), is_tuning=True, learning_rate=HIGH),
    ]
    lesion = [
        run(seed, accuracy, (share, share), dead_share=share, learning_rate=rate)
        for seed in (0, 1)
        for rate, accuracies in ((1e-3, (0.98, 0.97, 0.95, 0.1)), (HIGH, (0.94, 0.94, 0.93, 0.1)))
        for share, accuracy in zip((0.0, 0.5, 0.75, 1.0), accuracies, strict=True)
    ]
    revival = [
        run(seed, accuracy, (dead, dead), second_phase=phase, learning_rate=HIGH)
        for seed in (0, 1)
        for phase, accuracy, dead in (
            ("none", 0.94, 0.6),
            ("lower_rate", 0.955, 0.5),
            ("redraw_dead", 0.965, 0.0),
        )
    ]
    deep = {"depth": 3, "bias_initial_value": -1.0}
    causes = [
        *(run(seed, 0.975, (0.0, 0.01)) for seed in (0, 1)),
        *(run(seed, 0.9, (0.0, 1.0), (0.0, 0.8), bias_initial_value=-1.0) for seed in (0, 1)),
        run(0, 0.1, (1.0, 1.0, 1.0), (0.0, 0.5, 1.0), **deep),
        run(0, 0.97, hidden="tanh", bias_initial_value=-1.0),
    ]
    descent = [
        run(seed, 0.1, (1.0, 0.9), input_scale="raw", optimizer="sgd", learning_rate=1e-2)
        for seed in (0, 1)
    ]
    descent.append(run(0, 0.91, (0.0, 0.01), optimizer="sgd", learning_rate=1e-2))
    made = {"dead-rate": rates, "lesion": lesion, "revival": revival}
    made |= {"dead-causes": causes, "dead-causes-sgd": descent}
    return {name: dead_runs(*runs) for name, runs in made.items()}
