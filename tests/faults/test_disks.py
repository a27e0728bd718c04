"""A disk that is full, and one that cannot be written to: one clear error, and nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from faults.conftest import Undisturbed
from faults.outcomes import Ledger, everything, recorded
from faults.processes import Sweep
from machine import remount


def the_error(sweep: Sweep) -> str:
    """The one paragraph in which the sweep ended."""
    assert sweep.wait() == 2, sweep.told()
    sweep.wait_for_the_end_of_workers(20.0)
    assert "Traceback" not in sweep.told()
    (line,) = [line for line in sweep.told().splitlines() if line.startswith("activation-study:")]
    return line


@pytest.mark.slow
def test_sweep_goes_on_when_there_is_room_again(
    start: Callable[..., Sweep], disk: Path, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    cache = disk / "cache"
    ledger = Ledger(cache)
    error = the_error(start(cache=cache))
    assert "No space left on device" in error
    assert "free some space" in error
    assert "run again" in error
    num_recorded = ledger.look()
    assert 0 < num_recorded < len(undisturbed)
    assert everything(cache) == recorded(cache)

    remount(disk, "ro,size=16m")
    error = the_error(start(cache=cache))
    assert "Read-only file system" in error
    assert "nothing was trained" in error
    assert "make the folder writable" in error
    assert ledger.look() == num_recorded

    remount(disk, "rw")
    sweep = start(cache=cache, num_workers=1)
    assert sweep.wait() == 0, sweep.told()
    assert f"{len(undisturbed)} in all, {num_recorded} loaded" in sweep.told()
    assert ledger.look() == len(undisturbed)
    assert (ledger.num_lost, ledger.num_changed) == (0, 0)
    assert undisturbed.equals(cache, tmp_path / "published")
