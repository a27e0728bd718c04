"""A worker process's side: it trains what comes through its pipe, until that closes.

Usage: python -m activation_study.engine.sweeps.worker PIPE PARENT (see ``serve``).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection

from activation_study.catalogue import quiet_tensorflow
from activation_study.engine.run import Run
from activation_study.experiment import Experiment

IDLE_SECONDS = 300
"""A worker that is given nothing for so long ends, and with it its memory."""

ORPHAN_SECONDS = 2.0
"""How often a worker looks whether the process that started it is still there."""

NOT_NEEDED = ("IPython", "jax", "matplotlib", "pandas", "sklearn", "torch")
"""Packages that Keras and TensorFlow import wherever they are installed (for wrappers, galleries,
data adapters, conversions) and training never uses: seconds, and up to two hundred megabytes."""

READY = b""
"""A worker's first message; every other is the pickled outcome of an experiment."""


@dataclass(frozen=True)
class Failure:
    """An experiment that could not be run, with the worker's traceback or how it died."""

    experiment: Experiment
    reason: str


def answer(task: Experiment | bytes) -> Run | str:
    """Trains an experiment, pickled or not, in whichever process this is.

    Returns:
        Its run, or the traceback of why there is none: no error may end the others' work.
    """
    try:
        quiet_tensorflow.load()
        from activation_study.engine.training.train import train

        return train(pickle.loads(task) if isinstance(task, bytes) else task)
    # An activation that exits is as broken as one that raises.
    except (Exception, SystemExit):
        return traceback.format_exc(limit=-4)


def outcome(experiment: Experiment, answer: Run | str) -> Run | Failure:
    """What came of an experiment, by a worker's answer."""
    return answer if isinstance(answer, Run) else Failure(experiment, answer)


def import_training() -> None:
    """Imports what trains, without ``NOT_NEEDED``, where nothing else is wanted of the process.

    What is left out can be imported afterwards, by a user's own activation say; Keras goes on
    without it. Not for a process that others share, whose imports would fail in the meantime.
    """
    hidden = [name for name in NOT_NEEDED if name not in sys.modules]
    # To Python a module that is None there cannot be found.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        quiet_tensorflow.load()
        importlib.import_module("activation_study.engine.training.train")
    finally:
        for name in hidden:
            del sys.modules[name]


def serve(connection: Connection, parent: int) -> None:
    """Trains what comes through the parent's pipe until it closes; the life of a worker process."""
    threading.Thread(target=_end_when_orphaned, args=(parent,), daemon=True).start()
    # Whatever is wrong with TensorFlow is told as the first experiment's failure.
    with contextlib.suppress(Exception):
        import_training()
    # Garbage is collected before each new graph, which takes an eighth of a second where the
    # modules' 300,000 objects are looked through as well. They live as long as the process.
    gc.freeze()
    with contextlib.suppress(EOFError, OSError):
        connection.send_bytes(READY)
        while connection.poll(IDLE_SECONDS):
            for message in connection.recv():
                connection.send_bytes(pickle.dumps(answer(message)))


def _end_when_orphaned(parent: int) -> None:
    """Ends this process soon after its parent: a killed sweep must not go on computing unseen."""
    while os.getppid() == parent:
        time.sleep(ORPHAN_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    pipe, parent = map(int, sys.argv[1:])
    serve(Connection(pipe), parent)
