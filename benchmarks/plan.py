"""What the benchmark measures and how often: the same network for every contender."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from activation_study import Experiment

NUM_PIXELS, NUM_CLASSES = 784, 10


@dataclass(frozen=True)
class Plan:
    """Data, repeats and points of growth.

    Args:
        dataset: Name in the catalogue.
        train_size: Training images; None for all of the dataset's training part.
        rounds: Times that every contender has its turn in every setting.
        epochs_a_turn: Epochs measured in a turn, one by one.
        run_epochs: Epochs of a whole run with its measures.
        runs: Whole runs of each worker, after one that compiles.
        widths, depths: Networks whose growth is measured, the other held at the reference.
        workers: Numbers of processes at work at the same time.
        growth_rounds: Epochs measured at each point of growth, after one that compiles.
        cluster_workers: Numbers of workers to which runs are handed out.
        cluster_runs: Tiny runs handed out to each number of them.
    """

    dataset: str
    train_size: int | None
    rounds: int
    epochs_a_turn: int
    run_epochs: int
    runs: int
    widths: tuple[int, ...]
    depths: tuple[int, ...]
    workers: tuple[int, ...]
    growth_rounds: int
    cluster_workers: tuple[int, ...]
    cluster_runs: int

    def experiment(self, **changes: Any) -> Experiment:
        """The reference experiment on this plan's data: 784-128-128-10, ReLU, softmax, Adam."""
        from activation_study import Experiment

        return Experiment(dataset=self.dataset, train_size=self.train_size, **changes)

    @property
    def num_images(self) -> int:
        """Training images of an epoch."""
        from activation_study.catalogue import datasets

        return self.train_size or datasets.spec(self.dataset).train_size

    def batch_sizes(self) -> list[int]:
        """Images of each step of an epoch: full batches, then the rest."""
        size = self.experiment().batch_size
        full, rest = divmod(self.num_images, size)
        return [size] * full + [rest] * (rest > 0)

    def training_images(self) -> tuple[np.ndarray, np.ndarray]:
        """Images, uint8 of shape (images, 784), and labels, uint8 of shape (images,)."""
        import numpy as np

        from activation_study.catalogue import datasets

        train = datasets.load(self.dataset).train
        chosen, _ = datasets.split(self.dataset, np.random.default_rng(0))
        chosen = chosen[: self.num_images]
        return train.images[chosen], train.labels[chosen]


def layer_shapes(experiment: Experiment) -> list[tuple[int, int]]:
    """Shapes (inputs, outputs) of the kernels, first layer first."""
    widths = [NUM_PIXELS, *[experiment.width] * experiment.depth, NUM_CLASSES]
    return list(itertools.pairwise(widths))


FULL = Plan(
    dataset="mnist",
    train_size=None,
    rounds=7,
    epochs_a_turn=2,
    run_epochs=10,
    runs=5,
    widths=(32, 64, 128, 256, 512, 1024),
    depths=(1, 2, 4, 8),
    workers=(1, 2, 4),
    growth_rounds=3,
    cluster_workers=(1, 2, 4, 8),
    cluster_runs=80,
)
SHORT = Plan(
    dataset="mnist-5k",
    train_size=600,
    rounds=1,
    epochs_a_turn=1,
    run_epochs=1,
    runs=1,
    widths=(32, 64),
    depths=(1, 2),
    workers=(1, 2),
    growth_rounds=1,
    cluster_workers=(1,),
    cluster_runs=4,
)
"""Every line of the benchmark on a few images: its figures say nothing about speed."""
