"""An audit finds what was recorded wrong, and nothing where all is right; it touches no record."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from activation_study import cli
from activation_study.catalogue import datasets
from activation_study.engine.records.published import PublishedRecord
from activation_study.engine.records.records import Records
from activation_study.engine.records.tables import to_tables
from activation_study.engine.run import Run
from activation_study.engine.sweeps import local_pool
from activation_study.errors import MissingFileError, RecordError
from activation_study.experiment import Experiment
from activation_study.report.reproduction import audit as auditing
from activation_study.report.reproduction import tolerances
from activation_study.report.reproduction.audit import Audit
from activation_study.report.reproduction.audited_run import (
    DIFFERENT,
    EQUAL,
    STARTED,
    UNMEASURED,
    WITHIN,
    beside,
)
from engine.made_runs import made_run
from report.reproduction.audited_runs import (
    NUM_WORKERS,
    OTHERS,
    RELU,
    STEP,
    TUNING,
    altered,
    made_elsewhere,
    passed_off,
)

pytestmark = pytest.mark.slow

Publish = Callable[[Iterable[Run]], PublishedRecord]
Trained = dict[Experiment, Run]


def audited(published: PublishedRecord, sample: int = 10) -> Audit:
    return auditing.audit(
        sample=sample, num_workers=NUM_WORKERS, published=published, report=lambda run: None
    )


def files_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_was_recorded_comes_again_in_every_digit(trained: Trained, publish: Publish) -> None:
    published = publish(trained[experiment] for experiment in (RELU, STEP, TUNING))
    # What lies in the working cache must neither answer for a run nor be replaced.
    records = Records()
    records.add(altered(trained[RELU], "runs.test_accuracy", 0.5))
    before = files_of(records.cache.folder) | files_of(published.folder)
    found = audited(published)
    assert [run.verdict for run in found.runs] == [EQUAL] * 3
    assert all(run.same_platform for run in found.runs)
    assert found.exit_code == 0
    assert files_of(records.cache.folder) | files_of(published.folder) == before


def test_what_is_younger_than_a_run_is_not_compared_and_said(
    trained: Trained, publish: Publish
) -> None:
    found = audited(publish([altered(trained[RELU], "runs.test_excess_calibration_error", None)]))
    assert [run.verdict for run in found.runs] == [EQUAL]
    said = "not compared in 1 of them, where one of the two has none: runs."
    said += "test_excess_calibration_error"
    assert said in str(found).splitlines()


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("runs.test_accuracy", 0.9001),
        ("runs.epochs_to_97", 2.0),
        ("history.validation_nll", 0.31415),
        ("early.train_loss", 0.31415),
        ("layers.dead", 0.125),
        ("reliability.confidence", 0.99999),
        ("confusion.count", 47),
    ],
)
def test_one_altered_value_is_found_and_named(
    trained: Trained, publish: Publish, place: str, value: float
) -> None:
    found = audited(publish([altered(trained[RELU], place, value)]))
    (run,) = found.runs
    assert run.verdict == DIFFERENT
    assert found.exit_code == 1
    assert run.difference is not None
    assert run.difference.name == place
    assert run.difference.recorded == str(value)
    assert f"{place}, recorded {value}, retrained" in str(run)
    assert "(1 columns differ)" in str(run)


@pytest.mark.parametrize("other", OTHERS)
def test_a_wrong_experiment_is_found_on_another_platform_too(
    trained: Trained, publish: Publish, other: str
) -> None:
    wrong = passed_off(trained[OTHERS[other]], as_run=trained[RELU])
    found = audited(publish([made_elsewhere(wrong)]))
    (run,) = found.runs
    assert not run.same_platform
    assert run.verdict == DIFFERENT
    assert found.exit_code == 1


@pytest.mark.parametrize(
    ("place", "change", "verdict"),
    [
        ("runs.test_smooth_calibration_error", 0.002, WITHIN),
        ("runs.test_accuracy", 0.002, DIFFERENT),
        ("runs.test_temperature", 0.02, WITHIN),
        ("runs.test_temperature", 1.0, DIFFERENT),
        ("confusion.mean_probability", 0.2, DIFFERENT),
    ],
)
def test_a_run_from_elsewhere_may_differ_by_what_rounding_does(
    trained: Trained, publish: Publish, place: str, change: float, verdict: str
) -> None:
    run = trained[RELU]
    table, _, column = place.partition(".")
    value = run.summary[column] if table == "runs" else run.tables[table][column][-1]
    found = audited(publish([made_elsewhere(altered(run, place, value + change))]))
    assert found.runs[0].verdict == verdict
    assert found.runs[0].difference is not None
    assert found.runs[0].difference.name == place


def test_of_a_chaotic_run_start_and_outcome_are_compared_and_the_rest_is_named(
    trained: Trained, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tolerances, "HIGH_RATE", 1e-4)
    late = altered(trained[RELU], "layers.gradient_norm", 99.0)
    denied = altered(trained[STEP], "runs.validation_accuracy", 0.1)
    found = audited(publish([made_elsewhere(late), made_elsewhere(denied)]))
    verdicts = {run.key: run.verdict for run in found.runs}
    assert verdicts == {RELU.key: STARTED, STEP.key: DIFFERENT}
    assert "1 start and outcome compared, 1 DIFFERENT" in str(found)
    assert "not comparable in 1 of them, which round otherwise: " in str(found)
    written = {run["key"]: run["not_comparable"] for run in found.as_dict()["runs"]}
    assert "layers.gradient_norm" in written[RELU.key]


@pytest.mark.parametrize("kind", ["kmnist", "noise"])
def test_of_unknown_images_those_of_kmnist_may_be_missing(kind: str) -> None:
    run = made_run(RELU.replace(evaluation="beyond"))
    run = altered(run, "unknown.unknown", kind)
    recorded = to_tables([run])
    shorter = {name: values[:-1] for name, values in run.tables["unknown"].items()}
    again = dataclasses.replace(run, tables=run.tables | {"unknown": shorter})
    (row,) = (row for _, row in recorded["runs"].to_pandas().assign(study="core").iterrows())
    found = beside(row, RELU.replace(evaluation="beyond"), recorded, again, at_edge=False)
    if kind == "kmnist":
        assert (found.verdict, found.not_recorded) == (EQUAL, ("unknown.kmnist",))
    else:
        assert (found.verdict, found.not_recorded) == (DIFFERENT, ())


def test_a_run_that_diverged_counts_among_those_of_start_and_outcome() -> None:
    run = made_run(TUNING, diverged=True, divergence="not finite", validation_accuracy=math.nan)
    recorded = to_tables([run])
    again = altered(made_elsewhere(run), "layers.gradient_norm", 99.0)
    (row,) = (row for _, row in recorded["runs"].to_pandas().assign(study="core").iterrows())
    found = beside(row, TUNING, recorded, again, at_edge=False)
    assert found.verdict == STARTED
    assert "layers.gradient_norm" in found.not_comparable


def test_a_task_without_measured_tolerances_is_audited_on_its_own_platform_alone(
    trained: Trained, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tolerances, "TASKS", ())
    other = altered(trained[RELU], "runs.test_accuracy", 0.9001)
    found = audited(publish([made_elsewhere(other), made_elsewhere(trained[TUNING])]))
    verdicts = {run.key: run.verdict for run in found.runs}
    assert verdicts == {RELU.key: UNMEASURED, TUNING.key: EQUAL}
    assert found.exit_code == 2
    assert "1 no tolerances measured" in str(found)


def test_a_really_different_order_of_sums_stays_within_tolerance(
    trained: Trained, publish: Publish
) -> None:
    runs = [trained[RELU], trained[STEP]]
    publish([made_elsewhere(run) for run in runs])
    command = [sys.executable, "-m", "activation_study.cli", "audit", "--workers", "1"]
    environment = os.environ | {"ONEDNN_MAX_CPU_ISA": "SSE41", "TF_ENABLE_ONEDNN_OPTS": "0"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 DIFFERENT" in done.stdout
    # Rounding does differ: the step, at the least, has carried it to where it shows.
    assert "of its tolerance" in done.stdout


@pytest.mark.parametrize(("change", "verdict"), [(0.0, EQUAL), (0.002, WITHIN), (9.0, DIFFERENT)])
def test_sums_without_a_fixed_order_may_be_rounded_otherwise_on_the_same_platform(
    trained: Trained, publish: Publish, change: float, verdict: str
) -> None:
    run, place = trained[OTHERS["another head"]], "test_smooth_calibration_error"
    found = audited(publish([altered(run, f"runs.{place}", run.summary[place] + change)]))
    assert [each.verdict for each in found.runs] == [verdict]
    assert found.runs[0].same_platform == (verdict == EQUAL)


@pytest.mark.parametrize("elsewhere", ["python", "threads", "onednn", "numpy"])
def test_the_platform_is_more_than_the_cpu(
    trained: Trained, publish: Publish, elsewhere: str
) -> None:
    other = {"python": "3.9.1", "threads": 2, "onednn": "0", "numpy": "1.0"}[elsewhere]
    found = audited(publish([made_elsewhere(trained[TUNING], **{elsewhere: other})]))
    assert not found.runs[0].same_platform
    assert found.runs[0].verdict == EQUAL


def test_neither_commit_nor_patch_release_of_python_makes_another_platform(
    trained: Trained, publish: Publish
) -> None:
    python = ".".join([*sys.version.split()[0].split(".")[:2], "99"])
    run = made_elsewhere(trained[TUNING], commit="0123456789ab", python=python)
    assert audited(publish([run])).runs[0].same_platform


def test_runs_that_nobody_can_repeat_are_counted_and_said(
    trained: Trained, publish: Publish
) -> None:
    own = made_run(TUNING.replace(seed=4))
    own = dataclasses.replace(own, experiment=own.experiment | {"hidden": "bent@0123456789abcdef"})
    older = dataclasses.replace(made_run(TUNING.replace(seed=5)), key="0" * 64)
    found = audited(publish([trained[TUNING], own, older]))
    assert [run.verdict for run in found.runs] == [EQUAL]
    assert sorted(found.not_repeatable.values()) == [1, 1]
    assert found.exit_code == 2
    assert "1 runs cannot be audited: their keys are not those of their descriptions" in str(found)
    assert "1 runs cannot be audited: the catalogue does not hold" in str(found)


def test_a_record_without_a_run_to_repeat_is_refused(publish: Publish) -> None:
    with pytest.raises(RecordError, match="no run of core can be retrained: 1 runs: their keys"):
        audited(publish([dataclasses.replace(made_run(TUNING), key="0" * 64)]))


def test_missing_data_are_said_before_anything_is_trained(
    publish: Publish, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ACTIVATION_STUDY_DATASETS", str(tmp_path / "nowhere"))
    datasets.load.cache_clear()
    monkeypatch.setattr(local_pool, "in_workers", None)
    with pytest.raises(MissingFileError, match="nowhere"):
        audited(publish([made_run(Experiment())]))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--sample", "0"), "sample must be at least 1; received 0"),
        (("--seed", "-1"), "--seed"),
    ],
)
def test_wrong_words_end_with_code_2(
    publish: Publish,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    said: str,
) -> None:
    publish([made_run(TUNING)])
    monkeypatch.setattr("sys.argv", ["activation-study", "audit", *arguments])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    assert said in capsys.readouterr().err


def test_nothing_published_says_what_publishes() -> None:
    with pytest.raises(RecordError, match="activation-study publish"):
        auditing.audit()


def test_command_prints_a_line_a_run_and_writes_where_asked(
    trained: Trained,
    publish: Publish,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    published = publish([trained[TUNING], altered(trained[RELU], "runs.test_nll", 9.0)])
    monkeypatch.setattr("sys.argv", ["activation-study", "audit", "core", "--write"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 1
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split("  ")[0] for line in lines[:2]) == [DIFFERENT, EQUAL]
    assert lines[2] == (
        "2 of 2 published runs retrained (seed 0): "
        "1 equal bit for bit, 0 within tolerance, 1 DIFFERENT"
    )
    written = json.loads((published.folder / auditing.FILE).read_text())
    assert sorted(run["verdict"] for run in written["runs"]) == [DIFFERENT, EQUAL]
    assert published.verify()
