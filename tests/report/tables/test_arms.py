"""The arms of a study in tables: against values taken from the record by hand."""

from activation_study.report import analysis
from activation_study.report.tables import arms


def test_the_table_of_rates_marks_the_chosen_ones(runs):
    arm, reference = ({"hidden": name, "head": "softmax"} for name in ("exponential", "relu"))
    table = arms.rate_table(
        runs, {"exponential less relu": (arm, reference)}, "validation_accuracy"
    )
    chosen = analysis.chosen_rates(runs.summary)
    marked = table.frame.set_index("rate of both")["chosen for"]
    assert marked[f"{chosen['exponential', 'softmax']:g}"] in ("both", "exponential with softmax")
    assert marked["0.0001"] == ""
