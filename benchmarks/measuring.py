"""Lets the processes of the benchmark take their turns and keeps what they say."""

from __future__ import annotations

import importlib.util
import statistics
from typing import Any

import contenders as names
from plan import Plan
from turns import Reply, Worker, rounds, stopping, together

WARM_UP_EPOCHS = 2
"""Epochs before the first turn: the first one compiles; the loss of the last one is kept."""


def measure(plan: Plan) -> dict[str, Any]:
    """Measures whole runs, epochs side by side and growth.

    Two processes train by this engine in all of it. Whole runs come first: until then they have
    done nothing else, so that their peak memory is that of a sweep's workers.

    Returns:
        ``runs``; ``rows`` of the contenders and ``parts`` of the roofline, one for each setting;
        ``growth``.
    """
    ours = [Worker(names.ENGINE, plan, threads=1) for _ in range(2)]
    with stopping(ours):
        runs = _whole_runs(plan, ours)
        rows = _side_by_side(plan, ours)
        growth = _growth(plan, ours)
    return {
        "runs": runs,
        "rows": [row for row in rows if row["name"] not in names.PARTS],
        "parts": [row for row in rows if row["name"] in names.PARTS],
        "growth": growth,
    }


def _side_by_side(plan: Plan, ours: list[Worker]) -> list[dict[str, Any]]:
    """Measures all contenders in all settings, and the parts of the roofline beside them."""
    pool = _Pool(plan, ours)
    with stopping(pool.others):
        pool.warm_up()
        samples: dict[tuple[str, str], list[Reply]] = {turn: [] for turn in pool.turns}
        for round_number in rounds(range(plan.rounds), "epochs, side by side"):
            # Each in its turn meets both neighbours, so that none always follows the slowest.
            forward = round_number % 2 == 0
            for turn in pool.turns if forward else reversed(pool.turns):
                for _ in range(plan.epochs_a_turn):
                    samples[turn] += together(pool.turns[turn], turn[0])
    return [_row(job, setting, samples[job, setting], pool) for job, setting in samples]


class _Pool:
    """Every contender's processes: one with the default threads, and two with one thread each."""

    def __init__(self, plan: Plan, ours: list[Worker]) -> None:
        self.turns: dict[tuple[str, str], list[Worker]] = {}
        self.losses: dict[str, float] = {}
        self.others: list[Worker] = []
        self._jobs: dict[Worker, tuple[str, ...]] = {}
        for contender in names.CONTENDERS:
            if contender.needs is None or importlib.util.find_spec(contender.needs):
                both = [Worker(contender.module, plan, threads=None)]
                self.others += both
                pair = ours
                if contender.module != names.ENGINE:
                    pair = [Worker(contender.module, plan, threads=1) for _ in range(2)]
                    self.others += pair
                self._add(contender, both, pair)

    def _add(self, contender: names.Contender, both: list[Worker], pair: list[Worker]) -> None:
        settings = {names.BOTH_CORES: both, names.ONE_THREAD: pair[:1], names.TWO_PROCESSES: pair}
        for setting, workers in settings.items():
            self.turns |= {(job, setting): workers for job in contender.jobs}
        self.turns |= {(job, names.TWO_PROCESSES): pair for job in contender.pair_jobs}
        self._jobs |= dict.fromkeys(both, contender.jobs)
        self._jobs |= dict.fromkeys(pair, contender.jobs + contender.pair_jobs)

    def warm_up(self) -> None:
        """Builds and compiles everything, all processes at once."""
        ours = [worker for worker, jobs in self._jobs.items() if names.OURS in jobs]
        together(ours, "build")
        places = range(max(map(len, self._jobs.values())))
        for place in rounds(places, "first epochs of every contender"):
            concerned = {w: jobs[place] for w, jobs in self._jobs.items() if place < len(jobs)}
            for _ in range(WARM_UP_EPOCHS):
                for worker, job in concerned.items():
                    worker.send(job)
                for worker, job in concerned.items():
                    self.losses[job] = worker.receive().value


def _row(job: str, setting: str, replies: list[Reply], pool: _Pool) -> dict[str, Any]:
    """One contender in one setting: every measured epoch, and what is computed from them."""
    seconds = [round(reply.seconds, 5) for reply in replies]
    processes = len(pool.turns[job, setting])
    cores = [reply.cpu_seconds / reply.seconds for reply in replies]
    found = spread(seconds)
    row: dict[str, Any] = {"name": job, "setting": setting, "processes": processes}
    row |= {"seconds": seconds} | found
    row["epochs_per_second"] = round(processes / found["seconds_per_epoch"], 4)
    row["cores_used"] = round(statistics.median(cores) * processes, 2)
    if job not in names.PARTS:
        row["loss_of_second_epoch"] = round(pool.losses[job], 5)
    return row


def spread(seconds: list[float]) -> dict[str, float]:
    """Median, minimum and quartiles of measured seconds of an epoch."""
    low, high = seconds[0], seconds[0]
    if len(seconds) > 1:
        low, _, high = statistics.quantiles(seconds, n=4, method="inclusive")
    return {
        "seconds_per_epoch": round(statistics.median(seconds), 5),
        "seconds_min": min(seconds),
        "seconds_low_quartile": round(low, 5),
        "seconds_high_quartile": round(high, 5),
    }


def _whole_runs(plan: Plan, workers: list[Worker]) -> dict[str, Any]:
    # The first run compiles and is left out: a sweep compiles once for many runs.
    together(workers, "run", seed=0)
    done = [
        reply.value
        for seed in rounds(range(1, plan.runs + 1), "whole runs, by two workers")
        for reply in together(workers, "run", seed=seed)
    ]
    peaks = [reply.value for reply in together(workers, "peak memory")]
    return {
        "workers": len(workers),
        "runs_per_worker": plan.runs,
        "epochs": plan.run_epochs,
        "elapsed_seconds": [
            round(sum(run["elapsed_seconds"] for run in done[number :: len(workers)]), 4)
            for number in range(len(workers))
        ],
        "wall_seconds": [round(run["wall_seconds"], 4) for run in done],
        "measure_shares": [round(run["measure_share"], 4) for run in done],
        "peak_megabytes": [round(peak, 1) for peak in peaks],
    }


def _growth(plan: Plan, ours: list[Worker]) -> dict[str, Any]:
    """Measures the engine by width, by depth and by the number of workers, two of them ours."""
    more = [Worker(names.ENGINE, plan, threads=1) for _ in range(max(plan.workers) - len(ours))]
    with stopping(more):
        workers = ours + more
        points = [
            *(("width", value, ours[:1]) for value in plan.widths),
            *(("depth", value, ours[:1]) for value in plan.depths),
            *(("workers", count, workers[:count]) for count in plan.workers),
        ]
        growth: dict[str, Any] = {}
        for what, value, those in rounds(points, "growth"):
            growth.setdefault(what, []).append(_point(plan, those, what, value))
        return growth


def _point(plan: Plan, workers: list[Worker], what: str, value: int) -> dict[str, Any]:
    """Measures the engine's epoch at one point of growth, in all of the workers at once."""
    changes = {} if what == "workers" else {what: value}
    parameters = together(workers, "build", **changes)[0].value
    together(workers, names.OURS)
    replies = [r for _ in range(plan.growth_rounds) for r in together(workers, names.OURS)]
    seconds = [round(reply.seconds, 5) for reply in replies]
    return {what: value, "parameters": parameters, "seconds": seconds} | spread(seconds)
