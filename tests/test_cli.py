"""The command line, end to end on a tiny study: train, publish, verify, judge; errors in a line."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from activation_study import cli, settings, studies
from activation_study.engine.records.records import Records
from activation_study.errors import RemovedStudyWarning
from activation_study.experiment import Experiment
from activation_study.studies import Tuning


def tiny_study() -> studies.Study:
    return studies.Study(
        name="core",
        arms=studies.arms(hidden=("relu",), head=("softmax", "sigmoid")),
        base=Experiment(dataset="mnist-5k", epochs=1, train_size=256),
        tuning=Tuning(rates=(1e-3, 1e-2), seeds=(0,), extends=False),
        seeds=lambda arm: (100,),
        default_seeds=(100,),
    )


@pytest.fixture
def command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs the command line in folders of its own; returns exit code, output and errors."""
    monkeypatch.setenv("ACTIVATION_STUDY_RECORDS", str(tmp_path / "cache"))
    monkeypatch.setenv("ACTIVATION_STUDY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ACTIVATION_STUDY_TIER", "full")
    monkeypatch.setitem(studies.STUDIES, "core", tiny_study)

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["activation-study", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def test_run_publish_verify_and_claims(command: Callable[..., tuple[int, str, str]]) -> None:
    code, printed, _ = command("run", "core", "--workers", "1")
    assert code == 0
    num_runs = len(Records().cache.keys())
    # Two arms, two rates; then the default rate, and the tuned one where it is another.
    assert 6 <= num_runs <= 8
    assert f"{num_runs:,} trained" in printed

    assert f"{num_runs:,} loaded, 0 trained" in command("run", "core")[1]
    code, printed, _ = command("publish", "core")
    assert code == 0
    assert f"{num_runs} runs published" in printed
    assert "0 runs published" in command("publish", "core")[1]
    code, printed, _ = command("verify")
    assert code == 0
    assert "8 files are what the manifest says, and the manifest is whole\n" in printed
    root = settings.repository()
    assert root is not None
    # The record has no claims of its own, and says whose were compared.
    assert f" and first_round.json of {root / 'data'} are what is registered\n" in printed
    assert f"{settings.published()} holds no claims.yml" in printed

    code, printed, errors = command("claims", "--json")
    assert code == 0
    assert f"its runs are judged by {root / 'data' / 'claims.yml'}" in errors
    verdicts = {verdict["claim"]["id"]: verdict for verdict in json.loads(printed)}
    assert verdicts["softmax-translation"]["label"] == "holds"


def test_repetition_of_what_was_trained_again(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studies, "STUDIES", {"core": tiny_study})
    command("run", "core", "--workers", "1")
    command("publish", "core")
    num_runs = len(Records().cache.keys())
    code, printed, _ = command("repetition", str(tmp_path / "cache"), "--write")
    assert code == 0
    assert f"core: {num_runs} of {num_runs} runs repeated" in printed
    # Too few seeds for a verdict: there is none that could have changed.
    assert "0 of 0 verdicts from runs are the same" in printed
    assert (tmp_path / "data" / "repetition.json").exists()
    assert command("verify")[0] == 0
    (tmp_path / "empty").mkdir()
    code, _, errors = command("repetition", str(tmp_path / "empty"))
    assert code == 2
    assert "holds no run of" in errors
    code, _, errors = command("repetition", str(tmp_path / "nowhere"))
    assert code == 2
    assert "which is no folder; expected a working cache" in errors


def test_deleted_study_is_trained_again(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    command("run", "core", "--workers", "1")
    command("publish", "core")
    num_runs = len(Records().cache.keys())
    # Those of the table of runs hold the seconds that each took.
    files = [each for each in (tmp_path / "data/core").glob("*.parquet") if each.stem != "runs"]
    before = [path.read_bytes() for path in files]
    for folder in ("data/core", "cache"):
        shutil.rmtree(tmp_path / folder)
    with pytest.warns(RemovedStudyWarning, match="core has been deleted"):
        code, printed, _ = command("run", "core", "--workers", "1")
    assert code == 0
    assert f"{num_runs:,} trained" in printed
    with pytest.warns(RemovedStudyWarning):
        assert f"{num_runs} runs published" in command("publish", "core")[1]
    assert [path.read_bytes() for path in files] == before != []
    assert command("verify")[0] == 0


def test_without_any_record_there_is_nothing_to_draw(
    command: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    code, printed, errors = command("picture", str(tmp_path / "picture.png"))
    assert (code, printed) == (2, "")
    assert f"no run of the study core-2 is recorded in {tmp_path / 'data'}" in errors
    assert not (tmp_path / "picture.png").exists()


def test_quick_tier_is_never_published(
    command: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        studies.STUDIES, "core", lambda: dataclasses.replace(tiny_study(), tier="quick")
    )
    code, _, errors = command("publish", "core")
    assert code == 2
    assert "only the full tier is published" in errors
