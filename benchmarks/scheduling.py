"""What it costs to hand runs out: one driver and one scheduler, and more and more workers.

Tiny runs are sent one by one, as real ones are, to workers that have trained such runs before. A
worker's *pause* is what it does not spend on its runs: the way to the scheduler and back, and, with
more workers than cores, nothing more. What bounds a driver is the processor time that it, or the
scheduler, takes for a run, recording it included: each is one process that does one thing at a
time. From that follows how many workers it keeps busy with runs of a given length.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from distributed.deploy.subprocess import SubprocessCluster
from plan import Plan
from turns import rounds

RUN_SECONDS = 5.0
"""Length of the runs of which is told how many workers one driver feeds."""


def measure(plan: Plan) -> dict[str, Any]:
    """Measures every number of workers of the plan; returns the points and what follows."""
    from activation_study.engine.sweeps import cluster, order

    chunk, order.CHUNK = order.CHUNK, 1
    try:
        points = [_point(plan, number) for number in rounds(plan.cluster_workers, "scheduling")]
    finally:
        order.CHUNK = chunk
    return {"in_flight": cluster.IN_FLIGHT, "points": points, **reach(points, cluster.IN_FLIGHT)}


def reach(points: list[dict[str, Any]], in_flight: int) -> dict[str, Any]:
    """How many workers one driver feeds with runs of ``RUN_SECONDS``.

    Args:
        points: The measured points, of which the costliest counts.
        in_flight: Tasks that are on their way at a time, hence the most workers with one each.
    """
    cost = max(max(point["driver_seconds"], point["scheduler_seconds"]) for point in points)
    return {
        "run_seconds": RUN_SECONDS,
        "seconds_of_one_process_per_run": cost,
        "workers_fed": min(in_flight, int(RUN_SECONDS / cost)),
    }


def _point(plan: Plan, workers: int) -> dict[str, Any]:
    from activation_study import run
    from activation_study.engine.records.records import Records

    experiments = _experiments(plan, 8 * workers + plan.cluster_runs)
    first, measured = experiments[: 8 * workers], experiments[8 * workers :]
    with tempfile.TemporaryDirectory() as folder, _cluster(workers) as (address, scheduler):
        records = Records(Path(folder) / "cache", Path(folder) / "data")

        def sweep(some: list[Any]) -> Any:
            # What a sweep says of itself would stand among the benchmark's own lines.
            with contextlib.redirect_stdout(io.StringIO()):
                return run(some, backend="dask", address=address, records=records, progress=False)

        sweep(first)
        start, own, theirs = time.perf_counter(), time.process_time(), _cpu_seconds(scheduler)
        runs = sweep(measured)
        elapsed = time.perf_counter() - start
        own, theirs = time.process_time() - own, _cpu_seconds(scheduler) - theirs
        sizes = [path.stat().st_size for path in Path(folder).glob("cache/??/*.json")]
    count = len(measured)
    training = float(runs.summary["wall_seconds"].mean())
    return {
        "workers": workers,
        "runs": count,
        "elapsed_seconds": round(elapsed, 4),
        "run_seconds_mean": round(training, 5),
        "pause_seconds": round(workers * elapsed / count - training, 5),
        "driver_seconds": round(own / count, 5),
        "scheduler_seconds": round(theirs / count, 5),
        "bytes_of_a_run": round(sum(sizes) / len(sizes)),
    }


def _experiments(plan: Plan, count: int) -> list[Any]:
    """Runs that take next to no time and have all the tables of a real one."""
    from activation_study import grid

    return grid(
        dataset="mnist-5k",
        train_size=128,
        width=16,
        epochs=plan.run_epochs,
        evaluation="test",
        seed=range(count),
    )


@contextlib.contextmanager
def _cluster(workers: int) -> Any:
    """A scheduler and workers of one thread, each a process; yields its address and process."""
    # They inherit it; what each of them tells of itself would bury the benchmark's own lines.
    os.environ["DASK_LOGGING__DISTRIBUTED"] = "error"
    logging.getLogger("distributed").setLevel(logging.ERROR)
    with SubprocessCluster(
        n_workers=workers,
        threads_per_worker=1,
        worker_class="distributed.Worker",
        dashboard_address=None,
        silence_logs=True,
    ) as cluster:
        yield cluster.scheduler_address, psutil.Process(cluster.scheduler.process.pid)


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


if __name__ == "__main__":
    from plan import FULL

    print(json.dumps(measure(FULL), indent=1))
