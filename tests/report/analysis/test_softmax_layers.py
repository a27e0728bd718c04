"""Hidden softmax layers are told apart, sized, and seen at birth as they were made up."""

import dataclasses

import pytest

from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.hidden_layers.softmax_layers import (
    STANDARDISED,
    TIMES_WIDTH,
    of_size,
    spread_at_birth,
    variants,
)
from report.softmax_runs import softmax_runs


def test_variants_are_the_tuned_evaluation_runs_of_the_page():
    frame = variants(softmax_runs())
    assert not frame["is_tuning"].any()
    assert "tanh" not in set(frame["hidden"])
    means = of_size(frame).groupby("variant")["accuracy"].mean()
    assert means[["softmax", TIMES_WIDTH, STANDARDISED, "ReLU"]].tolist() == pytest.approx(
        [0.61, 0.91, 0.96, 0.97]
    )
    assert of_size(frame, width=32)["variant"].tolist() == ["softmax"] * 2


def test_spread_is_that_before_the_first_step():
    born = spread_at_birth(softmax_runs())
    deep = born[born["depth"] == 4].groupby("layer")["spread"].mean()
    assert deep.tolist() == pytest.approx([1e-2, 1e-4, 1e-6, 1e-8])


def test_nothing_recorded_is_said():
    runs = softmax_runs()
    none = dataclasses.replace(runs, summary=runs.summary[:0])
    with pytest.raises(IncompleteRecordError, match="recorded yet"):
        variants(none)
