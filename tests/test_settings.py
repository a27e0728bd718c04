"""Where everything is: by default, by the environment, and for a package used alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from activation_study import settings
from activation_study.errors import MissingFileError

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = {
    settings.DATASETS_VARIABLE: settings.datasets,
    settings.CACHE_VARIABLE: settings.downloads,
    settings.RECORDS_VARIABLE: settings.working_cache,
    settings.DATA_VARIABLE: settings.published,
}


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the project, whatever the tests run with."""
    for variable in (*FOLDERS, settings.TIER_VARIABLE, settings.PROGRESS_VARIABLE):
        monkeypatch.delenv(variable, raising=False)


def test_by_default_everything_is_in_the_repository() -> None:
    import pooch

    assert settings.repository() == ROOT
    assert settings.working_cache() == ROOT / ".cache" / "runs"
    assert settings.published() == ROOT / "data"
    assert settings.claims() == ROOT / "data" / "claims.yml"
    assert settings.benchmarks() == ROOT / "benchmarks"
    assert settings.datasets() is None
    assert settings.downloads() == Path(pooch.os_cache("activation-study"))


def test_every_folder_follows_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/reader")
    for variable, folder in FOLDERS.items():
        before = folder()
        monkeypatch.setenv(variable, "~/own")
        assert folder() == Path("/home/reader/own")
        monkeypatch.setenv(variable, "")
        assert folder() == before
        monkeypatch.setenv(variable, "~nobody-of-that-name/x")
        with pytest.raises(MissingFileError, match=f"{variable}: received '~nobody.*Remedy"):
            folder()


def test_the_claims_lie_beside_the_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(settings.DATA_VARIABLE, str(tmp_path))
    assert settings.claims() == tmp_path / "claims.yml"


def test_a_package_alone_keeps_its_records_at_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(settings, "__file__", str(tmp_path / "a" / "b" / "c" / "settings.py"))
    assert settings.repository() is None
    assert settings.working_cache() == tmp_path / ".cache" / "activation-study" / "runs"
    assert settings.published() == tmp_path / ".cache" / "activation-study" / "data"
    # A wheel carries a record.
    (tmp_path / "a" / "b" / "c" / "data").mkdir(parents=True)
    assert settings.published() == settings.carried() == tmp_path / "a" / "b" / "c" / "data"
    assert not settings.benchmarks().exists()


def test_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.tier() == "full"
    monkeypatch.setenv(settings.TIER_VARIABLE, "quick")
    assert settings.tier() == "quick"
    monkeypatch.setenv(settings.TIER_VARIABLE, "quik")
    with pytest.raises(ValueError, match=r"received 'quik'; accepted: full, quick.*'quick'"):
        settings.tier()


def test_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not settings.hides_progress()
    monkeypatch.setenv(settings.PROGRESS_VARIABLE, "0")
    assert settings.hides_progress()


def test_nobody_else_makes_paths_or_reads_the_environment() -> None:
    allowed = {
        # Where Chromium is, and what kernels of the book inherit, are no settings of the package.
        "os.environ": {
            *("settings.py", "local_pool.py", "quiet_tensorflow.py", "print_book.py"),
            *("warm_kernels.py", "fork.py"),
        },
        ".parents[2]": {"settings.py"},
    }
    for text, files in allowed.items():
        sources = [*(ROOT / "src").rglob("*.py"), *(ROOT / "_ext").rglob("*.py")]
        found = {path.name for path in sources if text in path.read_text()}
        assert found <= files, re.escape(text)
