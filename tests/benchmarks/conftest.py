"""The benchmark's scripts are no package: they import each other from their own folder."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "benchmarks"
COMMAND = Path(sys.executable).with_name("activation-study")
HERE = Path(__file__).resolve().parent


@pytest.fixture(autouse=True)
def scripts_on_path(monkeypatch):
    # Last, so that the scripts' plain names shadow nothing.
    monkeypatch.setattr(sys, "path", [*sys.path, str(SCRIPTS), str(HERE)])


@pytest.fixture(scope="session")
def short_bench(tmp_path_factory):
    """The short form's file, what it printed and how it told its progress; as `make bench` does."""
    path = tmp_path_factory.mktemp("bench") / "results.json"
    done = subprocess.run(
        [str(COMMAND), "bench", "--short", "--output", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(path.read_text()), done.stdout, done.stderr


@pytest.fixture(scope="session")
def published():
    return json.loads((SCRIPTS / "results.json").read_text())
