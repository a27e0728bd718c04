"""What a softmax is given of several labels, and what it decides."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import scipy.special

from activation_study.catalogue import heads

TARGETS = np.array([[0, 0, 0, 0], [0, 1, 0, 0], [1, 0, 0, 1], [1, 1, 1, 0]], np.uint8)
NONE, ONE, TWO, THREE = range(4)
# No class, as of an image that belongs to none of four.
CLASSES = np.array([4, 2], np.uint8)


def wanted(name, targets):
    return heads.get(name).wanted(targets, 4)


def test_labels_share_one_and_an_empty_scene_is_uniform_or_none():
    shares = [[0, 1, 0, 0], [0.5, 0, 0, 0.5], [1 / 3, 1 / 3, 1 / 3, 0]]
    np.testing.assert_allclose(wanted("softmax_shared", TARGETS), [[0.25] * 4, *shares])
    with_none = np.hstack([[[0] * 4, *shares], [[1], [0], [0], [0]]])
    np.testing.assert_allclose(wanted("softmax_none", TARGETS), with_none)
    with_count = np.hstack([[[0] * 4, *shares], np.eye(4)])
    np.testing.assert_allclose(wanted("softmax_count", TARGETS), with_count)
    np.testing.assert_allclose(wanted("softmax_shared", CLASSES), [[0.25] * 4, [0, 0, 1, 0]])
    assert wanted("softmax_none", CLASSES) is CLASSES
    assert heads.get("softmax_none").num_outputs(4) == 5
    assert wanted("sigmoid_one", np.array([0, 1])).tolist() == [[0], [1]]


def test_the_gradient_of_an_empty_scene_reaches_only_the_count():
    from catalogue.heads.keras_losses import of_head

    head = heads.get("softmax_count")
    scores = np.random.default_rng(0).normal(size=(1, 8))
    _, gradient = of_head(head, "labels", scores, wanted("softmax_count", TARGETS[[NONE]]))
    assert not gradient[:, :4].any()
    assert gradient[:, 4:].all()


def test_powerset_has_a_class_for_each_of_176_sets_and_adds_them_up_by_label():
    head = heads.get("powerset")
    sets = [set(each) for k in range(4) for each in itertools.combinations(range(10), k)]
    assert head.num_outputs(10) == len(sets) == 176
    rows = np.array([[label in each for label in range(10)] for each in sets], np.uint8)
    order = np.random.default_rng(0).permutation(len(sets))
    np.testing.assert_array_equal(head.wanted(rows[order], 10), order)
    z = np.random.default_rng(1).normal(scale=3.0, size=(20, 176))
    p = scipy.special.softmax(z, axis=1)
    by_label = [
        [sum(row[i] for i, each in enumerate(sets) if label in each) for label in range(10)]
        for row in p
    ]
    read = head.read(z, "labels")
    np.testing.assert_allclose(read.predictions, by_label, rtol=1e-12)
    np.testing.assert_array_equal(read.decided, rows[p.argmax(axis=1)])


@pytest.mark.parametrize("name", ["powerset", "softmax_count"])
def test_more_labels_than_a_head_knows_are_refused(name):
    with pytest.raises(ValueError, match="an example with 4 labels; accepted: at most 3"):
        wanted(name, np.ones((1, 4), np.uint8))


def test_softmax_count_calls_as_many_labels_as_it_counts():
    labels = np.tile([0.1, 0.4, 0.3, 0.2], (4, 1))
    counts = np.eye(4)
    decided = heads.get("softmax_count").read(np.hstack([labels, counts]), "labels").decided
    assert decided.tolist() == [[0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 1, 0], [0, 1, 1, 1]]


def test_softmax_none_calls_the_set_whose_target_it_misses_by_least():
    head = heads.get("softmax_none")
    targets = wanted("softmax_none", TARGETS)
    noise = np.random.default_rng(0).dirichlet(np.ones(5), size=4)
    scores = np.log(0.9 * targets + 0.1 * noise)
    np.testing.assert_array_equal(head.read(scores, "labels").decided, TARGETS)
    # Against all 16 sets, one by one: no label's rank matters but that of its probability.
    scores = np.random.default_rng(1).normal(scale=2.0, size=(300, 5))
    sets = np.array(list(np.ndindex(2, 2, 2, 2)))
    of_sets = np.vstack([wanted("softmax_none", sets[[i]]) for i in range(16)])
    p = scipy.special.softmax(scores, axis=1)
    divergence = scipy.special.rel_entr(of_sets[np.newaxis], p[:, np.newaxis]).sum(axis=2)
    expected = sets[divergence.argmin(axis=1)]
    np.testing.assert_array_equal(head.read(scores, "labels").decided, expected)
    assert 0 < (~expected.any(axis=1)).mean() < 1


def test_only_labels_are_decided():
    assert heads.get("softmax_none").read(np.zeros((1, 5)), "one label").decided is None
    assert heads.get("sigmoid").read(np.zeros((1, 5)), "labels").decided is None
