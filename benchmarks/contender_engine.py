"""This engine: its epoch, its whole runs with all measures, and the roofline in its processes."""

from __future__ import annotations

import functools
import resource
import sys
import time
from pathlib import Path
from typing import Any

from activation_study.engine.sweeps import worker

# First, as a sweep's workers do, and before anything here imports TensorFlow.
worker.import_training()

import numpy as np
import roofline
import tensorflow as tf
from contenders import OURS, PARTS
from plan import Plan
from turns import Job

from activation_study.engine.training import run_data
from activation_study.engine.training.loop import Loop
from activation_study.engine.training.train import train, use_one_thread


def make(plan: Plan, threads: int | None) -> dict[str, Job]:
    """Returns the jobs of a process; each takes memory only when it is asked for."""
    if threads == 1:
        use_one_thread()
    engine = _Engine(plan)
    parts = functools.cache(lambda: roofline.make(plan))
    return {part: lambda part=part: parts()[part]() for part in PARTS} | {
        "build": engine.build,
        OURS: engine.epoch,
        "run": engine.run,
        "peak memory": peak_megabytes,
    }


class _Engine:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def build(self, **changes: Any) -> int:
        """Makes the loop of an experiment, which later epochs train; returns its parameters."""
        experiment = self._plan.experiment(**changes)
        streams = run_data.Streams.of(experiment)
        self._arrays = run_data.prepare(experiment, streams)
        self._loop = Loop(experiment)
        self._loop.restart(experiment, streams.weights)
        self._generator = np.random.default_rng(streams.batches)
        return int(self._loop.model.count_params())

    def epoch(self) -> float:
        """Trains one epoch as ``train`` does, and returns the mean loss."""
        arrays = self._arrays
        order = tf.constant(self._generator.permutation(arrays.train_indices))
        losses, _ = self._loop.train_epoch(arrays.images, arrays.wanted, order)
        return float(losses.numpy().mean())

    def run(self, seed: int) -> dict[str, float]:
        """Trains a whole run, as a worker of a sweep does."""
        start = time.perf_counter()
        run = train(self._plan.experiment(seed=seed, epochs=self._plan.run_epochs))
        elapsed, wall = time.perf_counter() - start, run.provenance["wall_seconds"]
        share = run.provenance["measure_seconds"] / wall
        return {"elapsed_seconds": elapsed, "wall_seconds": wall, "measure_share": share}


def peak_megabytes() -> float:
    """Largest resident memory that this process ever had, in 10^6 bytes.

    From the kernel's own line where there is one: ``ru_maxrss`` of a young process counts the
    memory of the one that started it.
    """
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    (line,) = (line for line in lines if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6
