"""Tasks: what is in the catalogue, and the error for what is not."""

import numpy as np
import pytest

from activation_study.catalogue import datasets, tasks


def test_digits_is_judged_by_accuracy_and_guessed_by_equal_probabilities():
    task = tasks.get("digits")
    assert (task.name, task.num_outputs, task.tuning.metric) == ("digits", 10, "accuracy")
    probabilities, labels = np.full((10, 10), 0.1), np.arange(10)
    measured = task.measures.watch(probabilities, labels)
    guess = {name: task.guess[name] for name in task.guess.keys() & measured.keys()}
    assert {name: measured[name] for name in guess} == pytest.approx(guess)
    # A constant answer is right as often in every epoch.
    of_the_course = task.guess.keys() - measured.keys()
    assert of_the_course == {"area_under_validation_accuracy", "area_after_first_epoch"}
    assert {task.guess[name] for name in of_the_course} == {task.guess["accuracy"]}


@pytest.mark.parametrize("name", tasks.names())
def test_tuning_and_guess_name_measures_that_are_recorded(name):
    task = tasks.get(name)
    watched, tested = set(task.measures.last_epoch), set(task.measures.at_the_end)
    assert {task.tuning.metric, task.tuning.tie_breaker} <= watched & tested
    assert task.guess.keys() <= watched | tested | set(task.measures.course)


@pytest.mark.parametrize("name", ["digits", "pairs_3_8", "strings_3"])
def test_label_noise_gives_the_share_a_wrong_label(name):
    task = tasks.get(name)
    labels = (np.arange(5_000) % task.num_outputs).astype(task.target_dtype)
    noisy = task.corrupt(labels, 0.3, np.random.default_rng(0))
    assert noisy.dtype == labels.dtype
    assert noisy.max() == task.num_outputs - 1
    assert np.mean(noisy != labels) == pytest.approx(0.3, abs=0.02)
    shifts = (noisy[noisy != labels].astype(int) - labels[noisy != labels]) % task.num_outputs
    assert shifts.min() > 0
    by_size, _ = np.histogram(shifts, min(9, task.num_outputs - 1), (1, task.num_outputs))
    assert by_size.min() > 0.7 * by_size.mean()


def test_every_name_gives_the_task_of_that_name():
    assert [tasks.get(name).name for name in tasks.names()] == list(tasks.names())


def test_a_constant_answer_of_shares_scores_as_the_task_says():
    train, task = datasets.load("mnist-5k").train, tasks.get("shares")
    targets = task.compose(train.images, train.labels, np.random.default_rng(0)).targets
    measured = task.measures.watch(np.tile(targets.mean(axis=0), (len(targets), 1)), targets)
    # The package's images are a part of MNIST's.
    assert measured == pytest.approx(dict(task.guess), rel=0.05, abs=1e-6)


@pytest.mark.parametrize("name", tasks.names())
def test_classes_are_equally_likely_and_other_priors_are_measured(name):
    task = tasks.get(name)
    is_class = task.targets == "one label"
    assert task.prior == (1 / task.num_outputs if is_class else None)
    assert (task.corrupt is not None) == is_class
