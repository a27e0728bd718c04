"""Puts the everyday advice about activation functions on trial, with evidence anyone can re-run.

    from activation_study import Experiment, run
    runs = run([Experiment(hidden="gelu", dataset="mnist-5k", epochs=2)])
    print(runs.summary.T)

Importing the package, and reading its record, needs neither TensorFlow nor a dataset.
"""

from __future__ import annotations

from activation_study import studies
from activation_study.catalogue.activations import register
from activation_study.engine.runner import load, run
from activation_study.experiment import Experiment, grid

__all__ = ["Experiment", "grid", "load", "register", "run", "studies"]
