"""One experiment, trained, watched and tested."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

from activation_study import settings
from activation_study.catalogue.datasets.shifts import shifts
from activation_study.catalogue.datasets.unknowns import unknown_images
from activation_study.catalogue.parts import Parts
from activation_study.engine.run import SUMMARY_DIGITS, TABLE_DIGITS, Run, round_floats
from activation_study.engine.training import optimizers, provenance, run_data, second_phase
from activation_study.engine.training.loop import Loop, loop_for
from activation_study.engine.training.watch import Watch, read
from activation_study.experiment import Experiment
from activation_study.measures.measure_set import Table


def use_one_thread() -> None:
    """Limits TensorFlow to one thread in this process, as the protocol wants.

    Threads can only be set before TensorFlow's first operation; in a process that has computed
    before, its present number stays, and the run's provenance tells it.
    """
    try:
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError as error:
        if "cannot be modified after initialization" not in str(error):
            raise


@contextmanager
def _timed(seconds: dict[str, float], part: str) -> Iterator[None]:
    """Adds the seconds spent on a part of a run to those spent on it before."""
    start = time.perf_counter()
    yield
    seconds[f"{part}_seconds"] += time.perf_counter() - start


def train(experiment: Experiment) -> Run:
    """Trains one experiment and measures it.

    Args:
        experiment: What to train.

    Returns:
        The run: its summary, its tables and its provenance. A loss that is no longer finite ends
        the training after that epoch and is an outcome, not an error.

    Raises:
        DatasetError: The dataset cannot be had; says how to provide it.
        ValueError: A part of the user's own is no longer what the experiment's key says.
    """
    experiment.parts.check_unchanged()
    use_one_thread()
    seconds = defaultdict[str, float](float)
    start = time.perf_counter()
    with _timed(seconds, "setup"):
        streams = run_data.Streams.of(experiment)
        arrays = run_data.prepare(experiment, streams)
        loop = loop_for(experiment)
        loop.restart(experiment, streams.weights, arrays.prior)
    watch = Watch(experiment.parts, loop.lipschitz)
    loop = _train_and_watch(experiment, loop, arrays, watch, streams, seconds)
    summary = watch.summarize(arrays.validation.targets)
    tables = watch.tables()
    if arrays.test:
        with _timed(seconds, "measure"):
            for reading in loop.readings():
                images, wanted, targets = arrays.test
                test = read(experiment.parts, loop.evaluate(images, wanted), targets)
                tested, tested_tables = experiment.parts.task.measures.final(
                    watch.validation[reading], test, np.random.default_rng(streams.null)
                )
                summary |= {f"{reading}test_{name}": value for name, value in tested.items()}
                # Tables are of the last weights, which come first.
                tables = {**tested_tables, **tables}
            if experiment.evaluation == "beyond":
                generator = np.random.default_rng(streams.null)
                tables |= _look_beyond(experiment.parts, loop, arrays, watch, generator)
    seconds["wall_seconds"] = time.perf_counter() - start
    return Run(
        key=experiment.key,
        experiment=experiment.describe(),
        summary=round_floats(summary, SUMMARY_DIGITS),
        tables=round_floats(tables, TABLE_DIGITS),
        provenance=provenance.of_this_process()
        | {
            "threads": tf.config.threading.get_intra_op_parallelism_threads(),
            "onednn": settings.onednn(),
        }
        | round_floats(seconds, TABLE_DIGITS),
    )


def _look_beyond(
    parts: Parts,
    loop: Loop,
    arrays: run_data.RunData,
    watch: Watch,
    generator: np.random.Generator,
) -> Mapping[str, Table]:
    """Shows the network what it was not trained for: unknown images, and the test set moved."""
    assert arrays.test
    assert parts.task.measures.beyond
    images, wanted, targets = arrays.test
    known = images.numpy()
    nothing = parts.no_wanted()

    def scores(others: np.ndarray) -> np.ndarray:
        anything = np.zeros((len(others), *nothing.shape[1:]), nothing.dtype)
        return loop.evaluate(tf.constant(others), tf.constant(anything)).scores

    return parts.task.measures.beyond(
        watch.validation[""],
        loop.evaluate(images, wanted).scores,
        {kind: scores(others) for kind, others in unknown_images(known, targets, arrays.left_out)},
        {
            (shift, degree): read(parts, loop.evaluate(tf.constant(moved), wanted), targets)
            for shift, degree, moved in shifts(known)
        },
        generator,
    )


def _train_and_watch(
    experiment: Experiment,
    loop: Loop,
    arrays: run_data.RunData,
    watch: Watch,
    streams: run_data.Streams,
    seconds: dict[str, float],
) -> Loop:
    """Runs the epochs; stops early only when the loss is no longer finite.

    Returns:
        The loop that ran the last of them.
    """
    images, wanted, targets = arrays.validation
    probe = arrays.probe(experiment.architecture)

    def look(train_loss: float, is_landmark: bool) -> None:
        with _timed(seconds, "measure"):
            validation = {each: loop.evaluate(images, wanted) for each in loop.readings()}
            layers = loop.look(*probe) if experiment.depth else []
            is_deep = is_landmark and layers
            dead = loop.dead(arrays.images, arrays.train_indices) if is_deep else None
            watch.record(train_loss, validation, targets, layers, dead)

    look(float("nan"), is_landmark=True)
    generator = np.random.default_rng(streams.batches)
    num_epochs = experiment.epochs + experiment.second_epochs
    each_epoch = optimizers.rates(experiment, len(arrays.train_indices))
    for epoch, rates in enumerate(each_epoch):
        if experiment.second_epochs and epoch == experiment.epochs:
            loop = second_phase.begin(experiment, loop, probe, streams.redraw)
        order = generator.permutation(arrays.train_indices)
        with _timed(seconds, "train"):
            losses, accuracies = loop.train_epoch(
                arrays.images, arrays.wanted, tf.constant(order), rates
            )
            losses = losses.numpy()
        if epoch == 0:
            watch.record_early(losses, accuracies.numpy())
        is_last = epoch + 1 == num_epochs or not np.isfinite(losses).all()
        look(float(losses.mean()), is_landmark=is_last or epoch == 0)
        if is_last:
            break
    return loop
