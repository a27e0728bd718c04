"""The callback counts what the engine recorded, on the same weights and the same images."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from activation_study import DeadUnits
from activation_study.engine.training import run_data
from activation_study.engine.training.loop import loop_for
from activation_study.engine.training.train import train
from activation_study.experiment import Experiment
from activation_study.probes.counts import MEASURES

SMALL = Experiment(
    dataset="mnist-5k", epochs=1, train_size=800, width=24, batch_size=32, evaluation="validation"
)
CELLS = {
    "relu": {"hidden": "relu"},
    "selu": {"hidden": "selu", "depth": 3},
    "sigmoid": {"hidden": "sigmoid"},
    "softmax": {"hidden": "softmax"},
    "convolutions": {"hidden": "relu", "architecture": "cnn", "width": 8},
}
RATES = (1e-3, 1e-2, 0.1, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS)
def test_the_counts_are_those_of_the_record(cell: str) -> None:
    base = SMALL.replace(**CELLS[cell])
    dead = []
    for seed, rate in enumerate(RATES):
        experiment = base.replace(learning_rate=rate, seed=seed)
        recorded = train(experiment).tables["layers"]
        is_last = np.array(recorded["epoch"]) == max(recorded["epoch"])
        # The loop of the cell still holds the weights with which the run ended.
        model = loop_for(experiment).model
        arrays = run_data.prepare(experiment, run_data.Streams.of(experiment))
        images = arrays.probe(experiment.architecture)[0].numpy().astype("float32") / 255
        table = DeadUnits(images, batch_size=64).look(model)
        assert table["name"].tolist() == [f"hidden_{n}" for n in range(1, base.depth + 1)]
        for name in MEASURES:
            expected = np.array(recorded[name], float)[is_last]
            # Records have five digits; of pairs at a threshold rounding tells.
            tolerance = 1e-3 if name == "saturated" else 6e-6
            np.testing.assert_allclose(table[name], expected, atol=tolerance, err_msg=name)
        dead += [table["gradient_dead"].max()]
    keras.backend.clear_session()
    # The rates reach from next to no harm to much, so that the counts differ.
    assert max(dead) > min(dead) + 0.1
