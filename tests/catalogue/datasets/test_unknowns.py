"""Unknown images: what is in them, and that they are the same ones for all runs."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from activation_study import errors
from activation_study.catalogue import datasets
from activation_study.catalogue.datasets import unknowns as module
from activation_study.catalogue.datasets.unknowns import MADE, kmnist, overlaid, unknown_images
from catalogue.datasets.published_files import Published, put

TEST = datasets.load("mnist-5k").test
NONE = TEST.images[:0]
DIGEST = "d05506e4d7a08f5d44b8df6fce7652230d701b7218d9aaddd1562c7b44c69385"


@pytest.fixture
def file(monkeypatch, folder):
    """A small file in the place of KMNIST's, and no mirror."""
    published = Published("t10k-images-idx3-ubyte", seed=3, keras_name="arr_0")
    monkeypatch.setattr(module, "KMNIST_TEST", published.file)
    monkeypatch.setattr(module, "KMNIST_MIRRORS", ())
    kmnist.cache_clear()
    yield published
    kmnist.cache_clear()


def test_every_kind_is_the_same_each_time(file):
    made = dict(unknown_images(TEST.images, TEST.labels, NONE))
    assert tuple(made) == tuple(MADE)
    assert {(each.dtype.name, each.shape) for name, each in made.items() if name != "blank"} == {
        ("uint8", (1_000, 784))
    }
    found = hashlib.sha256()
    for images in made.values():
        found.update(images.tobytes())
    assert found.hexdigest() == DIGEST


def test_what_is_in_them(file):
    made = dict(unknown_images(TEST.images, TEST.labels, NONE))
    known = 255 - made["inverted"]
    assert {image.tobytes() for image in known} == {image.tobytes() for image in TEST.images}
    np.testing.assert_array_equal(made["blank"], np.zeros((1, 784)))
    np.testing.assert_array_equal(made["faint"], np.rint(known / 5))
    for turned, image in zip(made["rotated"][:20], known, strict=False):
        # The last column becomes the first row.
        np.testing.assert_array_equal(turned.reshape(28, 28)[0], image.reshape(28, 28)[:, 27])
        np.testing.assert_array_equal(turned.reshape(28, 28)[:, 0], image.reshape(28, 28)[0, ::-1])
    for name in ("shuffled", "scrambled"):
        assert (made[name] != known).any(axis=1).mean() > 0.99
        np.testing.assert_array_equal(np.sort(made[name]), np.sort(known))
    shares = np.bincount(made["noise"].ravel(), minlength=256) / made["noise"].size
    np.testing.assert_allclose(shares, 1 / 256, rtol=0.15)
    sparse = made["sparse_noise"] / 255
    assert (sparse > 0).mean() == pytest.approx(0.2, abs=0.005)
    # Of a normal of sd 1/2, P(0.5 < |x| < 1) = 0.272 and P(|x| > 1) = 0.046.
    assert ((sparse > 0.5) & (sparse < 1)).mean() == pytest.approx(0.2 * 0.272, abs=0.003)
    assert (sparse == 1).mean() == pytest.approx(0.2 * 0.046, abs=0.002)


def test_two_digits_are_of_different_labels_each_equally_often(rng):
    labels = np.array([0, 1, 1, 2, 2, 2] * 500)
    # An image is its own number as bits, so that the pixelwise maximum is read as a union.
    bits = 1 << np.arange(784) % 12
    images = (np.arange(len(labels))[:, None] & bits > 0).astype(np.uint8)
    seen = overlaid(images, labels, rng)
    union = seen[:, :12] @ (1 << np.arange(12))
    assert (union & np.arange(len(labels)) == np.arange(len(labels))).all()
    one_hot = np.zeros((len(labels), 784), np.uint8)
    one_hot[np.arange(len(labels)), labels] = 1
    pairs = overlaid(one_hot, labels, rng)[:, :3]
    np.testing.assert_array_equal(pairs.sum(axis=1), 2)
    of_zeros = pairs[labels == 0].mean(axis=0)
    np.testing.assert_allclose(of_zeros, [1, 2 / 5, 3 / 5], atol=0.08)


def test_images_from_elsewhere_are_drawn_where_they_are_there(file, folder):
    put(folder / "kmnist" / "t10k-images-idx3-ubyte.gz", file.gz)
    made = dict(unknown_images(TEST.images, TEST.labels, TEST.images[:7]))
    assert tuple(made) == ("kmnist", "left_out", *MADE)
    for name, source in (("kmnist", file.array.reshape(-1, 784)), ("left_out", TEST.images[:7])):
        assert {each.tobytes() for each in made[name]} == {each.tobytes() for each in source}


def test_the_archive_of_its_authors_is_read(file, folder):
    (folder / "kmnist").mkdir()
    np.savez(folder / "kmnist" / "kmnist-test-imgs.npz", file.array)
    np.testing.assert_array_equal(kmnist(), file.array.reshape(-1, 784))


def test_what_is_missing_is_named_and_files_of_mnist_are_not_taken_for_it(file, folder, caplog):
    put(folder / "t10k-images-idx3-ubyte.gz", b"MNIST's own")
    assert kmnist().shape == (0, 784)
    assert "left out of the unknown images. Put t10k-images" in caplog.text
    assert "into kmnist/ in the folder that ACTIVATION_STUDY_DATASETS names" in caplog.text


def test_a_damaged_file_is_not_left_out(file, folder):
    put(folder / "kmnist" / "t10k-images-idx3-ubyte.gz", file.gz[:-50])
    with pytest.raises(errors.ChecksumError, match=r"kmnist.*damaged, or another file"):
        kmnist()


def test_the_published_images_are_those_of_the_digest():
    """Where they are at hand; their format is that of MNIST's files."""
    kmnist.cache_clear()
    if not len(images := kmnist()):
        pytest.skip("KMNIST is not here")
    assert images.shape == (10_000, 784)
