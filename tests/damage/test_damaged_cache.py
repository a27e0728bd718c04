"""A damaged file of the working cache is set aside, whole, and its run is recorded again."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from activation_study.engine.records.cache import WorkingCache
from activation_study.engine.records.records import Records
from activation_study.experiment import Experiment
from damage.harm import POSITIONS, harmed
from engine.made_runs import made_run

EXPERIMENT = Experiment(dataset="mnist-5k", epochs=2)


def text_of(run: object) -> str:
    """Text, because NaN equals nothing, and the runs hold it."""
    return json.dumps(asdict(run), sort_keys=True)  # type: ignore[call-overload]


@pytest.fixture
def cache(tmp_path: Path) -> WorkingCache:
    return WorkingCache(tmp_path / "runs")


def test_every_changed_byte_is_noticed(
    cache: WorkingCache, rng: np.random.Generator, caplog: pytest.LogCaptureFixture
) -> None:
    run = made_run(EXPERIMENT)
    path = cache.write(run)
    whole = path.read_bytes()
    contents = []
    for harm, content in harmed(whole, rng):
        path.write_bytes(content)
        assert cache.read(run.key) is None, harm
        assert not path.exists(), harm
        contents.append(content)
        cache.write(run)
        assert path.read_bytes() == whole
        assert text_of(cache.read(run.key)) == text_of(run)
    assert len(caplog.messages) == len(contents) == 4 * POSITIONS
    kept = [file.read_bytes() for file in (cache.folder / "quarantine").iterdir()]
    assert sorted(kept) == sorted(contents)


SAME_VALUES = {
    "other spacing": lambda text: text.replace(": ", ":  ", 1),
    "line at the end": lambda text: text + "\n",
    "space before": lambda text: " " + text,
    "escaped letter": lambda text: text.replace("relu", r"\u0072elu", 1),
    "number in another spelling": lambda text: text.replace('"depth": 2', '"depth": 2e0', 1),
    "names in another order": lambda text: json.dumps(dict(reversed(json.loads(text).items()))),
    "name twice": lambda text: text.replace('"key": ', '"key": "other", "key": ', 1),
    "upper case digest": lambda text: text.replace(text[12:76], text[12:76].upper(), 1),
}


def test_another_spelling_of_the_same_values_is_damage(cache: WorkingCache) -> None:
    run = made_run(EXPERIMENT)
    for kind, spell in SAME_VALUES.items():
        path = cache.write(run)
        other = spell(path.read_text())
        assert other != path.read_text(), kind
        path.write_text(other)
        assert cache.read(run.key) is None, kind
        assert not path.exists()


def test_nesting_deeper_than_python_recurses_is_damage(cache: WorkingCache) -> None:
    path = cache.path(EXPERIMENT.key)
    path.parent.mkdir(parents=True)
    path.write_text("[" * 200_000)
    assert cache.read(EXPERIMENT.key) is None
    assert not path.exists()


def test_damage_that_another_process_set_aside_first_is_no_error(
    cache: WorkingCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cache.path(EXPERIMENT.key)
    path.parent.mkdir(parents=True)
    path.write_text("{")
    parse = json.loads

    def meanwhile(content: bytes) -> object:
        path.unlink()
        return parse(content)

    monkeypatch.setattr("activation_study.engine.records.cache.json.loads", meanwhile)
    assert cache.read(EXPERIMENT.key) is None


def test_a_damaged_run_counts_as_missing(
    tmp_path: Path, rng: np.random.Generator, caplog: pytest.LogCaptureFixture
) -> None:
    records = Records(tmp_path / "runs", tmp_path / "data")
    records.add(made_run(EXPERIMENT))
    assert Records(tmp_path / "runs", tmp_path / "data").missing([EXPERIMENT]) == []
    path = records.cache.path(EXPERIMENT.key)
    path.write_bytes(next(harmed(path.read_bytes(), rng))[1])
    with caplog.at_level(logging.WARNING):
        assert Records(tmp_path / "runs", tmp_path / "data").missing([EXPERIMENT]) == [EXPERIMENT]
    assert "will be repeated" in caplog.text
