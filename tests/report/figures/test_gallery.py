"""Galleries show a task's pictures with what is wanted of each."""

from __future__ import annotations

import numpy as np
import pytest

from activation_study.catalogue import datasets, tasks
from activation_study.report import figures
from activation_study.report.figures.output_layers.gallery import NUM_EXAMPLES, examples, said


@pytest.mark.parametrize(
    ("target", "kind", "words"),
    [
        (np.uint8(3), "one label", "class 3"),
        (np.array([1, 0, 0, 1], np.uint8), "labels", "0 3"),
        (np.zeros(4, np.uint8), "labels", "none"),
        (np.array([-3.4], np.float32), "numbers", "\N{MINUS SIGN}3.4"),
        (np.array([0.281, 0.2], np.float32), "numbers", "0.28 0.2"),
    ],
)
def test_targets_in_words(target: np.ndarray, kind: str, words: str) -> None:
    assert said(target, kind) == words


def test_a_digit_stands_below_its_own_class() -> None:
    train = datasets.load("mnist-5k").train
    known = dict(zip((image.tobytes() for image in train.images), train.labels, strict=True))
    for image, words in examples(tasks.get("digits")):
        assert words == f"class {known[image.tobytes()]}"


@pytest.mark.parametrize("name", tasks.names())
def test_what_is_drawn_is_what_is_given(name: str) -> None:
    given = examples(tasks.get(name))
    picture = figures.gallery(name)
    assert len(given) == len(picture.figure.axes) == NUM_EXAMPLES
    for axes, (image, words) in zip(picture.figure.axes, given, strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), image)
        assert axes.get_title(loc="left").replace("\n", " ") == words
        assert words in picture.alt


def test_beyond_what_was_seen_is_marked_as_the_test() -> None:
    words = [each for _, each in examples(tasks.get("balance_beyond"))]
    sizes = [
        abs(float(each.removeprefix("test: ").replace("\N{MINUS SIGN}", "-"))) for each in words
    ]
    assert [each.startswith("test: ") for each in words] == [size > 5 for size in sizes]
    assert sum(size > 5 for size in sizes) == len(words) // 2


def test_the_pictures_are_the_same_every_time() -> None:
    one, other = figures.gallery("scenes_pairs"), figures.gallery("scenes_pairs")
    assert one.svg() == other.svg()
    assert one.narrow().figure.get_size_inches()[0] < one.figure.get_size_inches()[0]
