"""Puts the everyday advice about activation functions on trial, with evidence anyone can re-run.

    from activation_study import Experiment, run
    runs = run([Experiment(hidden="gelu", dataset="mnist-5k", epochs=2)])
    print(runs)

Importing the package, and reading its record, needs neither TensorFlow nor a dataset.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from activation_study.catalogue import activations, datasets, heads, tasks
from activation_study.catalogue.activations.registry import register
from activation_study.experiment import DEFAULT_LEARNING_RATE, Experiment, grid

if TYPE_CHECKING:
    from activation_study import facts, studies
    from activation_study.engine.sweeps.sweep import load, run
    from activation_study.probes import DeadUnits, reliability
    from activation_study.report import analysis, claims, demonstrations, figures, tables
    from activation_study.report.claims.judging import judge, judge_all

__all__ = [
    "DEFAULT_LEARNING_RATE",
    "DeadUnits",
    "Experiment",
    "activations",
    "analysis",
    "claims",
    "datasets",
    "demonstrations",
    "facts",
    "figures",
    "grid",
    "heads",
    "judge",
    "judge_all",
    "load",
    "register",
    "reliability",
    "run",
    "studies",
    "tables",
    "tasks",
]

# Reading the record imports pandas and Arrow, drawing and judging Matplotlib and
# SciPy: seconds that a worker need not wait, and memory that every one of them would hold.
_LATE = {
    "facts": "activation_study.facts",
    "studies": "activation_study.studies",
    "run": "activation_study.engine.sweeps.sweep",
    "load": "activation_study.engine.sweeps.sweep",
    "DeadUnits": "activation_study.probes",
    "reliability": "activation_study.probes",
    "analysis": "activation_study.report.analysis",
    "claims": "activation_study.report.claims",
    "demonstrations": "activation_study.report.demonstrations",
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
