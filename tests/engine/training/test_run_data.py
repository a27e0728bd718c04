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
    sizes = [len(part[1]) for part in ((arrays.images, arrays.wanted), arrays.validation)]
    assert sizes == [3_500, 500]
    assert arrays.train_indices.tolist() == list(range(3_500))


def test_examples_depend_on_the_seed_alone_and_the_test_set_on_nothing() -> None:
    first, same = prepared(SCENES), prepared(SCENES.replace(head="softmax", learning_rate=0.1))
    other = prepared(SCENES.replace(seed=1))
    np.testing.assert_array_equal(first.wanted, same.wanted)
    np.testing.assert_array_equal(first.validation[1], same.validation[1])
    assert (first.wanted.numpy() != other.wanted.numpy()).any()
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


def test_the_prior_of_scenes_is_how_often_each_label_is_there_in_the_training_part() -> None:
    arrays = prepared(SCENES)
    expected = arrays.wanted.numpy().mean(axis=0)
    np.testing.assert_allclose(arrays.prior, expected, atol=2e-4)
    assert prepared(SCENES.replace(task="digits")).prior == 0.1


def test_negatives_are_training_images_in_pieces_that_belong_to_no_class() -> None:
    plain = prepared(Experiment(dataset="mnist-5k"))
    arrays = prepared(Experiment(dataset="mnist-5k", negatives=0.2))
    before, added = np.split(arrays.train_indices, [3_500])
    np.testing.assert_array_equal(before, plain.train_indices)
    assert len(added) == 700
    assert set(arrays.wanted.numpy()[added]) == {10}
    sources = plain.images.numpy()[plain.train_indices]
    pieces = arrays.images.numpy()[added]

    def blocks(images: np.ndarray) -> list[list[bytes]]:
        cut = images.reshape(-1, 4, 7, 4, 7).transpose(0, 1, 3, 2, 4).reshape(-1, 16, 49)
        return [sorted(block.tobytes() for block in image) for image in cut]

    known = {tuple(each) for each in blocks(sources)}
    assert all(tuple(each) in known for each in blocks(pieces))
    assert not {each.tobytes() for each in sources} & {each.tobytes() for each in pieces}
