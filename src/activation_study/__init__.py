"""Puts the everyday advice about activation functions on trial, with evidence anyone can re-run.

    from activation_study import Experiment, run
    runs = run([Experiment(hidden="gelu", dataset="mnist-5k", epochs=2)])
    print(runs)

Importing the package, and reading its record, needs neither TensorFlow nor a dataset.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from activation_study.catalogue.activations.registry import register
from activation_study.experiment import Experiment, grid

if TYPE_CHECKING:
    from activation_study import studies
    from activation_study.engine.sweeps.sweep import load, run
    from activation_study.report import analysis, figures, tables
    from activation_study.report.claims.judging import judge, judge_all

__all__ = [
    "Experiment",
    "analysis",
    "figures",
    "grid",
    "judge",
    "judge_all",
    "load",
    "register",
    "run",
    "studies",
    "tables",
]

# Reading the record imports pandas and Arrow, drawing and judging Matplotlib and
# SciPy: seconds that a worker need not wait, and memory that every one of them would hold.
_LATE = {
    "studies": "activation_study.studies",
    "run": "activation_study.engine.sweeps.sweep",
    "load": "activation_study.engine.sweeps.sweep",
    "analysis": "activation_study.report.analysis",
    "figures": "activation_study.report.figures",
    "tables": "activation_study.report.tables",
    "judge": "activation_study.report.claims",
    "judge_all": "activation_study.report.claims",
}


def __getattr__(name: str) -> Any:
    """Imports what a worker does not need when it is first asked for."""
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(_LATE[name])
    return module if _LATE[name].endswith(f".{name}") else getattr(module, name)
