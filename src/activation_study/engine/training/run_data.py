"""The arrays of one run: what it trains on, is validated on, is watched on and is tested on."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from activation_study.catalogue import datasets
from activation_study.catalogue.tasks.task import Compose
from activation_study.engine.training import PROBE_SIZE
from activation_study.experiment import Experiment

TEST_SEED = 20_251_125
"""Composes the test examples of a task: the same ones for all of its runs."""

Tensors = tuple[tf.Tensor, tf.Tensor]
"""Images, uint8 of shape (examples, 784), and labels or targets of shape (examples, ...)."""


@dataclass(frozen=True)
class Streams:
    """Independent random streams of one run, all spawned from its one seed."""

    split: np.random.SeedSequence
    weights: np.random.SeedSequence
    batches: np.random.SeedSequence
    noise: np.random.SeedSequence
    null: np.random.SeedSequence
    compose: np.random.SeedSequence
    redraw: np.random.SeedSequence

    @classmethod
    def of(cls, experiment: Experiment) -> Streams:
        """Spawns the streams of an experiment; they do not depend on anything but its seed."""
        return cls(*np.random.SeedSequence(experiment.seed).spawn(7))


@dataclass(frozen=True)
class RunData:
    """The arrays of one run.

    Args:
        images: uint8 tensor of shape (examples, 784).
        targets: Tensor of shape (examples, ...) as the task says, noisy where the experiment asks
            for it.
        train_indices: int32 array: the run's training part within these examples.
        validation: Images and targets of the validation part.
        test: Images and targets of the test set; None where the run does not read it.
    """

    images: tf.Tensor
    targets: tf.Tensor
    train_indices: np.ndarray
    validation: Tensors
    test: Tensors | None

    def probe(self, architecture: str) -> Tensors:
        """Images and targets of the probe set."""
        images, targets = self.validation
        return images[: PROBE_SIZE[architecture]], targets[: PROBE_SIZE[architecture]]


def prepare(experiment: Experiment, streams: Streams) -> RunData:
    """Splits the dataset's training images by the run's seed, and composes the task's examples."""
    task, noise = experiment.parts.task, experiment.label_noise
    train, unread = _tensors(experiment.dataset)
    test = unread if experiment.evaluation == "test" else None
    train_indices, validation_indices = datasets.split(
        experiment.dataset, np.random.default_rng(streams.split)
    )
    train_indices = train_indices[: experiment.train_size].astype(np.int32)
    validation = _at(train, validation_indices)
    if task.compose:
        ours, theirs = map(np.random.default_rng, streams.compose.spawn(2))
        train = _composed(task.compose, _at(train, train_indices), ours)
        train_indices = np.arange(len(train[1]), dtype=np.int32)
        validation = _composed(task.compose, validation, theirs)
        if test:
            test = _composed(task.compose, test, np.random.default_rng(TEST_SEED))
    images, targets = train
    if task.corrupt and noise:
        noisy = targets.numpy()
        generator = np.random.default_rng(streams.noise)
        noisy[train_indices] = task.corrupt(noisy[train_indices], noise, generator)
        targets = tf.constant(noisy)
    return RunData(images, targets, train_indices, validation, test)


def _at(part: Tensors, indices: np.ndarray) -> Tensors:
    images, targets = part
    return tf.gather(images, indices), tf.gather(targets, indices)


def _composed(compose: Compose, part: Tensors, generator: np.random.Generator) -> Tensors:
    images, labels = part
    examples = compose(images.numpy(), labels.numpy(), generator)
    return tf.constant(examples.images), tf.constant(examples.targets)


@functools.lru_cache(maxsize=2)
def _tensors(dataset: str) -> tuple[Tensors, Tensors]:
    """The part that runs split and the part that they are tested on, once for all runs.

    No array of them is kept beside the tensors.
    """
    found = datasets.read_anew(dataset)
    train, test = (
        (tf.constant(part.images), tf.constant(part.labels)) for part in (found.train, found.test)
    )
    return train, test
