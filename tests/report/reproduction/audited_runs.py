"""The experiments that the tests of the audit train, and ways to record them wrongly."""

from __future__ import annotations

import dataclasses
from typing import Any

from activation_study.engine.run import Run
from activation_study.experiment import Experiment

BASE = Experiment(dataset="mnist-5k", train_size=2048, batch_size=32, epochs=2, width=64)
RELU = BASE.replace(seed=1)
STEP = BASE.replace(hidden="step_straight_through", seed=1)
OTHERS = {
    "another seed": BASE.replace(seed=2),
    "ten times the rate": RELU.replace(learning_rate=0.01),
    "another activation": RELU.replace(hidden="tanh"),
    "another head": RELU.replace(head="sigmoid"),
    "another width": RELU.replace(width=56),
}
TUNING = BASE.replace(hidden="tanh", seed=3, evaluation="validation")
NUM_WORKERS = 2


def passed_off(run: Run, as_run: Run) -> Run:
    """The results of a run under the name of another experiment."""
    return dataclasses.replace(run, key=as_run.key, experiment=as_run.experiment)


def made_elsewhere(run: Run, **provenance: Any) -> Run:
    """The run as if another type of CPU had made it."""
    changes = provenance or {"cpu": "Another CPU (1/2/3)"}
    return dataclasses.replace(run, provenance=run.provenance | changes)


def altered(run: Run, place: str, value: Any) -> Run:
    """The run with one value changed; the place is ``<table>.<column>``, its last row."""
    table, _, column = place.partition(".")
    if table == "runs":
        return dataclasses.replace(run, summary=run.summary | {column: value})
    content = {name: list(values) for name, values in run.tables[table].items()}
    content[column][-1] = value
    return dataclasses.replace(run, tables=run.tables | {table: content})
