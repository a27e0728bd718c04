"""Who takes part, in which module and under which names, and the settings in which they meet."""

from __future__ import annotations

from dataclasses import dataclass

ENGINE = "contender_engine"
"""Module of the processes that train by this engine."""
OURS = "this engine"
STEPS_PER_EXECUTION = 64
"""More make no difference that can be measured; fewer are slower."""
FIT, FIT_STEPS = "model.fit, defaults", f"model.fit, {STEPS_PER_EXECUTION} steps an execution"
TORCH, JAX = "PyTorch, eager", "JAX, compiled"

TENSORFLOW_PRODUCTS, NUMPY_PRODUCTS = "matrix products, TensorFlow", "matrix products, NumPy"
OPTIMIZER, IMAGES = "optimizer's memory traffic", "copy of the images"
PARTS = (TENSORFLOW_PRODUCTS, NUMPY_PRODUCTS, OPTIMIZER, IMAGES)
"""What the roofline is added up from."""

BOTH_CORES = "one process, the library's threads"
ONE_THREAD = "one process, one thread"
TWO_PROCESSES = "two processes, one thread each"


@dataclass(frozen=True)
class Contender:
    """A module with the jobs that it does.

    Args:
        module: Its name beside this file.
        jobs: Names of the jobs that are measured in every setting.
        pair_jobs: Those that are measured in two processes at once alone.
        needs: Package without which it is left out.
    """

    module: str
    jobs: tuple[str, ...]
    pair_jobs: tuple[str, ...] = ()
    needs: str | None = None


CONTENDERS = (
    Contender(ENGINE, (OURS,), PARTS),
    Contender("contender_keras", (FIT, FIT_STEPS)),
    Contender("contender_torch", (TORCH,), needs="torch"),
    Contender("contender_jax", (JAX,), needs="jax"),
)
