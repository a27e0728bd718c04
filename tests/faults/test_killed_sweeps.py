"""A sweep whose driver or worker is killed again and again at random moments, until it is done.

The long form (`make faults`) kills 30 times in a row, the short form three times.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import soak
from faults.conftest import Undisturbed
from faults.outcomes import Ledger, leftovers, recorded
from faults.processes import Sweep

NUM_KILLS = soak.repetitions(3, 30)
SEED = 20_260_101

MOST_WORKERS = 2
"""Killed of one driver: it gives up an experiment whose worker died three times."""

ORPHAN_SECONDS = 20.0
"""In which workers notice that their driver is gone; a second on a quiet machine."""


class Soak:
    """One sweep after another until enough processes were killed."""

    def __init__(self, start: Callable[..., Sweep], undisturbed: Undisturbed, folder: Path) -> None:
        self.start, self.undisturbed, self.folder = start, undisturbed, folder
        self.rng = random.Random(SEED)
        self.kills = {"driver": 0, "worker": 0}
        num_workers = NUM_KILLS * 2 // 5
        self.victims = ["worker"] * num_workers + ["driver"] * (NUM_KILLS - num_workers)
        self.rng.shuffle(self.victims)
        self.num_sweeps = self.num_while_writing = 0
        self.left_behind: set[Path] = set()
        self.slowest_orphan = 0.0
        self.ledgers: list[Ledger] = []

    def sweep_to_the_end(self) -> None:
        """Runs one sweep, killing and taking up, until it is finished; compares it then."""
        self.num_sweeps += 1
        folder = self.folder / str(self.num_sweeps)
        ledger = Ledger(folder / "cache")
        self.ledgers.append(ledger)
        while self._is_killed(folder, ledger):
            pass
        assert ledger.look() == len(self.undisturbed)
        assert self.undisturbed.equals(ledger.cache, folder / "published")

    def _is_killed(self, folder: Path, ledger: Ledger) -> bool:
        """Starts a driver and disturbs it; whether it was killed before its work was done."""
        before = list(ledger.seen)
        sweep = self.start("study", folder)
        num_workers_killed = 0
        while self.victims and self._lives_until_the_moment(sweep, ledger):
            ledger.look()
            workers = sweep.workers()
            if self.victims[-1] == "worker" and not (workers and num_workers_killed < MOST_WORKERS):
                self._put_off_workers()
            self.kills[self.victims[-1]] += 1
            if self.victims.pop() == "worker":
                self.rng.choice(workers).kill()
                num_workers_killed += 1
                continue
            self._kill_driver(sweep, ledger)
            ledger.check_trainings(before, sweep.noted())
            return True
        assert sweep.wait() == 0, sweep.told()
        assert not list(sweep.scratch.iterdir())
        ledger.check_trainings(before, sweep.noted())
        told = sweep.told()
        assert f"{len(self.undisturbed)} in all, {len(before)} loaded" in told, told
        return False

    def _lives_until_the_moment(self, sweep: Sweep, ledger: Ledger) -> bool:
        """Waits for a moment between now and the expected end; False where the end was earlier."""
        left = len(self.undisturbed) - len(recorded(ledger.cache))
        expected = self.undisturbed.startup_seconds + left * self.undisturbed.seconds_per_run
        moment = time.monotonic() + self.rng.uniform(0.0, expected)
        # Writing and renaming take milliseconds, which a moment that is merely random never hits.
        while_writing = self.rng.random() < 0.3
        while sweep.is_running and time.monotonic() < moment:
            time.sleep(0.005)
        while while_writing and sweep.is_running and not self._unfinished(ledger):
            time.sleep(0.0002)
        return sweep.is_running

    def _put_off_workers(self) -> None:
        """Puts the next driver first; where none is left, one more."""
        with contextlib.suppress(ValueError):
            self.victims.remove("driver")
        self.victims.append("driver")

    def _kill_driver(self, sweep: Sweep, ledger: Ledger) -> None:
        sweep.kill()
        left = self._unfinished(ledger)
        self.num_while_writing += bool(left)
        self.left_behind |= left
        num_seen = ledger.look()
        # Workers train on until they notice, but nobody is left to record anything.
        seconds = sweep.wait_for_the_end_of_workers(ORPHAN_SECONDS)
        assert not list(sweep.scratch.iterdir())
        self.slowest_orphan = max(self.slowest_orphan, seconds)
        assert ledger.look() == num_seen

    def _unfinished(self, ledger: Ledger) -> set[Path]:
        """Files that are being written, without those that killed drivers have left behind."""
        return set(leftovers(ledger.cache)) - self.left_behind

    def __str__(self) -> str:
        lost, doubled, changed = (
            sum(getattr(ledger, f"num_{what}") for ledger in self.ledgers)
            for what in ("lost", "doubled", "changed")
        )
        return (
            f"{self.num_sweeps} sweeps of {len(self.undisturbed)} runs: "
            f"{self.kills['driver']} drivers killed ({self.num_while_writing} while writing), "
            f"{self.kills['worker']} workers killed; "
            f"{lost} runs lost, {doubled} doubled, {changed} changed; "
            f"orphans ended within {self.slowest_orphan:.1f} s"
        )


@pytest.mark.slow
def test_sweep_outlives_kills_at_random_moments(
    start: Callable[..., Sweep], undisturbed: Undisturbed, tmp_path: Path
) -> None:
    trial = Soak(start, undisturbed, tmp_path)
    while trial.victims:
        trial.sweep_to_the_end()
    print(f"\n{trial}")
    assert sum(trial.kills.values()) >= NUM_KILLS
    assert min(trial.kills.values()) > 0
    assert trial.num_while_writing > 0 or not soak.is_long()
    assert "0 runs lost, 0 doubled, 0 changed" in str(trial)
