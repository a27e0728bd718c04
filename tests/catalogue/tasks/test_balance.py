"""Balances: the number below taken from the number above."""

from __future__ import annotations

import numpy as np
import pytest

from activation_study.catalogue import tasks
from activation_study.catalogue.tasks import balance
from activation_study.engine.training.train import train
from activation_study.experiment import Experiment

LABELS = np.arange(20_000, dtype=np.uint8) % 10
# The image of digit d is d everywhere, so that a picture's pixels tell its balance.
IMAGES = np.repeat(LABELS[:, None], 784, axis=1)


@pytest.fixture(scope="module")
def examples() -> tasks.Examples:
    return balance.compose(IMAGES, LABELS, np.random.default_rng(0))


def test_the_target_is_the_difference_of_the_numbers_shown(examples: tasks.Examples) -> None:
    assert examples.targets.shape == (20_000, 1)
    assert examples.targets.dtype == np.float32
    cells = examples.images.reshape(-1, 2, 14, 2, 14).max(axis=(2, 4)).astype(int)
    gain, loss = (cells[:, row, 0] * 10 + cells[:, row, 1] for row in (0, 1))
    np.testing.assert_allclose(examples.targets[:, 0], (gain - loss) / 10, atol=1e-6)


def test_a_constant_answer_scores_as_the_task_says(examples: tasks.Examples) -> None:
    task = tasks.get("balance")
    constant = np.full_like(examples.targets, examples.targets.mean())
    measured = task.measures.watch(constant, examples.targets)
    assert measured == pytest.approx(dict(task.guess), rel=0.02, abs=1e-6)


def test_a_network_learns_it_a_little() -> None:
    run = train(Experiment(dataset="mnist-5k", task="balance", head="linear_mse", epochs=3))
    assert not run.summary["diverged"]
    assert run.summary["test_r2"] > 0.2
    assert run.summary["test_rmse"] < tasks.get("balance").guess["rmse"]
