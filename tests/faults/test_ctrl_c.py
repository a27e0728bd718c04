"""Ctrl-C in a terminal reaches driver and workers at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from faults.conftest import Undisturbed
from faults.outcomes import Ledger, everything, recorded
from faults.processes import Sweep
from machine import wait_for


@pytest.mark.slow
def test_interrupted_sweep_goes_on(
    start: Callable[..., Sweep], undisturbed: Undisturbed, tmp_path: Path
) -> None:
    sweep = start()
    ledger = Ledger(sweep.cache)
    wait_for(lambda: recorded(sweep.cache) or not sweep.is_running, "the first run")
    sweep.press_ctrl_c()
    assert sweep.wait() == 130, sweep.told()
    sweep.wait_for_the_end_of_workers(20.0)
    said = [line for line in sweep.told().splitlines() if line.startswith("activation-study:")]
    assert said == [
        "activation-study: interrupted; what is recorded is kept, and the same command goes on"
    ]
    assert "Traceback" not in sweep.told()
    assert "KeyboardInterrupt" not in sweep.told()
    num_recorded = ledger.look()
    assert 0 < num_recorded < len(undisturbed)
    assert everything(sweep.cache) == recorded(sweep.cache)

    again = start(num_workers=1)
    assert again.wait() == 0, again.told()
    assert f"{len(undisturbed)} in all, {num_recorded} loaded" in again.told()
    assert ledger.look() == len(undisturbed)
    assert (ledger.num_lost, ledger.num_changed) == (0, 0)
    assert undisturbed.equals(sweep.cache, tmp_path / "published")
