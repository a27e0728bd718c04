"""What becomes of experiments whose worker dies: really killed processes, really trained runs."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from activation_study.catalogue import activations
from activation_study.engine import dispatch
from activation_study.engine.errors import RunsFailedError
from activation_study.engine.records import Records
from activation_study.engine.runner import run
from activation_study.experiment import Experiment, grid

SMALL: dict[str, Any] = {
    "dataset": "mnist-5k",
    "depth": 1,
    "width": 16,
    "train_size": 256,
    "epochs": 1,
    "evaluation": "validation",
}


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activations, "_registered", {})


@pytest.fixture
def deaths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file in which every process that an experiment kills is listed before it dies."""
    path = tmp_path / "deaths"
    path.touch()
    monkeypatch.setenv("ACTIVATION_STUDY_TEST_DRIVER", f"{os.getpid()}:{path}")
    # Workers inherit the environment when they start.
    dispatch.end_idle()
    return path


def deadly(scores: Any) -> Any:
    """Kills the process that trains with it, unless it is the test's own."""
    driver, _, path = os.environ["ACTIVATION_STUDY_TEST_DRIVER"].partition(":")
    if os.getpid() != int(driver):
        with open(path, "a") as file:
            print(os.getpid(), file=file)
        os.kill(os.getpid(), signal.SIGKILL)
    return scores


def exiting(scores: Any) -> Any:
    """As above, by an exit that says nothing and looks like success."""
    driver, _, path = os.environ["ACTIVATION_STUDY_TEST_DRIVER"].partition(":")
    if os.getpid() != int(driver):
        with open(path, "a") as file:
            print(os.getpid(), file=file)
        os._exit(0)
    return scores


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "said"),
    [(deadly, r"killed by signal 9 \(SIGKILL\)"), (exiting, "ended with exit code 0")],
)
def test_experiment_that_kills_its_workers_fails_alone(
    function: Any, said: str, records: Records, deaths: Path
) -> None:
    activations.register("poison", function)
    # One chunk: what travels behind the poison must not be lost with it.
    bad = Experiment(**SMALL, hidden="poison", seed=0)
    good = [*grid(**SMALL, seed=range(9)), *grid(**SMALL, hidden="tanh", seed=range(3))]
    with pytest.raises(RunsFailedError, match=said) as caught:
        run([bad, *good], num_workers=2, records=records, progress=False)
    message = str(caught.value)
    assert "1 of 13 experiments failed; the others are recorded" in message
    assert "its worker process died 3 times" in message
    assert "hidden='poison@" in message
    assert "fewer workers" in message
    assert Records().missing([bad, *good]) == [bad]
    processes = deaths.read_text().split()
    assert len(processes) == len(set(processes)) == dispatch.ATTEMPTS
