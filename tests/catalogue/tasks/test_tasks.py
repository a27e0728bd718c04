"""Tasks: what is in the catalogue, and the error for what is not."""

import pytest

from activation_study.catalogue import tasks


def test_digits_has_ten_exclusive_classes_judged_by_accuracy():
    task = tasks.get("digits")
    assert (task.name, task.num_classes, task.metric) == ("digits", 10, "accuracy")


def test_every_name_gives_the_task_of_that_name():
    assert [tasks.get(name).name for name in tasks.names()] == list(tasks.names())


def test_an_unknown_task_is_refused_with_accepted_names_and_the_nearest():
    with pytest.raises(ValueError, match=r"received 'digit'; accepted: digits.*mean 'digits'"):
        tasks.get("digit")


def test_a_name_that_resembles_none_gets_no_suggestion():
    with pytest.raises(ValueError, match=r"received 'zzz'; accepted: digits.*\.$") as caught:
        tasks.get("zzz")
    assert "Did you mean" not in str(caught.value)
