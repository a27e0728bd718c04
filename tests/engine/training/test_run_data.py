"""What a run trains on, is validated on and is tested on."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from activation_study.catalogue import tasks
from activation_study.engine.training import run_data
from activation_study.engine.training.run_data import RunData, Streams
from activation_study.experiment import Experiment

SCENES = Experiment(dataset="mnist-5k", task="scenes", head="sigmoid")


def prepared(experiment: Experiment) -> RunData:
    return run_data.prepare(experiment, Streams.of(experiment))


def test_parts_are_composed_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    scenes = tasks.get("scenes")

    def compose(images, labels, generator):
        seen.append({image.tobytes() for image in images})
        return scenes.compose(images, labels, generator)

    monkeypatch.setattr(tasks, "get", lambda name: dataclasses.replace(scenes, compose=compose))
    arrays = prepared(SCENES.replace(seed=3))
    assert [len(part) for part in seen] == [3_500, 500, 1_000]
    assert len(set.union(*seen)) == 5_000
    sizes = [len(part[1]) for part in ((arrays.images, arrays.targets), arrays.validation)]
    assert sizes == [3_500, 500]
    assert arrays.train_indices.tolist() == list(range(3_500))


def test_examples_depend_on_the_seed_alone_and_the_test_set_on_nothing() -> None:
    first, same = prepared(SCENES), prepared(SCENES.replace(head="softmax", learning_rate=0.1))
    other = prepared(SCENES.replace(seed=1))
    np.testing.assert_array_equal(first.targets, same.targets)
    np.testing.assert_array_equal(first.validation[1], same.validation[1])
    assert (first.targets.numpy() != other.targets.numpy()).any()
    np.testing.assert_array_equal(first.test[0], other.test[0])
    np.testing.assert_array_equal(first.test[1], other.test[1])


def test_fewer_training_images_make_fewer_scenes() -> None:
    arrays = prepared(SCENES.replace(train_size=100, evaluation="validation"))
    assert arrays.images.shape == (100, 784)
    assert arrays.test is None


def test_streams_of_old_runs_stay_as_they_are() -> None:
    streams = Streams.of(Experiment(seed=5))
    before = np.random.SeedSequence(5).spawn(5)
    for name, stream in zip(("split", "weights", "batches", "noise", "null"), before, strict=True):
        np.testing.assert_array_equal(
            getattr(streams, name).generate_state(4), stream.generate_state(4)
        )
