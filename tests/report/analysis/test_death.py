"""What dead units cost, when they died, and what killed them, worked out by hand."""

import pytest

from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.hidden_layers import death
from report.dead_runs import HIGH, dead_record, dead_runs, run


def test_a_rate_is_held_against_as_many_units_dead_from_the_start() -> None:
    record = dead_record()
    costs = death.costs(record["dead-rate"], record["lesion"])
    high = costs.loc[HIGH]
    # Seed 0 has a half dead, hence 0.97; seed 1 0.7, four fifths of the way from 0.97 to 0.95.
    assert high["dead"] == pytest.approx(0.6)
    assert high["by_death"] == pytest.approx((0.97 + 0.954) / 2)
    assert high[["gap", "low", "high"]].tolist() == pytest.approx([-0.03] * 3)
    assert (high["accuracy"], high["unharmed"]) == pytest.approx((0.932, 0.98))
    # One in a hundred dead, a fiftieth of the way from 0.98 to 0.97.
    assert costs.loc[1e-3, "by_death"] == pytest.approx(0.9798)


def test_a_seed_without_a_lesion_takes_no_part() -> None:
    record = dead_record()
    more = dead_runs(run(7, 0.1, (1.0, 1.0), learning_rate=HIGH))
    with pytest.raises(IncompleteRecordError, match="both kinds"):
        death.costs(more, record["lesion"])


def test_layers_are_counted_at_the_end_of_the_judged_runs() -> None:
    layers = death.by_layer(dead_record()["dead-rate"])
    assert layers.loc[HIGH].to_dict() == pytest.approx({1: 0.75, 2: 0.45})


def test_a_history_holds_what_ever_was_dead() -> None:
    lives = death.histories(dead_record()["dead-rate"], HIGH)
    found = lives[["seed", "dead", "died"]].to_numpy().tolist()
    assert found == [
        *([0, "101", 0], [0, "011", 1], [0, "010", 1]),
        *([1, "011", 1], [1, "001", 2]),
    ]


def test_a_cause_is_one_change_and_the_first_study_that_has_it_counts() -> None:
    record = dead_record()
    by = {"Adam": [record["dead-causes"], record["dead-rate"]]}
    rows = death.causes(by | {"plain descent": [record["dead-causes-sgd"]]})
    rows = rows.set_index(["trained", "cause"])
    bias = rows.loc["Adam", "bias \N{MINUS SIGN}1"]
    assert bias.to_dict() == pytest.approx(
        {"born": 0.4, "dead": 0.5, "most": 1.0, "accuracy": 0.9, "num_runs": 2}
    )
    assert rows.loc[("Adam", "Keras's defaults"), "accuracy"] == pytest.approx(0.975)
    assert rows.loc[("Adam", "rate 0.0316"), "dead"] == pytest.approx(0.6)
    assert rows.loc[("plain descent", "pixels 0 to 255"), "dead"] == pytest.approx(0.95)
    # A rate of 0.01 is the usual one of plain descent; three layers are no cause of the list.
    assert rows.loc[("plain descent", "Keras's defaults"), "accuracy"] == pytest.approx(0.91)
    assert len(rows) == 5


def test_nothing_recorded_is_said() -> None:
    record = dead_record()
    empty = dead_runs(run(0, 0.9, is_tuning=True))
    for asked in (lambda: death.judged_runs(empty), lambda: death.lesioned(empty)):
        with pytest.raises(IncompleteRecordError, match="recorded yet"):
            asked()
    with pytest.raises(IncompleteRecordError, match=r"0\.5"):
        death.lesioned(record["lesion"], 0.5)
