"""Experiments as bytes, for another process or another machine."""

from __future__ import annotations

import sys
import sysconfig
import traceback
from pathlib import Path
from typing import Any

import cloudpickle

from activation_study.errors import CannotTravelError
from activation_study.experiment import Experiment


def pack(experiment: Experiment) -> bytes:
    """The experiment for a process that may know none of the user's own files, or older ones.

    A function of an installed library travels by its name. One of the user's own travels as code:
    another machine has no file of it, and a worker that has imported the file before has what it
    held then, while the experiment's key tells what it holds now.

    Raises:
        CannotTravelError: The function, or something that it uses, cannot be pickled.
    """
    function = experiment.activation.function
    module = sys.modules.get(getattr(function, "__module__", None) or "")
    is_own = function is not None and module is not None and not _is_installed(module)
    try:
        if is_own:
            cloudpickle.register_pickle_by_value(module)
        return bytes(cloudpickle.dumps(experiment))
    except Exception as error:
        raise CannotTravelError(
            f"it cannot be sent to a worker: {error}; what the activation uses must be picklable: "
            f"make locks, open files and the like inside the function\n"
            f"{traceback.format_exc(limit=-2)}"
        ) from error
    finally:
        if is_own:
            cloudpickle.unregister_pickle_by_value(module)


def _is_installed(module: Any) -> bool:
    """Whether every process of this installation finds the same module under its name."""
    if module.__name__.partition(".")[0] == __name__.partition(".")[0]:
        return True
    file = getattr(module, "__file__", None)
    if file is None:
        return True
    folders = (sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib"))
    return any(Path(file).resolve().is_relative_to(Path(folder).resolve()) for folder in folders)
