"""Tasks: what is in the catalogue, and the error for what is not."""

import numpy as np
import pytest

from activation_study.catalogue import tasks


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
    recorded = set(task.measures.last_epoch) & set(task.measures.at_the_end)
    assert {task.tuning.metric, task.tuning.tie_breaker} <= recorded
    assert task.guess.keys() <= recorded | set(task.measures.course)


def test_label_noise_gives_the_share_a_wrong_label():
    labels = np.arange(10, dtype=np.uint8).repeat(500)
    noisy = tasks.get("digits").corrupt(labels, 0.3, np.random.default_rng(0))
    assert noisy.dtype == np.uint8
    assert noisy.max() <= 9
    assert np.mean(noisy != labels) == pytest.approx(0.3, abs=0.02)
    shifts = np.bincount((noisy[noisy != labels].astype(int) - labels[noisy != labels]) % 10)
    assert shifts[0] == 0
    assert shifts[1:].min() > 0.7 * shifts[1:].mean()


def test_every_name_gives_the_task_of_that_name():
    assert [tasks.get(name).name for name in tasks.names()] == list(tasks.names())
