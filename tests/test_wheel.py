"""The wheel works alone: it judges, and begins a trial, away from the repository."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from activation_study import judge

ROOT = Path(__file__).parents[1]
INSTALL = (
    [sys.executable, "-m", "pip", "--python", "{python}", "install", "--quiet"]
    if importlib.util.find_spec("pip")
    else ["uv", "pip", "install", "--quiet", "--offline", "--python", "{python}"]
)
pytestmark = pytest.mark.slow

Started = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that has the wheel, and this one's libraries beneath it."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copy(ROOT / "LICENSE-text", source)
    for name in ("src", "data"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("*.egg-info"))
    build = "from setuptools import build_meta; print(build_meta.build_wheel('..'))"
    told = subprocess.run(
        [sys.executable, "-c", build], cwd=source, capture_output=True, text=True, check=True
    )
    wheel = folder / told.stdout.splitlines()[-1]
    # What an index of packages accepts.
    assert wheel.stat().st_size < 100e6
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", folder / "environment"], check=True
    )
    found = folder / "environment" / "bin" / "python"
    install = [word.format(python=found) for word in INSTALL]
    subprocess.run([*install, "--no-deps", "--no-index", str(wheel)], check=True)
    (site,) = (folder / "environment").glob("lib/python*/site-packages")
    # A line of a .pth file adds the folder, and none of the .pth files in it: not our sources.
    libraries = Path(importlib.util.find_spec("tensorflow").origin).parents[1]
    (site / "libraries.pth").write_text(f"{libraries}\n")
    shutil.rmtree(source)
    return found


@pytest.fixture
def started(python: Path, tmp_path: Path) -> Iterator[Started]:
    """Starts the interpreter, or a script beside it, in a folder and a home of its own."""
    running: list[subprocess.Popen[str]] = []

    def start(*words: str, **more: str) -> subprocess.Popen[str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        running.append(
            subprocess.Popen(
                [python.with_name(words[0]), *words[1:]],
                cwd=tmp_path,
                env=kept | {"HOME": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3"} | more,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                # Tests that run in the background inherit that interrupts are ignored.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        )
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def test_it_carries_the_record_and_judges(started: Started, python: Path) -> None:
    code = (
        "from activation_study import judge, settings\n"
        "print(settings.published(), judge('sigmoid-multi-label').primary.effect, sep='\\n')"
    )
    printed, errors = started("python", "-c", code).communicate(timeout=300)
    where, effect = printed.split()
    assert (Path(where).name, errors) == ("data", "")
    assert python.parents[1] in Path(where).parents
    assert float(effect) == judge("sigmoid-multi-label").primary.effect


def test_what_it_carries_is_whole_and_stays(started: Started) -> None:
    verified = started("activation-study", "verify")
    printed, errors = verified.communicate(timeout=300)
    assert verified.returncode == 0, errors
    assert "files are what the manifest says" in printed
    refused = started("activation-study", "register")
    _, errors = refused.communicate(timeout=300)
    assert refused.returncode == 2
    assert "the installed package carries, and stays as it is" in errors
    assert "ACTIVATION_STUDY_DATA" in errors


def test_a_trial_begins(started: Started, tmp_path: Path) -> None:
    words = ("activation-study", "trial", "x * tanh(exp(x))", "--short", "--workers", "1")
    trial = started(*words, ACTIVATION_STUDY_TIER="quick", ACTIVATION_STUDY_PROGRESS="0")
    recorded = tmp_path / ".cache" / "activation-study" / "runs"
    deadline = time.monotonic() + 500
    while not list(recorded.glob("??/*.json")) and trial.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    trial.send_signal(signal.SIGINT)
    printed, errors = trial.communicate(timeout=60)
    assert list(recorded.glob("??/*.json")), errors
    assert "runs to train" in printed
