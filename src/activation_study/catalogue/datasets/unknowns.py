"""Images that show nothing of what a network was trained on, each kind the same ones for all runs.

Most are made of the images that a task is tested on. Two are not: characters of KMNIST, and the
digits that a task leaves out.

KMNIST is by the ROIS-DS Center for Open Data in the Humanities, adapted from the Kuzushiji dataset
of the National Institute of Japanese Literature and others (doi:10.20676/00000341), licence
CC BY-SA 4.0. Where its file is neither here nor to be had, that kind is left out.

Reference:
    Clanuwat, Bober-Irizar, Kitamoto, Lamb, Yamamoto, Ha, "Deep Learning for Classical Japanese
    Literature", arXiv:1812.01718, 2018.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import cache

import numpy as np

from activation_study.catalogue.datasets.blocks import SIDE, scrambled
from activation_study.catalogue.datasets.idx_files import FOLDER_VARIABLE, IdxFile, read
from activation_study.errors import ChecksumError, DatasetError

_LOG = logging.getLogger(__name__)

MOST = 5_000
"""Images of each kind, or fewer where there are not as many to make them of."""

SEED = 20_251_126

LIT = 0.2
"""Share of the pixels that are not black in sparse noise: about that of a digit."""

KMNIST_MIRRORS = ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",)
KMNIST_TEST = IdxFile(
    "t10k-images-idx3-ubyte",
    (10_000, SIDE, SIDE),
    sha256="76fbd229ce87db80dd281af5e6670de4ad0e42fb30a7bd643972994c47c1f42e",
    gz_sha256="edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
    array_name="arr_0",
)
"""The test images, whose digests are those of MNIST's format whatever file they are read from."""

_ARCHIVE = "kmnist-test-imgs.npz"
"""The same images as their authors publish them for NumPy."""

Maker = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]
"""(Images, uint8 of shape (n, 784), their labels, generator) -> images of shape (m, 784)."""


def overlaid(images: np.ndarray, labels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return each image with one of another label over it: the lighter of both in each pixel."""
    order = np.argsort(labels, kind="stable")
    first, last = (np.searchsorted(labels[order], labels, side) for side in ("left", "right"))
    # A draw among the images of the other labels, those of its own being skipped.
    drawn = generator.integers(len(labels) - (last - first))
    others = order[np.where(drawn < first, drawn, drawn + last - first)]
    return np.maximum(images, images[others])


def sparse_noise(images: np.ndarray, _: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Return black images with a few pixels lit, each by the size of a normal draw of sd 1/2."""
    brightness = np.abs(0.5 * generator.standard_normal(images.shape, np.float32)).clip(max=1.0)
    is_lit = generator.random(images.shape, np.float32) < LIT
    return np.rint(255.0 * is_lit * brightness).astype(np.uint8)


MADE: dict[str, Maker] = {
    "noise": lambda images, _, generator: generator.integers(
        256, size=images.shape, dtype=np.uint8
    ),
    "sparse_noise": sparse_noise,
    "rotated": lambda images, *_: np.rot90(images.reshape(-1, SIDE, SIDE), axes=(1, 2)).reshape(
        images.shape
    ),
    "inverted": lambda images, *_: 255 - images,
    "scrambled": lambda images, _, generator: scrambled(images, generator),
    "shuffled": lambda images, _, generator: generator.permuted(images, axis=1),
    "overlaid": overlaid,
    "faint": lambda images, *_: np.rint(0.2 * images).astype(np.uint8),
    "blank": lambda images, *_: np.zeros_like(images[:1]),
}
"""Kind -> how it is made of images of the test part."""


def unknown_images(
    images: np.ndarray, labels: np.ndarray, left_out: np.ndarray
) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the kinds of unknown images: name, and uint8 array of shape (n, 784), n <= `MOST`.

    Args:
        images: what a task is tested on, uint8 of shape (examples, 784).
        labels: their classes, shape (examples,).
        left_out: test images of the digits that the task leaves out, if any.
    """
    for name, found in {"kmnist": kmnist(), "left_out": left_out}.items():
        if len(found):
            yield name, found[_chosen(found, name)]
    chosen = _chosen(images, "known")
    for name, make in MADE.items():
        yield name, make(images[chosen], labels[chosen], _generator(name))


@cache
def kmnist() -> np.ndarray:
    """Return the test images of KMNIST, uint8 of shape (10000, 784): none where they are missing.

    Raises:
        ChecksumError: there is a file of that name, and it holds something else.
    """
    try:
        (images,) = read("kmnist", [KMNIST_TEST], KMNIST_MIRRORS, _ARCHIVE)
    except ChecksumError:
        raise
    except DatasetError as error:
        _LOG.warning(
            "KMNIST is left out of the unknown images. Put %s.gz or %s into kmnist/ in the folder "
            "that %s names, or let it be downloaded (%s)",
            *(KMNIST_TEST.name, _ARCHIVE, FOLDER_VARIABLE, type(error).__name__),
        )
        images = np.zeros((0, SIDE, SIDE), np.uint8)
    return images.reshape(-1, SIDE * SIDE)


def _chosen(images: np.ndarray, name: str) -> np.ndarray:
    return _generator(name).permutation(len(images))[:MOST]


def _generator(name: str) -> np.random.Generator:
    """A stream of the kind's own, so that no other kind changes what it draws."""
    return np.random.default_rng([SEED, *name.encode()])
