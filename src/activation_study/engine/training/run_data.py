"""The arrays of one run: what it trains on, is validated on, is watched on and is tested on."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from activation_study.catalogue import datasets, tasks
from activation_study.experiment import Experiment

PROBE_SIZE = {"mlp": 1000, "cnn": 100}
"""Examples of the probe set, on which units are watched: the first ones of the validation part.

A unit of a convolution is seen at every position of each example, hence on more values.

Strict counts of dead units fall as this number grows, so it belongs to the protocol.
"""


@dataclass(frozen=True)
class Streams:
    """Independent random streams of one run, all spawned from its one seed."""

    split: np.random.SeedSequence
    weights: np.random.SeedSequence
    batches: np.random.SeedSequence
    noise: np.random.SeedSequence
    null: np.random.SeedSequence

    @classmethod
    def of(cls, experiment: Experiment) -> Streams:
        """Spawns the streams of an experiment; they do not depend on anything but its seed."""
        return cls(*np.random.SeedSequence(experiment.seed).spawn(5))


@dataclass(frozen=True)
class RunData:
    """The arrays of one run.

    Args:
        images: uint8 tensor of shape (examples, 784), all training images of the dataset.
        labels: uint8 tensor of shape (examples,), noisy where the experiment asks for it.
        train_indices: int32 array: the run's training part.
        validation_images, validation_labels: uint8 tensors of the validation part.
    """

    images: tf.Tensor
    labels: tf.Tensor
    train_indices: np.ndarray
    validation_images: tf.Tensor
    validation_labels: tf.Tensor

    def probe(self, architecture: str) -> tuple[tf.Tensor, tf.Tensor]:
        """Images and labels of the probe set."""
        size = PROBE_SIZE[architecture]
        return self.validation_images[:size], self.validation_labels[:size]


def prepare(experiment: Experiment, streams: Streams) -> RunData:
    """Splits the dataset's training images by the run's seed."""
    images, labels = _tensors(experiment.dataset).train
    train_indices, validation_indices = datasets.split(
        experiment.dataset, np.random.default_rng(streams.split)
    )
    train_indices = train_indices[: experiment.train_size].astype(np.int32)
    noisy = _with_noise(labels.numpy(), train_indices, experiment, streams)
    return RunData(
        images=images,
        labels=tf.constant(noisy),
        train_indices=train_indices,
        validation_images=tf.gather(images, validation_indices),
        validation_labels=tf.gather(labels, validation_indices),
    )


def test_part(dataset: str) -> tuple[tf.Tensor, tf.Tensor]:
    """Images and labels of the test set as tensors."""
    return _tensors(dataset).test


Tensors = tuple[tf.Tensor, tf.Tensor]
"""Images, uint8 of shape (examples, 784), and labels, uint8 of shape (examples,)."""


@dataclass(frozen=True)
class _Parts:
    """A dataset as tensors: the part that runs split, and the part that they are tested on."""

    train: Tensors
    test: Tensors


@functools.lru_cache(maxsize=2)
def _tensors(dataset: str) -> _Parts:
    """The dataset, once for all runs of this process: no array of it is kept beside the tensors."""
    found = datasets.read_anew(dataset)
    train, test = (
        (tf.constant(part.images), tf.constant(part.labels)) for part in (found.train, found.test)
    )
    return _Parts(train, test)


def _with_noise(
    labels: np.ndarray, indices: np.ndarray, experiment: Experiment, streams: Streams
) -> np.ndarray:
    """Replaces a share of the training labels by a uniformly drawn wrong one."""
    if experiment.label_noise == 0.0:
        return labels
    generator = np.random.default_rng(streams.noise)
    num_classes = tasks.get(experiment.task).num_classes
    hit = indices[generator.random(len(indices)) < experiment.label_noise]
    noisy = labels.copy()
    shift = generator.integers(1, num_classes, size=len(hit))
    noisy[hit] = (noisy[hit] + shift) % num_classes
    return noisy
