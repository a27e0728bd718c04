"""What runs on a worker of a cluster: it says what it is, and trains where that will do."""

from __future__ import annotations

import functools
import platform
from dataclasses import dataclass, replace
from typing import Any

from distributed import get_worker

from activation_study import settings
from activation_study.catalogue import datasets
from activation_study.engine.run import Run
from activation_study.engine.sweeps import worker
from activation_study.engine.training import provenance
from activation_study.errors import DatasetError
from activation_study.experiment import PROTOCOL_VERSION
from activation_study.files import sha256

INSTALL = (
    "install activation-study there from the same commit, with the versions of requirements.txt"
)
REMEDIES = {
    "nthreads": "start it with --nthreads 1, and several of them on a machine of several cores",
    "onednn": "set TF_ENABLE_ONEDNN_OPTS alike everywhere",
    "protocol": "install the same version of activation-study there",
}
MUST_AGREE = ("nthreads", "protocol", "python", "tensorflow", "keras", "numpy", "onednn")


@dataclass(frozen=True)
class Reply:
    """What a worker says of a task.

    Args:
        worker: Its address.
        source: Digest of the package's source there.
        faults: Why it cannot take part; empty where it can.
        answers: A run, or the reason why there is none, for each experiment of the task.
    """

    worker: str
    source: str
    faults: tuple[str, ...]
    answers: tuple[Run | str, ...] = ()


def facts() -> dict[str, str]:
    """What must be alike on all machines, of this process."""
    own = provenance.of_this_process()
    return {name: own[name] for name in provenance.PACKAGES} | {
        # Functions travel as bytecode, which differs between minor versions.
        "python": ".".join(platform.python_version_tuple()[:2]),
        "onednn": settings.onednn(),
        "protocol": str(PROTOCOL_VERSION),
    }


@functools.cache
def source_digest() -> str:
    """SHA-256 (hex) of the package's own files, which needs no git where a worker runs."""
    root = settings.package()
    paths = sorted(root.rglob("*.py"))
    return sha256(
        *(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() for path in paths)
    )


def inspect(names: tuple[str, ...], expected: dict[str, str], dask_worker: Any) -> Reply:
    """What a worker says of itself before the sweep; runs there."""
    own = facts() | {"nthreads": str(dask_worker.state.nthreads)}
    faults = [
        f"{name} is {own[name]}, needed is {expected[name]}: {REMEDIES.get(name, INSTALL)}"
        for name in MUST_AGREE
        if own[name] != expected[name]
    ]
    for name in names:
        try:
            _check_dataset(name)
        except DatasetError as error:
            faults.append(f"it has no data set {name!r}: {error}")
    return Reply(dask_worker.address, source_digest(), tuple(faults))


@functools.cache
def _check_dataset(name: str) -> None:
    """Reads the data set once, and keeps none of it: the engine has its own copy."""
    datasets.read_anew(name)


def train(contents: list[bytes], names: tuple[str, ...], expected: dict[str, str]) -> Reply:
    """Trains a task's experiments, each packed; runs on a worker."""
    reply = inspect(names, expected, get_worker())
    return reply if reply.faults else replace(reply, answers=tuple(map(worker.answer, contents)))
