"""Workers that die of what they train: memory that is short, and crashes that come every time."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

import soak
from faults.conftest import Undisturbed
from faults.outcomes import outcomes
from faults.processes import Sweep


def own_activation(outcome: str) -> str:
    return json.loads(outcome)["experiment"]["hidden"].partition("@")[0]


def check_others_are_recorded(sweep: Sweep, undisturbed: Undisturbed, also: set[str]) -> None:
    """Whether the six sound experiments are recorded, and of the special ones those named."""
    found = outcomes(sweep.cache)
    sound = found.keys() & undisturbed.outcomes.keys()
    assert len(sound) == 6
    assert all(found[key] == undisturbed.outcomes[key] for key in sound)
    others = [own_activation(found[key]) for key in found.keys() - sound]
    assert sorted(others) == sorted(also)


@pytest.mark.slow
def test_worker_out_of_memory(start: Callable[..., Sweep], undisturbed: Undisturbed) -> None:
    sweep = start("memory")
    assert sweep.wait() == 1, sweep.told()
    told = sweep.told()
    assert "1 of 8 experiments failed; the others are recorded" in told
    assert told.count("- Experiment(") == 1
    assert "width=65536" in told
    assert "OOM when allocating tensor" in told
    assert "hidden='killed_once@" not in told
    assert (sweep.cache.parent / "marker").exists()
    check_others_are_recorded(sweep, undisturbed, {"killed_once"})
    sweep.wait_for_the_end_of_workers(20.0)


# In the short form tests/engine/sweeps/test_local_pool.py kills workers for good.
@pytest.mark.slow
@pytest.mark.skipif(not soak.is_long(), reason="tried in the long form, `make faults`")
@pytest.mark.parametrize("poison", ["killed", "left", "broken"])
def test_experiment_that_always_ends_its_worker_is_isolated(
    start: Callable[..., Sweep], undisturbed: Undisturbed, poison: str
) -> None:
    sweep = start(f"poison-{poison}")
    assert sweep.wait() == 1, sweep.told()
    told = sweep.told()
    assert "1 of 7 experiments failed; the others are recorded" in told
    assert told.count("- Experiment(") == 1
    assert f"hidden='{poison}@" in told
    assert "Traceback" not in told
    check_others_are_recorded(sweep, undisturbed, set())
    sweep.wait_for_the_end_of_workers(20.0)
