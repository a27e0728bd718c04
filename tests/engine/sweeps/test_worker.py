"""A worker holds what trains, and nothing that is merely installed beside it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from activation_study.engine.sweeps.worker import NOT_NEEDED

SCRIPT = """
import json, sys

from activation_study.engine.sweeps import worker

worker.import_training()
held = [name for name in worker.NOT_NEEDED if name in sys.modules]
import pandas, sklearn

from activation_study import Experiment
from activation_study.engine.training.train import train

run = train(Experiment(dataset="mnist-5k", train_size=256, epochs=1))
print(json.dumps([held, pandas.__name__, sklearn.__name__, run.summary["validation_accuracy"]]))
"""


@pytest.mark.slow
def test_a_worker_trains_without_them_and_can_import_them_later() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    held, *imported, accuracy = json.loads(done.stdout)
    assert held == []
    assert imported == ["pandas", "sklearn"]
    assert 0.1 < accuracy < 1.0


def test_what_is_imported_already_stays() -> None:
    from activation_study.engine.sweeps import worker

    before = {name: sys.modules.get(name) for name in NOT_NEEDED}
    import pandas

    worker.import_training()
    assert sys.modules["pandas"] is pandas
    after = {name: sys.modules.get(name) for name in NOT_NEEDED}
    assert after == before | {"pandas": pandas}
