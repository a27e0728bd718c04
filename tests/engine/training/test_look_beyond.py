"""A run that is shown unknown and moved images: nothing else of it changes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from activation_study.catalogue import datasets
from activation_study.catalogue.datasets import unknowns
from activation_study.catalogue.datasets.shifts import ANGLES, SPREADS
from activation_study.engine.run import Run
from activation_study.engine.training import run_data
from activation_study.engine.training.run_data import Streams
from activation_study.engine.training.train import train
from activation_study.experiment import Experiment
from activation_study.measures.beyond import SCORES

TEST = Experiment(dataset="mnist-5k", head="sigmoid", epochs=2, learning_rate=0.01, width=32)
BEYOND = TEST.replace(evaluation="beyond")


@pytest.fixture(autouse=True)
def without_kmnist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """As for a reader who has none and is not connected."""
    monkeypatch.setenv("ACTIVATION_STUDY_DATASETS", str(tmp_path))
    monkeypatch.setenv("ACTIVATION_STUDY_CACHE", str(tmp_path))
    monkeypatch.setattr(unknowns, "KMNIST_MIRRORS", ())
    unknowns.kmnist.cache_clear()
    yield
    unknowns.kmnist.cache_clear()


def rows(run: Run, table: str) -> dict[tuple[str, str], dict[str, float]]:
    """The rows of a table by their two names."""
    columns = list(run.tables[table])[2:]
    each = zip(*run.tables[table].values(), strict=True)
    return {row[:2]: dict(zip(columns, row[2:], strict=True)) for row in each}


def test_all_else_is_as_of_a_run_that_is_tested() -> None:
    run, plain = train(BEYOND), train(TEST)
    assert run.summary == plain.summary
    assert set(run.tables) - set(plain.tables) == {"unknown", "shift"}
    assert all(str(run.tables[name]) == str(table) for name, table in plain.tables.items())
    shift = rows(run, "shift")
    assert list(shift) == [
        *(("rotation", angle) for angle in ANGLES),
        *(("noise", spread) for spread in SPREADS),
    ]
    for name in ("rotation", "noise"):
        for column, value in shift[name, 0.0].items():
            if "null" not in column:
                assert value == pytest.approx(run.summary[f"test_{column}"], rel=1e-4)
    accuracies = [shift["rotation", angle]["accuracy"] for angle in (0.0, 30.0, 60.0)]
    assert accuracies == sorted(accuracies, reverse=True)
    unknown = rows(run, "unknown")
    kinds = ("known", *unknowns.MADE)
    assert list(unknown) == [(kind, score) for kind in kinds for score in SCORES[:-1]]
    assert unknown["shuffled", "sigmoid"]["auroc"] > 0.6
    assert unknown["blank", "sigmoid"]["share_accepted"] in (0.0, 1.0)


def test_a_run_that_failed_knows_nothing() -> None:
    run = train(BEYOND.replace(learning_rate=1e6, hidden="exponential", head="linear_mse"))
    assert run.summary["divergence"] == "not finite"
    for row in [*rows(run, "unknown").values(), *rows(run, "shift").values()]:
        assert all(math.isnan(value) for value in row.values())


def test_what_a_task_leaves_out_is_unknown() -> None:
    def left_out(**fields: str) -> np.ndarray:
        experiment = BEYOND.replace(**fields)
        return run_data.prepare(experiment, Streams.of(experiment)).left_out

    nothing = {"digits": {}, "pictures of several digits": {"task": "strings_1"}}
    nothing["a run that does not ask"] = {"task": "digits_0_7", "evaluation": "test"}
    for name, fields in nothing.items():
        assert left_out(**fields).shape == (0, 784), name
    test = datasets.load("mnist-5k").test
    np.testing.assert_array_equal(left_out(task="digits_0_7"), test.images[test.labels >= 8])
