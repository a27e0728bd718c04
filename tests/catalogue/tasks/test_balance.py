"""Balances: the number below taken from the number above."""

from __future__ import annotations

import numpy as np
import pytest

from activation_study.catalogue import tasks
from activation_study.engine.training.train import train
from activation_study.experiment import Experiment

LABELS = np.arange(20_000, dtype=np.uint8) % 10
IMAGES = np.zeros((20_000, 784), np.uint8)


@pytest.mark.parametrize(
    ("name", "part", "lowest", "highest"),
    [
        ("balance", "compose", 0.0, 9.9),
        ("balance_beyond", "compose", 0.0, 5.0),
        ("balance_beyond", "compose_test", 5.1, 9.9),
    ],
)
def test_balances_cover_their_range(name: str, part: str, lowest: float, highest: float) -> None:
    compose = getattr(tasks.get(name), part)
    targets = compose(IMAGES, LABELS, np.random.default_rng(0)).targets
    sizes = np.abs(targets)
    assert len(targets) == 20_000
    assert (sizes.min(), sizes.max()) == pytest.approx((lowest, highest))
    assert abs(targets.mean()) < 4 * targets.std() / np.sqrt(len(targets))


@pytest.mark.parametrize("name", ["balance", "balance_beyond"])
def test_a_constant_answer_scores_as_the_task_says(name: str) -> None:
    task = tasks.get(name)
    compose = task.compose_test or task.compose
    targets = compose(IMAGES, LABELS, np.random.default_rng(0)).targets
    measured = task.measures.watch(np.zeros_like(targets), targets)
    assert measured == pytest.approx(dict(task.guess), rel=0.02, abs=1e-3)


def test_the_size_of_a_constant_error_is_that_of_all_pairs() -> None:
    numbers = np.arange(100)
    differences = np.subtract.outer(numbers, numbers) / 10
    found = tasks.get("balance").guess
    assert found["rmse"] == pytest.approx(differences.std())
    assert found["mae"] == pytest.approx(np.abs(differences).mean())


def test_a_network_learns_it_a_little() -> None:
    run = train(Experiment(dataset="mnist-5k", task="balance", head="linear_mse", epochs=3))
    assert not run.summary["diverged"]
    assert run.summary["test_r2"] > 0.2
    assert run.summary["test_rmse"] < tasks.get("balance").guess["rmse"]
