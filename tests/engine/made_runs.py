"""Runs as a record holds them, made without training: values drawn from a run's own key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from activation_study.engine.records import schema
from activation_study.engine.run import SUMMARY_DIGITS, TABLE_DIGITS, Run, Table, round_floats
from activation_study.experiment import Experiment, grid

NUM_BINS = 15

SMALL: dict[str, Any] = {
    "dataset": "mnist-5k",
    "depth": 1,
    "width": 16,
    "train_size": 256,
    "epochs": 1,
    "evaluation": "validation",
}
"""Fields of a run that trains in a fraction of a second."""

EXPERIMENTS = grid(
    dataset="mnist-5k", hidden=["relu", "tanh"], seed=[0, 1], epochs=2, depth=1
) + grid(dataset="mnist-5k", seed=[0, 1], epochs=2, evaluation="validation", train_size=[None, 99])
"""Eight runs: some with several layers, some that read the test set."""


def contents(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, by its name in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def made_run(experiment: Experiment, **summary: Any) -> Run:
    """A run with a full summary and all of its tables; keyword arguments replace summary values."""
    generator = np.random.default_rng(int(experiment.key[:12], 16))
    return Run(
        key=experiment.key,
        experiment=experiment.describe(),
        summary=round_floats(_summary(experiment, generator) | summary, SUMMARY_DIGITS),
        tables=round_floats(_tables(experiment, generator), TABLE_DIGITS),
        provenance=_provenance(generator),
    )


def _summary(experiment: Experiment, generator: np.random.Generator) -> dict[str, Any]:
    reads_test = experiment.evaluation != "validation"
    drawn = {
        name: float(generator.random())
        for name, kind in schema.SUMMARY.items()
        if kind == schema.REAL and (reads_test or "test_" not in name)
    }
    return {"diverged": False, "divergence": ""} | drawn | {"epochs_to_97": float("inf")}


def _tables(experiment: Experiment, generator: np.random.Generator) -> dict[str, Table]:
    epochs = list(range(experiment.epochs + 1))
    layers = [(epoch, layer + 1) for epoch in epochs for layer in range(experiment.depth)]
    tables = {
        "history": _drawn("history", {"epoch": epochs}, generator),
        "early": _drawn("early", {"step": [1, 2, 4]}, generator),
        "layers": _drawn(
            "layers",
            {"epoch": [epoch for epoch, _ in layers], "layer": [layer for _, layer in layers]},
            generator,
        ),
        "units": {
            "layer": [1, 1],
            "unit": [3, 5],
            "dead": ["0" * len(epochs), "1" * len(epochs)],
            "gradient_dead": ["1" * len(epochs)] * 2,
            "dead_all": ["000", "011"],
        },
    }
    # As in training: there is no training loss before the first step.
    tables["history"]["train_loss"][0] = float("nan")
    if experiment.evaluation != "validation":
        bins, pairs = list(range(NUM_BINS)), [(i, j) for i in range(2) for j in range(2)]
        tables["reliability"] = _drawn(
            "reliability", {"bin": bins, "count": [10] * NUM_BINS}, generator
        )
        tables["confusion"] = _drawn(
            "confusion",
            {
                "true_class": [true for true, _ in pairs],
                "predicted_class": [predicted for _, predicted in pairs],
                "count": [7, 1, 2, 9],
            },
            generator,
        )
        tables["target_probability"] = _drawn(
            "target_probability", {"decile": list(range(11))}, generator
        )
        tables["unknown"] = _drawn(
            "unknown", {"unknown": ["known", "noise"], "score": ["energy"] * 2}, generator
        )
        tables["shift"] = _drawn(
            "shift", {"shift": ["rotation"] * 2, "degree": [0.0, 15.0]}, generator
        )
    return tables


def _drawn(table: str, given: Table, generator: np.random.Generator) -> Table:
    """The given columns, and a drawn value in each row of every other column of the table."""
    num_rows = len(next(iter(given.values())))
    columns = [name for name in schema.TABLES[table] if name != "key"]
    return {name: given.get(name) or generator.random(num_rows).tolist() for name in columns}


def _provenance(generator: np.random.Generator) -> dict[str, Any]:
    texts = dict.fromkeys(("tensorflow", "keras", "numpy", "python", "cpu", "commit"), "1.2.3")
    seconds = {name: float(generator.random()) for name in schema.PROVENANCE if "seconds" in name}
    return texts | {"threads": 1, "onednn": "default"} | seconds
