"""Runs made up by a formula, in every table of the record, so that figures have data at once."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np

from activation_study import studies
from activation_study.catalogue import activations
from activation_study.engine.records.records import Records, Runs
from activation_study.engine.run import SUMMARY_DIGITS, TABLE_DIGITS, Run, round_floats
from activation_study.engine.sweeps.sweep import load
from activation_study.experiment import Experiment
from activation_study.measures.convergence import area_under_curve, epochs_to
from activation_study.studies import Study

QUALITY = {"linear": -0.05, "exponential": -0.02, "softmax": -0.01, "sigmoid": -0.001}
PROVENANCE = {
    "tensorflow": "2.21.0",
    "keras": "3.15.1",
    "numpy": "2.4.0",
    "python": "3.11.2",
    "cpu": "Toy CPU (6/1/1)",
    "commit": "0123456789ab",
    "threads": 1,
    "onednn": "0",
    "setup_seconds": 1.0,
    "train_seconds": 10.0,
    "measure_seconds": 2.0,
    "wall_seconds": 13.0,
}


def simulate(experiment: Experiment) -> Run:
    """Make up what came of an experiment; the same experiment gives the same run."""
    rng = np.random.default_rng(int(experiment.key[:12], 16))
    fields = experiment.describe()
    diverged = experiment.hidden == "exponential" and experiment.learning_rate > 0.02
    best = 0.002 if experiment.hidden != "sigmoid" else 0.006
    distance = math.log10(experiment.learning_rate / best)
    error = 0.02 - QUALITY.get(experiment.hidden, 0.0) + 0.02 * distance**2
    error = min(0.9, error * math.exp(0.05 * rng.standard_normal()))
    ladder = np.arange(experiment.epochs + 1)
    errors = (
        np.maximum(error, 0.9 * np.exp(-2.0 * ladder**0.7)) if not diverged else 0.9 + 0 * ladder
    )
    accuracies = 1.0 - errors
    nan = math.nan
    summary = {
        "diverged": diverged,
        "divergence": "chance" if diverged else "",
        "train_loss": 0.02,
        "validation_loss": 0.09,
        "validation_accuracy": accuracies[-1],
        "validation_nll": 4 * errors[-1],
        "validation_brier": 1.5 * errors[-1],
        "area_under_validation_accuracy": area_under_curve(accuracies),
        "epochs_to_97": epochs_to(accuracies, 0.97),
    }
    tables = _tables(rng, experiment, errors)
    if experiment.evaluation != "validation":
        summary |= _tested(rng, experiment, errors[-1])
        tables |= _test_tables(rng, errors[-1])
    else:
        summary |= dict.fromkeys(_tested(rng, experiment, 0.1), nan)
    summary |= {
        f"averaged_{name}": value * (0.9 if name.endswith(("nll", "brier")) else 1.0)
        + (0.002 if name.endswith("accuracy") else 0.0)
        for name, value in summary.items()
        if name.startswith(("validation_", "test_", "area_after"))
    }
    return Run(
        key=experiment.key,
        experiment=fields,
        summary=round_floats(summary, SUMMARY_DIGITS),
        tables=round_floats(tables, TABLE_DIGITS),
        provenance=dict(PROVENANCE),
    )


def _tables(rng, experiment, errors):
    epochs = list(range(experiment.epochs + 1))
    steps = np.arange(1, 41) * 10
    start, prior = (2.35, math.log(10)) if experiment.head == "softmax" else (0.72, 0.325)
    loss = prior * 0.1 + (start - prior * 0.1) * np.exp(-steps / 80)
    return {
        "history": {
            "epoch": epochs,
            "train_loss": [math.nan] + [0.1 / epoch for epoch in epochs[1:]],
            "validation_loss": list(4 * errors),
            "validation_accuracy": list(1 - errors),
            "validation_nll": list(4 * errors),
            "validation_brier": list(1.5 * errors),
            "validation_calibration_error": list(0.1 * errors),
        },
        "early": {
            "step": steps.tolist(),
            "train_loss": list(loss * np.exp(0.02 * rng.standard_normal(40))),
        },
        "layers": {
            "epoch": [epoch for epoch in epochs for _ in range(2)],
            "layer": [1, 2] * len(epochs),
        }
        | {
            name: [0.1] * (2 * len(epochs))
            for name in (
                *("dead", "gradient_dead", "saturated", "dormant_0", "dormant_025"),
                *("dormant_100", "mean", "spread", "gradient_norm"),
            )
        },
        "units": {"layer": [], "unit": [], "dead": [], "gradient_dead": []},
        "reliability": {"bin": [], "count": [], "confidence": [], "accuracy": []},
        "confusion": {
            "true_class": [],
            "predicted_class": [],
            "count": [],
            "mean_probability": [],
        },
    }


def _tested(rng, experiment, error):
    ece = abs(0.003 + 0.0015 * rng.standard_normal())
    sigmoid = experiment.head == "sigmoid"
    values = {
        "test_accuracy": 1 - error,
        "test_nll": (4.2 if sigmoid else 4) * error,
        "test_brier": 1.5 * error,
        "test_temperature": 1.1,
        "test_nll_after_temperature": 3.9 * error,
        "test_ece": ece,
        "test_ece_null_mean": 0.003,
        "test_ece_null_low": 0.0015,
        "test_ece_null_high": 0.0045,
        "test_ece_null_p": 0.5,
        "test_classwise_null_low": -0.001,
        "test_classwise_null_high": 0.001,
        "test_smooth_calibration_error": ece + 0.003,
        "test_output_sum_mean": 0.99 if sigmoid else 1.0,
        "test_output_sum_sd": 0.05 + 0.005 * rng.random() if sigmoid else 0.0,
        "test_target_probability_right": 0.985 + 0.002 * rng.standard_normal(),
        "test_target_probability_wrong": 0.2 + 0.02 * rng.standard_normal(),
    }
    for name in ("", "_10", "_30"):
        values[f"test_calibration_error{name}"] = ece - 0.003
    return values | {"test_calibration_gap": 0.001, "test_classwise_calibration_error": 0.0005}


def _test_tables(rng, error):
    confidence = 1 - 2 * error * np.linspace(1, 0.001, 15) ** 3
    count = np.full(15, 667)
    accuracy = rng.binomial(count, confidence) / count
    true, predicted = np.divmod(np.arange(100), 10)
    likeness = rng.random(100) * 0.001 + 0.004 * ((true == 4) & np.isin(predicted, (7, 9)))
    return {
        "reliability": {
            "bin": list(range(15)),
            "count": count.tolist(),
            "confidence": confidence.tolist(),
            "accuracy": accuracy.tolist(),
        },
        "confusion": {
            "true_class": true.tolist(),
            "predicted_class": predicted.tolist(),
            "count": np.where(true == predicted, 970, 3).tolist(),
            "mean_probability": np.where(true == predicted, 0.97, likeness).tolist(),
        },
    }


def core_of(*hidden: str) -> Study:
    """Return the core study with these hidden activations alone."""
    core = studies.core()
    arms = tuple(arm for arm in core.arms if arm.fields["hidden"] in hidden)
    assert {arm.fields["hidden"] for arm in arms} == set(hidden) <= set(activations.names())
    return dataclasses.replace(core, arms=arms)


def publish(study: Study, folder: Path) -> Runs:
    """Simulate a whole study, publish it in a folder and load it from there."""
    while True:
        records = Records(cache_folder=folder / "cache", data_folder=folder / "data")
        missing = records.missing(study.next_experiments(records))
        if not missing:
            return load(study, records)
        records.published.publish(study.name, map(simulate, missing))
