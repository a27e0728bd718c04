"""A sweep in a process of its own, which a test may end at any moment.

Usage: sweep_driver.py. Trains `sweep()` with two workers into the folders of the environment.
"""

from __future__ import annotations

import signal
from typing import Any

from activation_study import register
from activation_study.experiment import Experiment, grid

NUM_WORKERS = 2


def bent(scores: Any) -> Any:
    return scores + 0.5 * abs(scores)


def sweep() -> list[Experiment]:
    """Twelve short runs, half of them with an activation that only this file knows."""
    register("bent", bent)
    return grid(
        dataset="mnist-5k",
        hidden=["relu", "bent"],
        seed=range(6),
        depth=1,
        width=16,
        train_size=256,
        epochs=1,
        evaluation="validation",
    )


if __name__ == "__main__":
    # A shell without job control starts its background processes deaf to Ctrl-C, and the deafness
    # is inherited: a test run started in that way would send its signal in vain.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    from activation_study import run
    from activation_study.engine import runner

    # So that many tasks travel, and an end comes between them.
    runner.CHUNK = 1
    run(sweep(), num_workers=NUM_WORKERS, progress=False)
