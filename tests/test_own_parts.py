"""A task, a head and measures from outside of the package: registered, trained, told apart."""

from __future__ import annotations

import dataclasses
import math
import pickle
from pathlib import Path

import numpy as np
import pytest

from activation_study import run
from activation_study.catalogue import heads, tasks
from activation_study.catalogue.heads import Head
from activation_study.catalogue.tasks import Examples, Task, TuningRule
from activation_study.engine.records.records import Records
from activation_study.engine.training.train import train
from activation_study.experiment import Experiment
from activation_study.measures.measure_set import MeasureSet, Scored, Table, TableSpec
from activation_study.measures.metrics import METRICS, Metric
from activation_study.report.analysis.failures import with_failures_counted
from engine.made_runs import SMALL


def watch(predictions: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    return {"largest_error": float(np.abs(predictions - targets).max())}


def outcome(history, targets, early) -> tuple[str, dict[str, float]]:
    last = history["validation_largest_error"][-1]
    return ("" if math.isfinite(last) else "not finite"), {}


def final(_: Scored, test: Scored, generator) -> tuple[dict[str, float], dict[str, Table]]:
    found = watch(test.predictions, test.targets)
    return found, {"sizes": {"part": [0], "examples": [len(test.targets)]}}


EXTREMES = MeasureSet(
    name="extremes",
    targets="numbers",
    every_epoch=("largest_error",),
    last_epoch=("largest_error",),
    course=(),
    at_the_end=("largest_error",),
    watch=watch,
    outcome=outcome,
    final=final,
    tables={"sizes": TableSpec({"part": int, "examples": int}, ("part",))},
)

SCALE = 255.0


def ink(images: np.ndarray, labels: np.ndarray, generator: np.random.Generator) -> Examples:
    return Examples(images, images.mean(axis=1, keepdims=True, dtype=np.float32) / SCALE)


INK = Task(
    name="ink",
    description="How much of the picture is ink?",
    num_outputs=1,
    measures=EXTREMES,
    tuning=TuningRule(metric="largest_error", tie_breaker="largest_error"),
    guess={"largest_error": 0.5},
    compose=ink,
)


def softsign(scores: np.ndarray) -> np.ndarray:
    return scores / (1 + np.abs(scores))


SOFTSIGN = Head(
    name="softsign_mse",
    output_activation="softsign",
    loss="mean_squared_error",
    effective_loss=r"\frac{1}{K}\sum_k \left(\frac{z_k}{1 + |z_k|} - y_k\right)^2",
    description="Softsign outputs with squared error.",
    numpy_outputs=softsign,
    readings={"numbers": softsign},
)

FIELDS = SMALL | {"task": "ink", "head": "softsign_mse", "evaluation": "test"}


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the registries, for this test alone."""
    for registry in (tasks.TASKS, heads.HEADS, METRICS):
        monkeypatch.setattr(registry, "_entries", dict(registry._entries))
    tasks.register(INK)
    heads.register(SOFTSIGN)
    METRICS.add(Metric("largest_error", "largest error", better="lower", scale="logarithm"))


def test_they_train_in_a_worker_process_as_they_do_here(tmp_path: Path) -> None:
    experiments = [Experiment(**FIELDS, seed=seed) for seed in (0, 1)]
    runs = run(experiments, num_workers=1, records=Records(tmp_path / "cache", tmp_path / "data"))
    assert runs.measures is EXTREMES
    assert list(runs.tables["sizes"]["examples"]) == [1_000, 1_000]
    here = train(experiments[0])
    row = runs.summary.set_index("key").loc[here.key]
    # This process may have more threads than a worker, which sum in another order.
    assert row["test_largest_error"] == pytest.approx(here.summary["test_largest_error"], 1e-5)
    assert row["task"].startswith("ink@")
    assert row["head"].startswith("softsign_mse@")
    failed = runs.summary.assign(test_largest_error=math.nan, diverged=True)
    assert list(with_failures_counted(failed, "test_largest_error")) == [0.5, 0.5]


def test_what_their_code_computes_is_in_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Experiment(**FIELDS)
    assert not first.is_repeatable_by_name
    assert Experiment(**FIELDS).key == first.key == pickle.loads(pickle.dumps(first)).key
    with monkeypatch.context() as patch:
        patch.setitem(globals(), "SCALE", 100.0)
        assert Experiment(**FIELDS).key != first.key
        with pytest.raises(ValueError, match="Task 'ink' reads other values than when its"):
            train(first)
    heads.register(dataclasses.replace(SOFTSIGN, output_activation="linear"))
    tasks.register(INK)
    assert Experiment(**FIELDS).key != first.key
    assert first.parts.head is SOFTSIGN


def test_names_of_the_package_stay_its_own() -> None:
    with pytest.raises(ValueError, match="The task 'digits' is built in"):
        tasks.register(dataclasses.replace(INK, name="digits"))
    with pytest.raises(ValueError, match="The head 'softmax' is built in"):
        heads.register(dataclasses.replace(SOFTSIGN, name="softmax"))
    other = dataclasses.replace(EXTREMES, name="regression")
    with pytest.raises(ValueError, match="measures of the name 'regression', which built-in ones"):
        tasks.register(dataclasses.replace(INK, measures=other))


def test_a_head_is_refused_where_it_does_not_fit() -> None:
    with pytest.raises(
        ValueError, match=r"'softsign_mse' cannot be read as one label.*: softmax, sig"
    ):
        Experiment(head="softsign_mse")
    with pytest.raises(ValueError, match=r"'sigmoid_one' cannot be read as one label with K = 10"):
        Experiment(head="sigmoid_one")
    with pytest.raises(
        ValueError, match=r"'softmax' cannot be read as numbers.*linear_mse.*, softsign_mse"
    ):
        Experiment(task="ink")
