"""Whatever a field is given: an experiment with a key, or a ValueError that helps."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activation_study.experiment import FIELDS, MOST_EXPERIMENTS, Experiment, grid
from fuzz.wild import EXAMPLES, TEXT, VALUES

GOOD = {
    "dataset": "mnist-5k",
    "hidden": "tanh",
    "head": "sigmoid",
    "architecture": "cnn",
    "depth": 2,
    "learning_rate": 0.1,
    "train_size": 100,
    "seed": 7,
}
ACCEPTED = ("accepted", "must be", "needs a", "by name", "give")


def assert_helps(error: ValueError) -> None:
    """It says what was received and what is accepted, in a text that a terminal can show."""
    message = str(error)
    assert type(error) is ValueError
    assert "received" in message
    assert any(word in message for word in ACCEPTED), message
    assert len(message) < 2_000
    message.encode()


def assert_whole(experiment: Experiment) -> None:
    """Its description is JSON, and gives the same experiment again."""
    assert len(experiment.key) == 64
    again = Experiment(**json.loads(json.dumps(experiment.describe(), allow_nan=False)))
    assert again == experiment
    assert again.key == experiment.key


@EXAMPLES
@given(st.sampled_from(FIELDS), VALUES)
def test_any_value_of_any_field(field: str, value: Any) -> None:
    try:
        experiment = Experiment(**{field: value})
    except ValueError as error:
        assert_helps(error)
    else:
        assert_whole(experiment)


@EXAMPLES
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, min_size=2, max_size=5), st.data())
def test_any_values_of_several_fields(fields: dict[str, Any], data: st.DataObject) -> None:
    good = data.draw(st.dictionaries(st.sampled_from(sorted(GOOD)), st.none()))
    for make in (Experiment, Experiment().replace):
        try:
            experiment = make(**(fields | {field: GOOD[field] for field in good}))
        except ValueError as error:
            assert_helps(error)
        else:
            assert_whole(experiment)


@EXAMPLES
@given(TEXT.filter(lambda name: name not in FIELDS), VALUES)
def test_any_other_field(name: str, value: Any) -> None:
    for make in (Experiment, Experiment().replace, grid):
        with pytest.raises(ValueError, match="Unknown field of Experiment: received") as caught:
            make(**{name: value})
        assert_helps(caught.value)


@EXAMPLES
@given(VALUES)
def test_any_value_without_a_name(value: Any) -> None:
    with pytest.raises(ValueError, match="by name") as caught:
        Experiment(value)  # type: ignore[misc]
    assert_helps(caught.value)


def generator(values: Iterable[Any]) -> Iterable[Any]:
    """The values, once and of unknown number."""
    yield from values


@EXAMPLES
@given(
    st.dictionaries(st.sampled_from(FIELDS), st.lists(VALUES, max_size=3) | VALUES, max_size=3),
    st.booleans(),
)
def test_any_grid(axes: dict[str, Any], as_generator: bool) -> None:
    given_axes = {
        field: generator(axis) if as_generator and isinstance(axis, list) else axis
        for field, axis in axes.items()
    }
    try:
        experiments = grid(**given_axes)
    except ValueError as error:
        assert_helps(error)
    else:
        assert experiments
        for experiment in experiments[:3]:
            assert_whole(experiment)


@pytest.mark.parametrize(
    "axes",
    [
        {"seed": itertools.count()},
        {"seed": iter(int, 1)},
        {"seed": range(2**62)},
        {"seed": range(MOST_EXPERIMENTS), "depth": [1, 2]},
        {"seed": []},
        {"seed": b"ab"},
        {"hidden": {"relu": 1, "tanh": 2}},
    ],
    ids=["endless", "endless zeros", "long", "many", "empty", "bytes", "mapping"],
)
def test_grids_that_no_machine_can_mean(axes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="received") as caught:
        grid(**axes)
    assert_helps(caught.value)


def test_none_of_this_has_imported_tensorflow() -> None:
    # In a process of its own, where no other test can have imported it.
    import subprocess

    program = """
import sys
from activation_study.experiment import Experiment, grid
for wrong in (dict(hidden=lambda x: x), dict(depth=object()), dict(lr=1)):
    try:
        Experiment(**wrong)
    except ValueError:
        pass
    else:
        raise AssertionError(wrong)
assert "tensorflow" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)
