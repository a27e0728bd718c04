"""`make setup` ends with a whole environment, whatever happened to the set-up before."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).parents[1] / "Makefile"
TOOLS = ("make", "bash", "cat", "cksum", "tr", "rm", "touch", "test", "env", "sleep")

# Stands in for uv, for python and for pip. Like pip, it takes a package whose metadata are there
# for installed, and writes them before the last file of the package.
INSTALLER = f"""#!{sys.executable}
import os, pathlib, shutil, sys, time

words = sys.argv[1:]
folder = pathlib.Path(".venv")
if "-c" in words:
    sys.exit()
if "venv" in words:
    (folder / "bin").mkdir(parents=True, exist_ok=True)
    shutil.copy(sys.argv[0], folder / "bin" / "python")
elif "-r" in words and not (folder / "metadata").exists():
    (folder / "metadata").touch()
    if os.path.exists("slow"):
        pathlib.Path("half").touch()
        time.sleep(60)
    (folder / "package").touch()
"""


@pytest.fixture(params=["uv", "pip"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The Makefile with a lock of its own and an installer of one package."""
    shutil.copy(MAKEFILE, tmp_path)
    (tmp_path / "requirements.txt").write_text("package==1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "tools").mkdir()
    for name in TOOLS:
        if found := shutil.which(name):
            (tmp_path / "tools" / name).symlink_to(found)
    for name in ("python", "uv")[: 1 + (request.param == "uv")]:
        path = tmp_path / "tools" / name
        path.write_text(INSTALLER)
        path.chmod(0o755)
    return tmp_path


@pytest.fixture(autouse=True)
def interrupts_end_processes() -> Iterator[None]:
    """Children of a shell's background job inherit that SIGINT is ignored; a handler undoes it."""
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, inherited)


def start(project: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["make", "setup", "PYTHON=python"],
        cwd=project,
        env={"PATH": str(project / "tools")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        process_group=0,
    )


def complete(project: Path) -> None:
    made = start(project)
    printed, _ = made.communicate(timeout=60)
    assert made.returncode == 0, printed


def interrupt(project: Path, how: signal.Signals) -> None:
    """Start a set-up and end all of its processes in the midst of an installation."""
    (project / "slow").touch()
    made = start(project)
    deadline = time.monotonic() + 60
    while not (project / "half").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(made.pid, how)
    made.communicate(timeout=60)
    assert made.returncode != 0
    (project / "slow").unlink()
    (project / "half").unlink()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_first_set_up_that_was_interrupted_is_made_anew(project: Path, how: signal.Signals) -> None:
    interrupt(project, how)
    assert (project / ".venv" / "metadata").exists()
    complete(project)
    assert (project / ".venv" / "package").exists()


def test_update_that_was_interrupted_is_made_anew(project: Path) -> None:
    complete(project)
    (project / "requirements.txt").write_text("package==2\n")
    (project / ".venv" / "metadata").unlink()
    (project / ".venv" / "package").unlink()
    interrupt(project, signal.SIGKILL)
    complete(project)
    assert (project / ".venv" / "package").exists()


def test_set_up_that_is_whole_is_kept(project: Path) -> None:
    complete(project)
    (project / ".venv" / "own").touch()
    complete(project)
    (project / "requirements.txt").write_text("package==2\n")
    complete(project)
    assert (project / ".venv" / "own").exists()
    assert len(list((project / ".venv").glob(".installed-*"))) == 1
