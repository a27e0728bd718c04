"""What a step of training costs beside one with ReLU, timed in turns on this machine."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from activation_study.experiment import Experiment
from activation_study.trial.plan import REFERENCE

TURNS = 15
STEPS = 40
"""Steps a turn: a tenth of a second, far above what the clock and the calls around it take."""


@dataclass(frozen=True)
class StepCost:
    """How long a step of the reference network takes.

    Attributes:
        seconds: median of a step with the activation on trial.
        reference: the same with ReLU.
        ratio: median of the ratios of neighbouring turns.
        low: first quartile of the ratios.
        high: third quartile.
    """

    seconds: float
    reference: float
    ratio: float
    low: float
    high: float


def time_steps(hidden: Any, *, turns: int = TURNS) -> StepCost:
    """Time a step of 784-128-128-10 with Adam and batches of 128, own and ReLU in turns.

    Whatever else the machine does slows neighbouring turns alike, so their ratio is steadier than
    either time.
    """
    import tensorflow as tf

    from activation_study.engine.training.loop import Loop

    generator = np.random.default_rng(0)
    base = Experiment(dataset="mnist-5k")
    num_images = STEPS * base.batch_size
    images = tf.constant(generator.integers(0, 256, (num_images, 784), dtype=np.uint8))
    wanted = tf.constant(generator.integers(0, 10, num_images).astype(np.uint8))
    order = tf.constant(np.arange(num_images, dtype=np.int32))
    loops = [Loop(base.replace(hidden=each)) for each in (hidden, REFERENCE)]
    seconds = np.empty((turns, 2))
    for loop in loops:
        _train(loop, images, wanted, order)
    for turn in range(turns):
        # Who begins alternates, too.
        for place in (0, 1) if turn % 2 else (1, 0):
            start = time.perf_counter()
            _train(loops[place], images, wanted, order)
            seconds[turn, place] = (time.perf_counter() - start) / STEPS
    low, ratio, high = np.quantile(seconds[:, 0] / seconds[:, 1], (0.25, 0.5, 0.75))
    own, reference = np.median(seconds, axis=0)
    return StepCost(float(own), float(reference), float(ratio), float(low), float(high))


def _train(loop: Any, images: Any, wanted: Any, order: Any) -> None:
    losses, _ = loop.train_epoch(images, wanted, order, None)
    losses.numpy()
