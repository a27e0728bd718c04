"""Imports what trains, without the packages that Keras looks for and training never uses.

Keras and TensorFlow import other libraries wherever they are installed: scikit-learn for wrappers,
Matplotlib for galleries, pandas for data adapters, JAX for conversions. In a worker process they
cost a second or two, and up to two hundred megabytes.
"""

from __future__ import annotations

import importlib
import sys

from activation_study.catalogue import quiet_tensorflow

NOT_NEEDED = ("IPython", "jax", "matplotlib", "pandas", "sklearn", "torch")


def import_training() -> None:
    """Imports ``engine.training`` in a process of which nothing else is wanted.

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
