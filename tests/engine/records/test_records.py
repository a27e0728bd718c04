"""The working cache and the published record as one, and runs as data frames."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from activation_study.engine.records import schema
from activation_study.engine.records.published import PublishedRecord
from activation_study.engine.records.records import Records, Runs
from activation_study.errors import DamagedRecordError, RemovedStudyWarning
from activation_study.experiment import Experiment, grid
from engine.made_runs import made_run

EXPERIMENTS = grid(dataset="mnist-5k", hidden=["relu", "tanh"], seed=[0, 1, 2], epochs=2, depth=1)
FRAMES = ("summary", "history", "early", "layers", "units", "reliability", "confusion")


@pytest.fixture
def mixed(records: Records) -> Records:
    """Runs 0 to 2 are published, 2 to 4 in the cache; 5 is not recorded."""
    records.published.publish("core", [made_run(experiment) for experiment in EXPERIMENTS[:3]])
    for experiment in EXPERIMENTS[2:5]:
        records.add(made_run(experiment))
    return Records()


@pytest.fixture
def runs(mixed: Records) -> Runs:
    return mixed.load(EXPERIMENTS, "core", "full")


def test_missing_is_in_neither(mixed: Records) -> None:
    assert mixed.missing(EXPERIMENTS) == [EXPERIMENTS[5]]


def test_missing_lists_each_once_in_order(records: Records) -> None:
    asked = [EXPERIMENTS[i] for i in (3, 1, 3, 0, 1)]
    assert records.missing(asked) == [EXPERIMENTS[i] for i in (3, 1, 0)]


def test_load_merges_without_doubling(runs: Runs) -> None:
    keys = {experiment.key for experiment in EXPERIMENTS[:5]}
    assert len(runs) == 5
    assert set(runs.summary["key"]) == keys
    for name in FRAMES:
        frame = getattr(runs, name)
        table = "runs" if name == "summary" else name
        assert not frame.duplicated(schema.SORT_KEYS[table]).any(), name
        assert set(frame["key"]) == keys, name
    assert len(runs.history) == 5 * 3
    assert (runs.name, runs.tier) == ("core", "full")


def test_runs_of_a_deleted_study_count_as_not_recorded(mixed: Records) -> None:
    shutil.rmtree(mixed.published.folder / "core")
    records = Records()
    with pytest.warns(RemovedStudyWarning, match=r"core has been deleted.*run core.*checkout"):
        missing = records.missing(EXPERIMENTS)
    assert missing == [EXPERIMENTS[i] for i in (0, 1, 5)]
    # Said once: another warning would be an error here.
    assert len(records.load(EXPERIMENTS, "core", "full")) == 3
    with pytest.raises(DamagedRecordError, match=r"core.* is missing"):
        records.published.verify()


def test_a_run_that_two_studies_published_is_loaded_once(records: Records) -> None:
    made = [made_run(experiment) for experiment in EXPERIMENTS[:4]]
    records.published.publish("core", made[:3])
    records.published.publish("other", made[1:])
    runs = Records().load(EXPERIMENTS, None, "full")
    assert set(runs.summary["key"]) == {run.key for run in made}
    for name in FRAMES:
        frame = getattr(runs, name)
        assert not frame.duplicated(schema.SORT_KEYS["runs" if name == "summary" else name]).any()
        assert set(frame["key"]) == {run.key for run in made}, name


def test_a_load_reads_no_table_that_is_not_asked_for(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [made_run(experiment) for experiment in EXPERIMENTS]
    records.published.publish("core", made[:3])
    records.published.publish("other", made[2:])
    opened, read = set(), PublishedRecord.read

    def noting(self: PublishedRecord, study: str, table: str) -> pa.Table:
        opened.add((study, table))
        return read(self, study, table)

    monkeypatch.setattr(PublishedRecord, "read", noting)
    runs = Records().load(EXPERIMENTS[:3], None, "full")
    of_one = runs.where(seed=EXPERIMENTS[0].seed)
    # Which runs there are is asked of every study.
    assert opened == {("other", "runs"), ("core", "runs")}
    assert set(of_one.history["key"]) == set(of_one.summary["key"])
    assert len(runs.history) > len(of_one.history)
    assert opened == {("other", "runs"), ("core", "runs"), ("core", "history")}


def test_a_load_verifies_what_it_does_not_read(records: Records) -> None:
    records.published.publish("core", [made_run(experiment) for experiment in EXPERIMENTS[:2]])
    damaged = records.published.folder / "core" / "layers.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(DamagedRecordError, match=r"layers\.parquet is damaged"):
        Records().load(EXPERIMENTS[:1], None, "full")


def test_a_repeated_run_can_take_the_place_of_a_published_one(records: Records) -> None:
    first, second = EXPERIMENTS[:2]
    records.published.publish(
        "core", [made_run(each, validation_accuracy=0.5) for each in EXPERIMENTS[:2]]
    )
    records.add(made_run(first, validation_accuracy=0.75))
    keys = [first.key, second.key]
    for prefers_cache, accuracies in ((False, [0.5, 0.5]), (True, [0.75, 0.5])):
        mixed = Records(prefers_cache=prefers_cache)
        summary = mixed.summary([first, second], ["validation_accuracy"])
        assert summary["validation_accuracy"][keys].tolist() == accuracies
        runs = mixed.load([first, second], None, "full")
        assert not runs.history.duplicated(schema.SORT_KEYS["history"]).any()
        assert mixed.missing([first, second]) == []


def test_a_function_of_ones_own_is_found_by_its_name(records: Records) -> None:
    summary = pd.DataFrame({"key": ["a", "b", "c"], "hidden": ["bent@0a", "bent@1b", "relu"]})
    runs = records.load([], None, "full")
    runs = replace(runs, summary=summary)
    assert runs.where(hidden="bent").summary["key"].tolist() == ["a", "b"]
    assert runs.where(hidden=["bent@1b", "relu"]).summary["key"].tolist() == ["b", "c"]
    assert len(runs.where(hidden="tanh")) == 0
    for wrong, near in (("logsh", "log_softmax"), (["relu", "bend"], "bent")):
        with pytest.raises(ValueError, match=rf"Unknown hidden: .*Did you mean '{near}'"):
            runs.where(hidden=wrong)


def test_published_and_cached_runs_are_alike(records: Records, tmp_path: Path) -> None:
    made = [made_run(experiment) for experiment in EXPERIMENTS]
    for run in made:
        records.add(run)
    published = Records(tmp_path / "no cache", tmp_path / "other data")
    published.published.publish("core", made)
    of_cache = Records().load(EXPERIMENTS, None, "full")
    of_record = Records(tmp_path / "no cache", tmp_path / "other data").load(
        EXPERIMENTS, None, "full"
    )
    for name in FRAMES:
        one, other = (
            getattr(runs, name)
            .sort_values(schema.SORT_KEYS["runs" if name == "summary" else name])
            .reset_index(drop=True)
            for runs in (of_cache, of_record)
        )
        pd.testing.assert_frame_equal(one, other)


def test_load_takes_only_what_is_asked_for(mixed: Records) -> None:
    loaded = mixed.load([EXPERIMENTS[0], EXPERIMENTS[4], EXPERIMENTS[5]], None, "quick")
    assert set(loaded.summary["key"]) == {EXPERIMENTS[0].key, EXPERIMENTS[4].key}
    assert set(loaded.layers["key"]) == {EXPERIMENTS[0].key, EXPERIMENTS[4].key}


def test_load_of_nothing_has_all_columns(records: Records) -> None:
    loaded = records.load(EXPERIMENTS, None, "full")
    assert len(loaded) == 0
    for name in FRAMES:
        table = "runs" if name == "summary" else name
        assert set(schema.TABLES[table]) <= set(getattr(loaded, name).columns)


def test_summary_is_indexed_by_key(mixed: Records) -> None:
    summary = mixed.summary(EXPERIMENTS)
    row = summary.loc[EXPERIMENTS[4].key]
    assert row["hidden"] == "tanh"
    assert row["seed"] == 1
    assert row["validation_accuracy"] == (made_run(EXPERIMENTS[4]).summary["validation_accuracy"])


def test_added_run_is_seen_at_once_and_by_others(records: Records) -> None:
    records.add(made_run(EXPERIMENTS[0]))
    assert records.missing(EXPERIMENTS[:1]) == []
    assert Records().missing(EXPERIMENTS[:1]) == []
    assert [run.key for run in Records().cached_runs(EXPERIMENTS)] == [EXPERIMENTS[0].key]


def test_roles_are_empty_for_a_list(runs: Runs) -> None:
    roles = runs.summary[["is_tuning", "is_tuned", "is_default"]]
    assert set(map(str, roles.dtypes)) == {"bool"}
    assert not roles.to_numpy().any()


def test_where_filters_all_frames(runs: Runs) -> None:
    chosen = runs.where(hidden="tanh", seed=[0, 2])
    keys = set(chosen.summary["key"])
    assert keys == {EXPERIMENTS[3].key}
    for name in FRAMES:
        frame, whole = getattr(chosen, name), getattr(runs, name)
        assert set(frame["key"]) == keys, name
        assert len(frame) == whole["key"].isin(keys).sum(), name
        assert list(frame.index) == list(range(len(frame))), name
    assert (chosen.name, chosen.tier) == (runs.name, runs.tier)
    assert len(runs) == 5


def test_runs_of_two_studies_are_put_together_and_keep_their_roles(runs: Runs) -> None:
    mine, other = runs.where(hidden="relu"), runs.where(hidden="tanh")
    mine.summary["is_tuned"] = True
    mine.summary["tuned_for_validation_accuracy"] = True
    both = mine + other
    assert both.name is None
    assert list(both.summary["key"]) == [*mine.summary["key"], *other.summary["key"]]
    for role in ("is_tuned", "tuned_for_validation_accuracy"):
        assert list(both.summary[role]) == [True] * len(mine) + [False] * len(other)
    for name in FRAMES[1:]:
        parts = [getattr(each, name) for each in (mine, other, both)]
        assert len(parts[0]) + len(parts[1]) == len(parts[2])
    with pytest.raises(ValueError, match=f"{len(mine)} of them in common"):
        mine + both


def test_where_takes_any_list_of_values(runs: Runs) -> None:
    for seeds in ([0, 1], (0, 1), {0, 1}, range(2), np.array([0, 1]), pd.Series([1, 0])):
        assert sorted(runs.where(hidden="relu", seed=seeds).summary["seed"]) == [0, 1]
    assert len(runs.where()) == len(runs)


def test_where_finds_the_whole_training_part(records: Records) -> None:
    # None is what Experiment calls the whole training part.
    sizes = grid(dataset="mnist-5k", train_size=[None, 500], epochs=1)
    for experiment in sizes:
        records.add(made_run(experiment))
    loaded = records.load(sizes, None, "full")
    assert list(loaded.where(train_size=None).summary["key"]) == [sizes[0].key]
    assert list(loaded.where(train_size=500).summary["key"]) == [sizes[1].key]


def test_where_refuses_an_unknown_column(runs: Runs) -> None:
    with pytest.raises(ValueError, match=r"no column 'hiden'; accepted: key, .*hidden"):
        runs.where(hiden="relu")


def test_repr_tells_number_study_and_tier(runs: Runs) -> None:
    assert repr(runs) == "<Runs: 5 runs of study 'core', tier full>"
    assert repr(replace(runs, name=None)) == "<Runs: 5 runs, tier full>"


def test_a_table_of_other_measures_is_refused_by_name(runs: Runs) -> None:
    assert (
        set(runs.tables) - {"history", "early", "layers", "units"}
        == set(runs.measures.tables)
        == {"reliability", "confusion", "target_probability", "unknown", "shift"}
    )
    with pytest.raises(AttributeError, match=r"'classification' have no table 'confusion'.*reliab"):
        _ = replace(runs, tables={"reliability": runs.reliability}).confusion


def test_an_experiment_is_asked_for_by_its_key(mixed: Records) -> None:
    same = Experiment(**EXPERIMENTS[0].describe())
    assert mixed.missing([same]) == []
