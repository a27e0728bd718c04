"""Experiments as bytes, for another process or another machine."""

from __future__ import annotations

import io
import traceback
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import cloudpickle

from activation_study.catalogue.activations import code_digest
from activation_study.catalogue.parts import code_of
from activation_study.engine.sweeps.worker import Failure
from activation_study.experiment import Experiment


def pack_all(
    experiments: Iterable[Experiment],
) -> tuple[list[tuple[Experiment, bytes]], list[Failure]]:
    """Packs what can travel, in order; returns that, and what has failed since it cannot.

    That is where a part of the user's own, or something that it uses, cannot be pickled, or is no
    longer what it was when the experiment was made.
    """
    packed, failed = list[tuple[Experiment, bytes]](), list[Failure]()
    for experiment in experiments:
        try:
            packed.append((experiment, _pickled(experiment)))
        except Exception as error:
            reason = (
                f"it cannot be sent to a worker: {error}; what it uses must be picklable: "
                f"make locks, open files and the like inside the function\n"
                f"{traceback.format_exc(limit=-2)}"
            )
            failed.append(Failure(experiment, reason))
    return packed, failed


def _pickled(experiment: Experiment) -> bytes:
    """The experiment for a process that may know none of the user's own files, or older ones.

    A function or class of an installed library travels by its name. One of the user's own travels
    as code, with what it reads: another machine has no file of it, and a worker that has imported
    the file before has what it held then, while the experiment's key tells what it holds now.
    """
    own: dict[str, ModuleType] = {}
    names, by_value = set[str](), set[str]()
    try:
        experiment.parts.check_unchanged()
        for part in experiment.parts.own.values():
            modules, read = code_digest.reach(part.name, code_of(part), kind=type(part).__name__)
            own, names = own | modules, names | read
        by_value = own.keys() - cloudpickle.list_registry_pickle_by_value()
        for name in by_value:
            cloudpickle.register_pickle_by_value(own[name])
        packed = io.BytesIO()
        _Pickler(packed, own, names).dump(experiment)
        return packed.getvalue()
    finally:
        for name in by_value & cloudpickle.list_registry_pickle_by_value():
            cloudpickle.unregister_pickle_by_value(own[name])


class _Pickler(cloudpickle.Pickler):
    """Sends a module of the user's own as those of its values that the activation reads."""

    def __init__(self, file: io.BytesIO, own: dict[str, ModuleType], names: set[str]) -> None:
        super().__init__(file)
        self._own, self._names = own, names

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, ModuleType) and self._own.get(value.__name__) is value:
            held = {name: vars(value)[name] for name in self._names & vars(value).keys()}
            return _as_module, (value.__name__, held)
        return super().reducer_override(value)


def _as_module(name: str, held: dict[str, Any]) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(held)
    return module
