"""The arrays of one run: what it trains on, is validated on, is watched on and is tested on."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from activation_study.catalogue import datasets
from activation_study.catalogue.datasets.blocks import scrambled
from activation_study.catalogue.parts import Parts
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
    negatives: np.random.SeedSequence

    @classmethod
    def of(cls, experiment: Experiment) -> Streams:
        """Spawns the streams of an experiment; they do not depend on anything but its seed."""
        return cls(*np.random.SeedSequence(experiment.seed).spawn(8))


class Part(NamedTuple):
    """Images that a network is measured on.

    Args:
        images: uint8 tensor of shape (examples, 784).
        wanted: Tensor of shape (examples, ...): what the loss is given.
        targets: Array of shape (examples, ...) as the task says.
    """

    images: tf.Tensor
    wanted: tf.Tensor
    targets: np.ndarray


@dataclass(frozen=True)
class RunData:
    """The arrays of one run.

    Args:
        images: uint8 tensor of shape (examples, 784).
        wanted: Tensor of shape (examples, ...): what the loss is given, noisy where the experiment
            asks for it.
        train_indices: int32 array: the run's training part within these examples.
        prior: How often a target is 1 in the training part: one number, or one for each target.
        validation: The validation part.
        test: The test set; None where the run does not read it.
        left_out: Images of the dataset's test part that the task has no use for, uint8 of shape
            (n, 784): none where it shows no image as it is, or where nobody asks for them.
    """

    images: tf.Tensor
    wanted: tf.Tensor
    train_indices: np.ndarray
    prior: float | np.ndarray
    validation: Part
    test: Part | None
    left_out: np.ndarray

    def probe(self, architecture: str) -> Tensors:
        """Images of the probe set, and what is wanted of them."""
        size = PROBE_SIZE[architecture]
        return self.validation.images[:size], self.validation.wanted[:size]


def prepare(experiment: Experiment, streams: Streams) -> RunData:
    """Splits the dataset's training images by the run's seed, and composes the task's examples."""
    parts, noise = experiment.parts, experiment.label_noise
    task = parts.task
    train, unread = _tensors(experiment.dataset)
    test = None if experiment.evaluation == "validation" else unread
    train_indices, validation_indices = datasets.split(
        experiment.dataset, np.random.default_rng(streams.split)
    )
    train_indices = train_indices[: experiment.train_size].astype(np.int32)
    validation = _at(train, validation_indices)
    if task.compose:
        ours, theirs = map(np.random.default_rng, streams.compose.spawn(2))
        train = _composed(task.compose, _at(train, train_indices), ours)
        if not len(train[1]):
            raise ValueError(
                f"task {task.name!r} received {len(train_indices):,} training images, of which it "
                "can use none; accepted: more of them, such as train_size=1000"
            )
        train_indices = np.arange(len(train[1]), dtype=np.int32)
        validation = _composed(task.compose, validation, theirs)
        if test:
            compose_test = task.compose_test or task.compose
            test = _composed(compose_test, test, np.random.default_rng(TEST_SEED))
    images, targets = train[0], train[1].numpy()
    if task.corrupt and noise:
        generator = np.random.default_rng(streams.noise)
        targets = targets.copy()
        targets[train_indices] = task.corrupt(targets[train_indices], noise, generator)
    if experiment.negatives:
        of_part = images.numpy()[train_indices]
        negatives = _negatives(of_part, experiment.negatives, streams.negatives)
        added = np.arange(len(images), len(images) + len(negatives), dtype=np.int32)
        train_indices = np.concatenate([train_indices, added])
        images = tf.concat([images, negatives], axis=0)
        no_class = np.full(len(negatives), task.num_outputs, targets.dtype)
        targets = np.concatenate([targets, no_class])
    seen = targets[train_indices]
    prior = _frequencies(seen, task.num_outputs) if task.prior is None else task.prior
    return RunData(
        images,
        tf.constant(parts.wanted(targets, prior)),
        train_indices,
        prior,
        _part(parts, validation, prior),
        _part(parts, test, prior) if test else None,
        _left_out(unread, test if experiment.evaluation == "beyond" else None),
    )


def _part(parts: Parts, examples: Tensors, prior: float | np.ndarray) -> Part:
    images, targets = examples[0], examples[1].numpy()
    return Part(images, tf.constant(parts.wanted(targets, prior)), targets)


def _left_out(part: Tensors, examples: Tensors | None) -> np.ndarray:
    """The images that are in no example, where some of them are; none without examples."""
    images = part[0].numpy()
    shown = {image.tobytes() for image in examples[0].numpy()} if examples else set[bytes]()
    is_shown = np.array([image.tobytes() in shown for image in images])
    return images[~is_shown & is_shown.any()]


def _frequencies(targets: np.ndarray, num_targets: int) -> np.ndarray:
    """How often each target is 1, or each class the right one: never 0, which has no log-odds."""
    is_class = targets.ndim == 1
    counts = np.bincount(targets, minlength=num_targets) if is_class else targets.sum(axis=0)
    return (counts[:num_targets] + 0.5) / (len(targets) + 1.0)


def _negatives(images: np.ndarray, share: float, stream: np.random.SeedSequence) -> np.ndarray:
    """A share of the images, drawn without repetition, each with its blocks in another order."""
    generator = np.random.default_rng(stream)
    chosen = generator.choice(len(images), round(share * len(images)), replace=False)
    return scrambled(images[chosen], generator)


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
