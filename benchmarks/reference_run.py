"""What the reference run costs: our epoch beside ``model.fit``, and a whole run with all measures.

Two processes of one TensorFlow thread each work at the same time, as in a sweep on two cores. They
take turns between the contenders and wait for each other before each measurement, so that both
contenders meet the same machine. Medians over the repeats of both processes.

    python benchmarks/reference_run.py            (about a minute; needs MNIST)
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import statistics
import time
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")
PROCESSES = 2
REPEATS = 5
EPOCHS_A_TURN = 3
"""Epochs follow each other in a run: a single one after a change of contender meets cold caches."""
RUNS = 3
OURS, FIT = "this engine", "model.fit, defaults"


def main() -> None:
    """Measures, prints a table and writes ``results.json`` beside this file."""
    context = multiprocessing.get_context("spawn")
    barrier, queue = context.Barrier(PROCESSES), context.Queue()
    workers = [context.Process(target=_measure, args=(barrier, queue)) for _ in range(PROCESSES)]
    for worker in workers:
        worker.start()
    measured = [queue.get() for _ in workers]
    for worker in workers:
        worker.join()
    results = _summary(measured)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    print(json.dumps(results, indent=1))


def _measure(barrier: Barrier, queue: Queue[dict[str, Any]]) -> None:
    """Measures in one process; the other does the same at the same time."""
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    from activation_study import Experiment
    from activation_study.engine.training import train, use_one_thread

    use_one_thread()
    contenders = {OURS: _our_epoch(), FIT: _fit_epoch()}
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for epoch in contenders.values():
        epoch()  # compiles
    for _ in range(REPEATS):
        for name, epoch in contenders.items():
            barrier.wait()
            start = time.perf_counter()
            for _ in range(EPOCHS_A_TURN):
                epoch()
            seconds[name].append((time.perf_counter() - start) / EPOCHS_A_TURN)
    runs = []
    for seed in range(RUNS + 1):
        barrier.wait()
        # The first run compiles and is left out: a sweep compiles once for many runs.
        runs.append(train(Experiment(seed=seed)).provenance)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    queue.put({"epochs": seconds, "runs": runs[1:], "peak_mib": peak})


def _our_epoch() -> Any:
    """One epoch of the reference network by the project's loop."""
    import tensorflow as tf

    from activation_study import Experiment
    from activation_study.engine import data
    from activation_study.engine.loop import Loop

    experiment = Experiment()
    streams = data.Streams.of(experiment)
    arrays = data.prepare(experiment, streams)
    loop = Loop(experiment)
    loop.restart(experiment, streams.weights)
    order = tf.constant(arrays.train_indices)
    return lambda: loop.train_epoch(arrays.images, arrays.labels, order).numpy()


def _fit_epoch() -> Any:
    """One epoch of the same network on the same images by ``model.fit`` as most people call it."""
    import keras
    import numpy as np

    from activation_study import Experiment
    from activation_study.engine import data

    experiment = Experiment()
    arrays = data.prepare(experiment, data.Streams.of(experiment))
    images = arrays.images.numpy()[arrays.train_indices].astype("float32") / 255
    targets = np.eye(10, dtype="float32")[arrays.labels.numpy()[arrays.train_indices]]
    model = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return lambda: model.fit(images, targets, batch_size=experiment.batch_size, verbose=0)


def _summary(measured: list[dict[str, Any]]) -> dict[str, Any]:
    from activation_study.engine import provenance

    epochs = {
        name: statistics.median(x for part in measured for x in part["epochs"][name])
        for name in (OURS, FIT)
    }
    runs = [run for part in measured for run in part["runs"]]
    wall = [run["wall_seconds"] for run in runs]
    share = [run["measure_seconds"] / run["wall_seconds"] for run in runs]
    rows = [
        {
            "name": name,
            "processes": PROCESSES,
            "seconds_per_epoch": round(seconds, 4),
            "ratio_to_fit": round(seconds / epochs[FIT], 4),
        }
        for name, seconds in epochs.items()
    ]
    return {
        "machine": provenance.of_this_process() | {"cores": os.cpu_count()},
        "rows": rows,
        "reference_run": {
            "wall_seconds_median": round(statistics.median(wall), 3),
            "measure_share": round(statistics.median(share), 4),
            "peak_worker_mib": round(max(part["peak_mib"] for part in measured)),
            "num_runs": len(runs),
        },
    }


if __name__ == "__main__":
    main()
