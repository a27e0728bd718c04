"""The sweeps that the tests disturb: `activation-study run` in a process of its own.

Usage: sweep_driver.py PLAN WORKERS. Runs a plan of this file in the folders that the environment
names, and notes the key of every run that it is about to record in the file NOTES.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

import soak
from activation_study import cli, studies
from activation_study.catalogue.activations.entry import Activation
from activation_study.engine.records.records import Records
from activation_study.engine.run import Run
from activation_study.engine.sweeps import order
from activation_study.engine.sweeps.sweep import Listed
from activation_study.experiment import Experiment, grid
from activation_study.studies import Arm, Tuning

NOTES = "ACTIVATION_STUDY_TEST_NOTES"
"""Environment variable: file of the keys that drivers record, in their order."""

MARKER = "ACTIVATION_STUDY_TEST_MARKER"
"""Environment variable: file that is made when a worker is killed for its memory, once."""

TINY = Experiment(dataset="mnist-5k", depth=1, width=16, train_size=256, epochs=1)

DISK_SECONDS = 0.03
"""Wait before each flush to the disk."""

MEMORY_PLAN = "memory"
MOST_MEMORY = 12 * 2**30
"""Bytes of address space for each process of that plan; TensorFlow takes up about three itself."""


def study() -> studies.Study:
    """Its evaluation is known only when its tuning is recorded."""
    num_seeds = soak.repetitions(5, 12)
    evaluation = tuple(range(100, 100 + num_seeds))
    arms = (Arm({"hidden": "relu", "head": "softmax"}), Arm({"hidden": "tanh", "head": "sigmoid"}))
    return studies.Study(
        name="trial",
        arms=arms[: soak.repetitions(1, 2)],
        base=TINY,
        tuning=Tuning(rates=(1e-3, 1e-2), seeds=tuple(range(num_seeds)), extends=False),
        seeds=lambda arm: evaluation,
        default_seeds=evaluation,
    )


def sound() -> list[Experiment]:
    """Six experiments of the study with which nothing is wrong."""
    return grid_of_tiny(learning_rate=[1e-3, 1e-2], seed=range(3))


def grid_of_tiny(**values: Any) -> list[Experiment]:
    fixed = {"dataset", "depth", "width", "train_size", "epochs"}
    return grid(
        **{field: getattr(TINY, field) for field in fixed}, evaluation="validation", **values
    )


def activation(function: Callable[[Any], Any]) -> Activation:
    """An entry of which nothing is measured, so that the driver never calls the function."""
    return Activation(
        name=function.__name__,
        formula="z",
        reference="",
        kind="elementwise",
        range=(-np.inf, np.inf),
        zero_centred=True,
        monotone=True,
        bounded=False,
        saturates="none",
        lipschitz=1.0,
        slope_at_zero=1.0,
        initializer="glorot_uniform",
        function=function,
    )


def killed(scores: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)
    return scores


def left(scores: Any) -> Any:
    os._exit(0)
    return scores


def broken(scores: Any) -> Any:
    ctypes.string_at(0)
    return scores


def killed_once(scores: Any) -> Any:
    """Ends its process as the kernel does where memory is short; the second time there is some."""
    try:
        Path(os.environ[MARKER]).touch(exist_ok=False)
    except FileExistsError:
        return scores
    os.kill(os.getpid(), signal.SIGKILL)
    return scores


def hungry() -> Experiment:
    """Has a kernel of 16 GiB, which is more than its process may have."""
    return TINY.replace(width=2**16, depth=2, evaluation="validation", seed=7)


def special(function: Callable[[Any], Any]) -> Experiment:
    (experiment,) = grid_of_tiny(hidden=activation(function), seed=7)
    return experiment


PLANS: dict[str, Callable[[], Any]] = {
    "study": study,
    MEMORY_PLAN: lambda: Listed([hungry(), special(killed_once), *sound()]),
    "poison-killed": lambda: Listed([special(killed), *sound()]),
    "poison-left": lambda: Listed([special(left), *sound()]),
    "poison-broken": lambda: Listed([special(broken), *sound()]),
}


def note_what_is_recorded() -> None:
    add = Records.add

    def noting(self: Records, run: Run) -> None:
        with open(os.environ[NOTES], "a") as notes:
            notes.write(f"{run.key}\n")
        add(self, run)

    Records.add = noting  # type: ignore[method-assign]


def slow_the_disk_down() -> None:
    """Writing takes as long as on a busy disk, so that a kill can come in the midst of it."""
    synchronize = os.fsync

    def slowly(descriptor: int) -> None:
        time.sleep(DISK_SECONDS)
        synchronize(descriptor)

    os.fsync = slowly


if __name__ == "__main__":
    # A shell without job control starts its background processes deaf to Ctrl-C, and the deafness
    # is inherited: a test run started in that way would send its signal in vain.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # So that these few runs, too, occupy all workers.
    order.CHUNK = 2
    note_what_is_recorded()
    slow_the_disk_down()
    plan, num_workers = sys.argv[1:]
    studies.STUDIES[plan] = PLANS[plan]
    if plan == MEMORY_PLAN:
        # Its workers inherit the limit.
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    sys.argv = ["activation-study", "run", plan, "--workers", num_workers]
    cli.main()
