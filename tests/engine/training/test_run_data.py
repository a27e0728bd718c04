"""What a run trains on, is validated on and is tested on."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from activation_study.catalogue import tasks
from activation_study.catalogue.tasks.task import Compose
from activation_study.engine.training import run_data
from activation_study.engine.training.run_data import RunData, Streams
from activation_study.experiment import Experiment

SCENES = Experiment(dataset="mnist-5k", task="scenes", head="sigmoid")


def prepared(experiment: Experiment) -> RunData:
    return run_data.prepare(experiment, Streams.of(experiment))


@pytest.mark.parametrize(
    ("name", "head"),
    [
        *dict.fromkeys(("scenes", "scenes_free", "scenes_pairs", "scenes_rare"), "sigmoid").items(),
        *dict.fromkeys(("strings_3", "pairs_3_8", "digits_0_7"), "softmax").items(),
        *dict.fromkeys(("balance", "balance_beyond", "shares"), "linear_mse").items(),
    ],
)
def test_parts_are_composed_apart(monkeypatch: pytest.MonkeyPatch, name: str, head: str) -> None:
    seen = []
    task = tasks.get(name)

    def watched(compose: Compose) -> Compose:
        def compose_and_tell(images, labels, generator):
            seen.append({image.tobytes() for image in images})
            return compose(images, labels, generator)

        return compose_and_tell

    own = dataclasses.replace(
        task,
        compose=watched(task.compose),
        compose_test=watched(task.compose_test or task.compose),
    )
    monkeypatch.setattr(tasks, "get", lambda name: own)
    experiment = SCENES.replace(task=name, head=head, seed=3)
    arrays = prepared(experiment)
    # Of no image that one part is made of, another is.
    assert [len(part) for part in seen] == [3_500, 500, 1_000]
    assert len(set.union(*seen)) == 5_000
    assert len(arrays.images) == len(arrays.wanted) == len(arrays.train_indices)
    if name not in ("pairs_3_8", "digits_0_7"):
        assert [len(arrays.images), len(arrays.validation.images)] == [3_500, 500]


def test_a_part_that_leaves_nothing_to_train_on_is_refused() -> None:
    experiment = SCENES.replace(task="pairs_3_8", head="softmax", train_size=1, seed=1)
    with pytest.raises(ValueError, match=r"'pairs_3_8' received 1 training images.*train_size="):
        prepared(experiment)


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


def test_labels_weigh_in_every_part_by_how_often_they_are_in_the_training_part() -> None:
    arrays = prepared(SCENES.replace(head="sigmoid_weighted"))
    weights = 1 / arrays.prior - 1
    for part in (arrays.validation, arrays.test):
        np.testing.assert_allclose(part.wanted, part.targets * weights, rtol=1e-6)
    assert (arrays.prior != prepared(SCENES.replace(head="sigmoid_weighted", seed=1)).prior).any()


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
