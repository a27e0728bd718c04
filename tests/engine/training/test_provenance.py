"""Where a run happened is read from the machine, not guessed."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from activation_study import settings
from activation_study.engine.training import provenance


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    command = ["git", *identity, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def source_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of a package like this one, from which provenance believes to be imported."""
    module = tmp_path / "src" / "activation_study" / "settings.py"
    module.parent.mkdir(parents=True)
    module.write_text("first = 1\n")
    (tmp_path / "README.md").write_text("first\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "First")
    monkeypatch.setattr(settings, "__file__", str(module))
    return tmp_path


def test_versions_and_machine() -> None:
    here = provenance.of_this_process()
    for package in ("tensorflow", "keras", "numpy"):
        assert here[package] == metadata.version(package)
    assert here["python"] == platform.python_version() == sys.version.split()[0]
    assert all(isinstance(value, str) and value for value in here.values())


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/cpuinfo")
def test_cpu_type_tells_family_model_and_stepping() -> None:
    name, numbers = re.fullmatch(
        r"(.+) \((\S+/\S+/\S+)\)", provenance.of_this_process()["cpu"]
    ).groups()
    cpuinfo = Path("/proc/cpuinfo").read_text()
    if "model name" in cpuinfo:
        assert re.search(rf"^model name\s*: {re.escape(name)}$", cpuinfo, re.MULTILINE)
        for key, number in zip(
            ("cpu family", "model", "stepping"), numbers.split("/"), strict=True
        ):
            assert re.search(rf"^{key}\s*: {number}$", cpuinfo, re.MULTILINE)


def test_cpu_type_where_there_is_no_cpuinfo(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(self: Path) -> str:
        raise FileNotFoundError(self)

    monkeypatch.setattr(Path, "read_text", missing)
    assert platform.machine() in provenance._cpu_type()


def test_commit_of_a_clean_tree(source_tree: Path) -> None:
    assert provenance.source_commit() == git(source_tree, "rev-parse", "HEAD")[:12]


def test_changes_outside_the_package_do_not_count(source_tree: Path) -> None:
    (source_tree / "README.md").write_text("second\n")
    assert provenance.source_commit() == git(source_tree, "rev-parse", "HEAD")[:12]


def test_changed_package_is_marked(source_tree: Path) -> None:
    Path(settings.__file__).write_text("second = 2\n")
    assert provenance.source_commit() == git(source_tree, "rev-parse", "HEAD")[:12] + "+changes"


def test_unknown_without_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "__file__", str(tmp_path / "a" / "b.py"))
    assert provenance.source_commit() == "unknown"


def test_unknown_without_git(source_tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(source_tree))
    assert provenance.source_commit() == "unknown"
