"""The arms of a study in tables: against values taken from the record by hand."""

import numpy as np
import pytest

from activation_study.report import analysis
from activation_study.report.tables import arms


@pytest.fixture
def course(runs):
    return analysis.two_heads_side_by_side(
        runs, "sigmoid", "softmax", hidden=("relu", "sigmoid", "selu")
    )


def test_course_as_a_table(course):
    course.loc["relu", ["first_accuracy", "ahead_from"]] = [-0.0123, np.nan]
    row = arms.course_table(course, "sigmoid", "softmax").frame.iloc[0]
    assert row["after epoch 1, points"] == "-1.23"
    assert row["ahead from epoch"] == "never"
    assert row["temperature"] == "1.10 and 1.10"
    assert row["lowest NLL at epoch"].split(" and ") == [
        f"{course.loc['relu', f'{head}_nll_epoch']:.0f}" for head in ("sigmoid", "softmax")
    ]


def test_leads_had_each_run_been_stopped_as_a_table(runs):
    found = analysis.if_stopped_early(runs, "sigmoid", "softmax", hidden=("tanh", "relu"))
    found.loc["relu", "lowest_nll"] = -0.0123
    row = arms.stopped_table(found, "sigmoid", "softmax").frame.iloc[1]
    assert row["at each run's lowest NLL"] == "-1.23"


def test_the_table_of_rates_marks_the_chosen_ones(runs):
    arm, reference = ({"hidden": name, "head": "softmax"} for name in ("exponential", "relu"))
    table = arms.rate_table(
        runs, {"exponential less relu": (arm, reference)}, "validation_accuracy"
    )
    chosen = analysis.chosen_rates(runs.summary)
    marked = table.frame.set_index("rate of both")["chosen for"]
    assert marked[f"{chosen['exponential', 'softmax']:g}"] in ("both", "exponential with softmax")
    assert marked["0.0001"] == ""
