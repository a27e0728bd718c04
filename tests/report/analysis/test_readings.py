"""Two readings of a training: the columns, the rate that is best for each, and what they do."""

import dataclasses

import pytest
import scipy.stats

from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.readings import (
    at_reading,
    column_of,
    head_effects,
    head_effects_by_rate,
)


def test_a_reading_has_columns_of_its_own(read_twice, read_once):
    assert column_of(read_twice.summary, "test_accuracy", "last") == "test_accuracy"
    assert column_of(read_twice.summary, "test_accuracy", "averaged") == "averaged_test_accuracy"
    with pytest.raises(IncompleteRecordError, match="no test accuracy at averaged weights"):
        column_of(read_once.summary, "test_accuracy", "averaged")
    with pytest.raises(ValueError, match="last, averaged"):
        column_of(read_once.summary, "test_accuracy", "best")


def test_a_reading_stands_at_the_rate_that_is_best_for_it(runs):
    role = "tuned_for_averaged_validation_accuracy"
    summary = runs.summary.assign(**{role: runs.summary["is_default"]})
    tuned = at_reading(dataclasses.replace(runs, summary=summary), "averaged").summary["is_tuned"]
    assert (tuned == runs.summary["is_default"]).all()
    assert (tuned != at_reading(runs, "last").summary["is_tuned"]).any()


def test_head_effects_are_paired_by_seed(read_twice, runs):
    found = head_effects(read_twice, runs, "sigmoid", "softmax")
    tuned = read_twice.where(is_tuned=True, hidden="tanh").summary
    values = tuned.pivot(index="seed", columns="head", values="test_accuracy")
    gaps = values["sigmoid"] - values["softmax"]
    own = found[found["hidden"] == "tanh"].set_index("reading")
    assert own["mean"].to_dict() == pytest.approx(
        {"last": gaps.mean(), "averaged": gaps.mean() - 0.01, "decayed": gaps.mean()}
    )
    nothing = dataclasses.replace(runs, summary=runs.summary.head(0))
    without = head_effects(read_twice, nothing, "sigmoid", "softmax")
    assert set(without["reading"]) == {"last", "averaged"}
    ends = scipy.stats.ttest_1samp(gaps, 0).confidence_interval()
    assert own.loc["last", ["low", "high"]].tolist() == pytest.approx(list(ends))


def test_head_effects_by_rate_are_means_over_hidden_activations(read_twice):
    summary = read_twice.where(is_tuning=True).summary
    summary = summary.assign(is_curve=True, averaged_test_accuracy=summary["validation_accuracy"])
    summary["test_accuracy"] = summary["validation_accuracy"]
    curve = dataclasses.replace(read_twice, summary=summary)
    found = head_effects_by_rate(curve, "sigmoid", "softmax").set_index("learning_rate")
    left_out = set(summary.loc[summary["diverged"], "learning_rate"])
    assert left_out
    assert not left_out & set(found.index)
    at = summary[summary["learning_rate"] == found.index[0]]
    means = at.groupby(["seed", "head"])["test_accuracy"].mean().unstack()
    expected = (means["sigmoid"] - means["softmax"]).mean()
    assert found["mean"].iloc[0] == pytest.approx(expected)
    assert set(found["reading"]) == {"last", "averaged"}
