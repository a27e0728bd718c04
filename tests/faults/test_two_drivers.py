"""Two drivers of one sweep on one cache, at the same time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from faults.conftest import Undisturbed
from faults.outcomes import everything, recorded
from faults.processes import Sweep


@pytest.mark.slow
def test_two_drivers_record_each_run_once(
    start: Callable[..., Sweep], undisturbed: Undisturbed, tmp_path: Path
) -> None:
    sweeps = [start(num_workers=1), start(num_workers=1)]
    for sweep in sweeps:
        assert sweep.wait() == 0, sweep.told()
    cache = tmp_path / "cache"
    assert len(recorded(cache)) == len(undisturbed)
    assert everything(cache) == recorded(cache)
    assert undisturbed.equals(cache, tmp_path / "published")
    for sweep in sweeps:
        assert f"{len(undisturbed)} in all" in sweep.told()
        assert len(sweep.noted()) == len(set(sweep.noted()))
    first, second = (set(sweep.noted()) for sweep in sweeps)
    assert first | second == set(undisturbed.outcomes)
    print(
        f"\ntwo drivers: {len(first)} and {len(second)} runs trained, "
        f"{len(first & second)} of {len(undisturbed)} by both"
    )
