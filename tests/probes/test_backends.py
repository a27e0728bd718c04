"""The probes ask nothing of TensorFlow: they run on whatever backend Keras runs on."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

SCRIPT = """
import sys
import numpy as np
from activation_study import DeadUnits, reliability
import keras
from keras import layers

x = np.random.default_rng(0).normal(size=(200, 5)).astype("float32")
y = (x[:, 0] > 0).astype(int)
bias = keras.initializers.Constant([-99.0] + [0.0] * 7)
hidden = layers.Dense(8, "relu", bias_initializer=bias)
model = keras.Sequential([keras.Input((5,)), hidden, layers.PReLU(), layers.Dense(2)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
dead = DeadUnits(x)
if keras.config.backend() == "numpy":
    table = dead.look(model)
else:
    model.fit(x, y, epochs=1, verbose=0, callbacks=[dead])
    table = dead.table
    assert table["gradient_dead"].iloc[0] == 1 / 8, table
assert table["dead"].iloc[0] == 1 / 8, table
assert reliability(model, x, y).examples == 200
assert keras.config.backend() == sys.argv[1]
assert "tensorflow" not in sys.modules
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["numpy", "jax", "torch"])
def test_a_backend_other_than_tensorflow(backend: str) -> None:
    # Keras takes a part of its NumPy backend from its JAX backend.
    needed = {"numpy": "jax"}.get(backend, backend)
    if importlib.util.find_spec(needed) is None:
        pytest.skip(f"{needed} is not installed")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, backend],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
