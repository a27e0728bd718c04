"""Kept verdicts: those that judging gives, and never those of another record."""

import pickle
import subprocess
import sys

import pytest

from activation_study import Experiment, settings
from activation_study.engine.records.cache import WorkingCache
from activation_study.report.claims import judge_all
from activation_study.report.claims.evidence import kept as module
from activation_study.report.claims.evidence.kept import MOST, kept
from engine.made_runs import made_run


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A code, a record and a working cache of a few bytes."""
    files = ("src/rules.py", "data/claims.yml", "data/MANIFEST.json", "data/core/runs.parquet")
    for name in (*files, "runs/ab/abcd.json"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"before")
    monkeypatch.setenv(settings.RECORDS_VARIABLE, str(tmp_path / "runs"))
    monkeypatch.setenv(settings.DATA_VARIABLE, str(tmp_path / "data"))
    monkeypatch.setattr(settings, "package", lambda: tmp_path / "src")
    monkeypatch.setattr(settings, "repository", lambda: None)
    return tmp_path


def refuse():
    pytest.fail("judged, though nothing has changed")


def only_file():
    (path,) = settings.verdicts().iterdir()
    return path


def test_every_verdict_is_the_same_from_what_is_kept(tmp_path, monkeypatch):
    monkeypatch.setenv(settings.RECORDS_VARIABLE, str(tmp_path))
    judged = judge_all({})
    assert [each.as_dict() for each in judge_all()] == [each.as_dict() for each in judged]
    with monkeypatch.context() as patch:
        patch.setattr("activation_study.report.claims.judging._court", refuse)
        found = judge_all()
    assert [each.as_dict() for each in found] == [each.as_dict() for each in judged]
    assert [each.keys for each in found] == [each.keys for each in judged]
    assert [str(each) for each in found] == [str(each) for each in judged]


CHANGED = (
    *("src/rules.py", "data/claims.yml", "data/MANIFEST.json", "data/core/runs.parquet"),
    *("runs/ab/abcd.json", "src/new.py", "data/new/runs.parquet", "runs/cd/cdef.json"),
)


@pytest.mark.parametrize("name", CHANGED)
def test_what_has_changed_is_judged_anew(record, name):
    assert kept(lambda: "old") == kept(refuse) == "old"
    path = record / name
    path.parent.mkdir(exist_ok=True)
    # As long as before: what counts is the content.
    path.write_bytes(b"behind")
    assert kept(lambda: "new") == kept(refuse) == "new"


@pytest.mark.parametrize("change", ["tier", "library", "file lost"])
def test_another_tier_or_version_is_judged_anew(record, monkeypatch, change):
    assert kept(lambda: "old") == "old"
    if change == "tier":
        other = "quick" if settings.tier() == "full" else "full"
        monkeypatch.setenv(settings.TIER_VARIABLE, other)
    elif change == "library":
        monkeypatch.setattr(module, "version", lambda name: f"{name} 99")
    else:
        (record / "data" / "core" / "runs.parquet").unlink()
    assert kept(lambda: "new") == "new"


def test_a_run_of_no_study_changes_nothing(record, monkeypatch):
    monkeypatch.setenv(settings.TIER_VARIABLE, "full")
    cache = WorkingCache(settings.working_cache())
    assert kept(lambda: "old") == "old"
    cache.write(made_run(Experiment(dataset="mnist-5k", epochs=2)))
    assert kept(refuse) == "old"
    cache.write(made_run(Experiment(dataset="mnist", epochs=2)))
    assert kept(lambda: "new") == "new"
    # At the quick tier studies read fewer digits, too.
    monkeypatch.setenv(settings.TIER_VARIABLE, "quick")
    assert kept(lambda: "quick") == "quick"
    cache.write(made_run(Experiment(dataset="mnist-5k", epochs=3)))
    assert kept(lambda: "new") == "new"


def of_another(content):
    """What pickle takes for a value, under a digest that is right for another name."""
    value = pickle.dumps("foreign")
    return module.sha256(b"another", value).encode() + b"\n" + value


DAMAGES = {
    "empty": lambda content: b"",
    "cut": lambda content: content[:-1],
    "longer": lambda content: content + b" ",
    "one bit": lambda content: content[:-3] + bytes([content[-3] ^ 1]) + content[-2:],
    "digest": lambda content: bytes([content[0] ^ 1]) + content[1:],
    "no digest": lambda content: pickle.dumps("foreign"),
    "another's": of_another,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_judged_anew_and_mended(record, damage):
    assert kept(lambda: "judged") == "judged"
    path = only_file()
    content = path.read_bytes()
    path.write_bytes(damage(content))
    assert kept(lambda: "judged") == "judged"
    assert only_file() == path
    assert path.read_bytes() == content
    assert kept(refuse) == "judged"


def test_what_changes_while_it_is_judged_is_not_kept(record):
    def judge():
        (record / "runs" / "ab" / "abcd.json").write_bytes(b"meanwhile")
        return "of neither"

    assert kept(judge) == "of neither"
    assert not list(settings.verdicts().iterdir())


def test_a_folder_that_cannot_be_made_costs_time_alone(record):
    settings.verdicts().write_text("a file")
    assert kept(lambda: "judged") == "judged"
    assert kept(lambda: "again") == "again"


def test_what_cannot_be_read_is_left_to_judging(record):
    path = record / "runs" / "ab" / "abcd.json"
    path.unlink()
    path.symlink_to(path)
    assert kept(lambda: "judged") == "judged"
    (record / "src" / "rules.py").unlink()
    (record / "src" / "rules.py").mkdir()
    assert kept(lambda: "judged") == "judged"


def test_an_error_is_not_kept(record):
    with pytest.raises(ZeroDivisionError):
        kept(lambda: 1 / 0)
    assert not list(settings.verdicts().iterdir())


def test_few_are_kept(record):
    for number in range(MOST + 3):
        (record / "data" / "claims.yml").write_text(str(number))
        assert kept(lambda number=number: number) == number
    assert len(list(settings.verdicts().iterdir())) == MOST
    assert kept(refuse) == MOST + 2


def test_of_several_processes_at_once_one_judges_and_the_others_wait(record, tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from activation_study import settings;"
        "settings.package = lambda: Path(sys.argv[1]);"
        "from activation_study.report.claims.evidence.kept import kept;"
        "note = lambda: time.sleep(0.5) or open(sys.argv[2], 'a').write('judged once');"
        "print(len(kept(lambda: note() and 'x' * 10_000_000)))"
    )
    times = tmp_path / "times.txt"
    command = [sys.executable, "-c", code, str(record / "src"), str(times)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [each.communicate()[0] for each in processes] == ["10000000\n"] * 3
    assert [each.returncode for each in processes] == [0] * 3
    assert times.read_text() == "judged once"
    assert kept(refuse) == "x" * 10_000_000
    assert only_file().suffix == ".pickle"
