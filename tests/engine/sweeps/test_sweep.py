"""A sweep trains what is missing, and whatever ends it, calling again takes it up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

from activation_study import studies
from activation_study.catalogue import activations
from activation_study.engine.records.records import Records, Roles
from activation_study.engine.sweeps import local_pool, order, sweep
from activation_study.engine.sweeps.messages import describe_sweep
from activation_study.engine.sweeps.sweep import load, run
from activation_study.errors import DatasetError, RunsFailedError
from activation_study.experiment import Experiment, grid
from activation_study.studies import Arm, Study, Tuning
from engine.made_runs import SMALL


@pytest.fixture(autouse=True)
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activation_study.catalogue.activations.registry._registered", {})


@pytest.fixture(autouse=True)
def tasks_travel_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the sweeps of a few tiny runs here have as many tasks as large ones have."""
    monkeypatch.setattr(order, "CHUNK", 1)


def recorded(records: Records) -> list[Path]:
    return sorted(records.cache.folder.glob("??/*.json"))


def test_trains_only_what_is_missing(records: Records, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, third = grid(**SMALL, seed=[0, 1, 2])
    runs = run([first, second], records=records)
    assert sorted(runs.summary["seed"]) == [0, 1]
    assert "2 in all, 0 loaded, 2 trained" in capsys.readouterr().out
    before = {path: path.stat().st_mtime_ns for path in recorded(records)}
    assert len(before) == 2
    runs = run([first, third, first, second], records=Records())
    assert sorted(runs.summary["seed"]) == [0, 1, 2]
    assert "3 in all, 2 loaded, 1 trained" in capsys.readouterr().out
    after = {path: path.stat().st_mtime_ns for path in recorded(records)}
    assert len(after) == 3
    assert before.items() <= after.items()


def test_second_call_trains_nothing(
    records: Records, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    experiments = grid(**SMALL, seed=[0, 1])
    first = run(experiments, records=records)
    capsys.readouterr()

    def refuse(*_: object) -> None:
        raise AssertionError("there was nothing to train")

    monkeypatch.setattr(sweep, "_train_and_record", refuse)
    second = run(experiments, records=Records())
    assert "2 in all, 2 loaded, 0 trained" in capsys.readouterr().out
    assert set(second.summary["key"]) == set(first.summary["key"])
    assert second.history.equals(first.history)


def test_trained_cached_and_published_runs_are_the_same(records: Records, tmp_path: Path) -> None:
    changes = {"evaluation": "test", "train_size": 512, "batch_size": 16, "learning_rate": 0.01}
    experiment = Experiment(**SMALL | changes)
    trained = run([experiment], records=records)
    (cached,) = Records().cached_runs([experiment])
    published = Records(tmp_path / "no cache", tmp_path / "data")
    published.published.publish("mine", [cached])
    from_record = run([experiment], records=Records(tmp_path / "no cache", tmp_path / "data"))
    for frame in ("summary", "history", "early", "layers", "units", "reliability", "confusion"):
        one, other = getattr(trained, frame), getattr(from_record, frame)
        assert one.equals(other), frame
        assert len(one) > 0 or frame == "units"
    assert recorded(published) == []
    assert 0.3 < trained.summary["test_accuracy"].item() <= 1.0


def poison(scores: Any) -> Any:
    """Computes whatever it is tried on, but no layer of these experiments can be built with it."""
    if not tf.executing_eagerly() and scores.shape[-1] == SMALL["width"]:
        raise RuntimeError("this activation is poison")
    return scores


@pytest.mark.parametrize("num_workers", [None, 2])
def test_failing_experiment_does_not_stop_the_others(
    records: Records, num_workers: int | None
) -> None:
    activations.register("poison", poison)
    good, bad = Experiment(**SMALL, seed=4), Experiment(**SMALL, hidden="poison", seed=5)
    with pytest.raises(RunsFailedError) as caught:
        run([bad, good], num_workers=num_workers, records=records, progress=False)
    message = str(caught.value)
    assert "1 of 2 experiments failed; the others are recorded" in message
    assert "hidden='poison@" in message
    assert "seed=5" in message
    assert "seed=4" not in message
    assert "RuntimeError" in message
    assert "this activation is poison" in message
    assert Records().missing([good, bad]) == [bad]
    # The good one is not trained again, and the bad one is tried again.
    with pytest.raises(RunsFailedError, match="1 of 2 experiments failed"):
        run([bad, good], num_workers=num_workers, records=Records(), progress=False)


def test_what_fails_holds_up_its_own_arm_alone(records: Records) -> None:
    activations.register("poison", poison)
    base = Experiment(**SMALL)
    study = Study(
        name="trial",
        arms=(
            Arm({"hidden": "poison", "head": "softmax"}),
            Arm({"hidden": "relu", "head": "softmax"}),
        ),
        base=base,
        tuning=Tuning(rates=(1e-3, 1e-2), seeds=(0, 1), extends=False),
        seeds=lambda arm: (100,),
        default_seeds=(100,),
    )
    with pytest.raises(RunsFailedError, match=r"5 of (10|11) experiments failed"):
        run(study, num_workers=2, records=records, progress=False)
    found = load(study, Records()).summary
    assert set(found["hidden"]) == {"relu"}
    # Its evaluation, which is known only when its tuning is recorded, was trained as well.
    assert set(found["seed"][found["is_tuned"]]) == {100}


def test_equal_reasons_are_given_once_and_in_a_line(records: Records) -> None:
    activations.register("poison", poison)
    with pytest.raises(RunsFailedError) as caught:
        run(grid(**SMALL, hidden="poison", seed=range(7)), num_workers=1, records=records)
    lines = str(caught.value).splitlines()
    # Nothing else was asked for.
    assert lines[0] == "7 of 7 experiments failed:"
    assert [line[:14] for line in lines[1:6]] == ["- Experiment(d"] * 5
    assert lines[6] == "- and 2 more with the same reason"
    assert lines[7] == "RuntimeError: this activation is poison"
    assert str(caught.value).count("Traceback") == 1
    assert "\x1b[" not in str(caught.value)


def test_missing_data_are_said_once_and_before_anything_is_trained(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACTIVATION_STUDY_DATASETS", str(tmp_path / "nowhere"))
    started = []
    monkeypatch.setattr(local_pool._Worker, "start", lambda: started.append(1))
    with pytest.raises(DatasetError, match="nowhere"):
        run(grid(seed=range(5)), num_workers=2, records=records, progress=False)
    assert started == []


@pytest.mark.parametrize(
    "received",
    ["core", Experiment(), ["relu"], studies.core, Study, []],
    # Not by their text, which holds an address: the processes that test must agree on the names.
    ids=["name", "experiment", "names", "function", "class", "empty"],
)
def test_what_is_neither_a_study_nor_experiments(records: Records, received: Any) -> None:
    for entrance in (run, load):
        with pytest.raises(ValueError, match=r"received .*; accepted: a study, such .* or a list"):
            entrance(received, records=records)


def test_a_list_can_be_loaded_and_printed(records: Records) -> None:
    experiments = grid(**SMALL, seed=range(2))
    assert len(load(experiments, records)) == 0
    run(experiments[:1], records=records)
    runs = load(experiments, Records())
    assert set(runs.summary["arm"]) == {"relu with softmax"}
    title, header, *rows = str(runs).splitlines()
    assert title == "<Runs: 1 run, tier full>"
    assert header.split()[:3] == ["hidden", "head", "validation_accuracy"]
    assert len(rows) == 1


@pytest.mark.parametrize("received", [0, -1, 2.5, "2", True, 10**6])
def test_numbers_of_workers_that_are_none(records: Records, received: Any) -> None:
    with pytest.raises(ValueError, match=r"num_workers must be a whole number from 1 to"):
        run([Experiment(**SMALL)], num_workers=received, records=records)


def test_what_is_left_of_a_long_list_is_not_trained_in_this_process(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACTIVATION_STUDY_TEST_DRIVER", str(os.getpid()))
    local_pool.end_idle()
    experiments = grid(**SMALL, seed=range(3))
    run(experiments[:2], records=records, progress=False)
    last = Experiment(**SMALL, hidden=fails_here, seed=9)
    assert len(run([*experiments[:2], last], records=records, progress=False)) == 3


def fails_here(scores: Any) -> Any:
    """Fails while a network is built with it in the process of the test."""
    is_here = os.environ.get("ACTIVATION_STUDY_TEST_DRIVER") == str(os.getpid())
    if is_here and not tf.executing_eagerly() and scores.shape[-1] == SMALL["width"]:
        raise RuntimeError("trained in the process that asked")
    return scores


def test_study_gets_its_roles_and_its_name(records: Records) -> None:
    experiment = Experiment(**SMALL)

    class Plan:
        name, tier = "mine", "quick"

        def roles(self, records: Records) -> Roles:
            # The second is known to be needed only when the first is recorded.
            is_known = not records.missing([experiment])
            wanted = [experiment, experiment.replace(seed=1)] if is_known else [experiment]
            keys = {each.key for each in wanted}
            return Roles(wanted, {"is_tuning": keys}, dict.fromkeys(keys, "the arm"))

    assert len(load(Plan(), records)) == 0
    runs = run(Plan(), records=records)
    assert sorted(runs.summary["seed"]) == [0, 1]
    assert runs.summary["is_tuning"].all()
    assert set(runs.summary["arm"]) == {"the arm"}
    assert (runs.name, runs.tier) == ("mine", "quick")
    assert load(Plan(), Records()).summary["is_tuning"].all()


def test_description_says_what_varies_and_what_is_fixed() -> None:
    experiments = grid(
        dataset="mnist-5k", hidden=["relu", "tanh"], learning_rate=[0.01, 0.0001], seed=range(12)
    )
    title, *lines = describe_sweep(experiments, "core", "quick", 5).splitlines()
    assert title == "Study 'core' (quick tier): 48 in all, 43 loaded, 5 trained"
    varied = {line.split()[1]: line.split(maxsplit=2)[2] for line in lines if "varies" in line}
    assert varied == {
        "hidden": "2: relu, tanh",
        "learning_rate": "2: 0.0001, 0.01",
        "seed": "12: 0, 1, 2, 3, 4, 5, 6, ..., 11",
    }
    assert lines[-1].startswith("  fixed:  dataset=mnist-5k, task=digits, head=softmax,")
    assert "train_size=None" in lines[-1]
    assert "seed" not in lines[-1]


def test_description_of_a_list() -> None:
    told = describe_sweep([Experiment()], None, "full", 1)
    assert told.startswith("Experiments: 1 in all, 0 loaded, 1 trained\n  fixed:  dataset=mnist,")
    assert "varies" not in told


def test_description_shows_values_as_they_were_given() -> None:
    told = describe_sweep(grid(train_size=[None, 1000, 500], depth=[1, 2]), None, "full", 0)
    (line,) = (line for line in told.splitlines() if "train_size" in line)
    assert set(line.partition("3: ")[2].split(", ")) == {"None", "500", "1000"}
