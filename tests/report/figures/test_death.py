"""Dead units: what is drawn is what was recorded."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from activation_study.report import figures
from report.dead_runs import HIGH, dead_record, dead_runs, run


def line(axes, name):
    (found,) = (one for one in axes.get_lines() if one.get_label() == name)
    return found


def test_doses_stand_where_so_many_are_dead_and_so_many_right() -> None:
    record = dead_record()
    picture = figures.death_doses(record["dead-rate"], record["lesion"])
    (axes,) = picture.figure.axes
    drawn = line(axes, "dead from the start, rate 0.001")
    np.testing.assert_allclose(drawn.get_xdata(), [0, 50, 75, 100])
    np.testing.assert_allclose(drawn.get_ydata(), [2, 3, 5, 90])
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    labels = {text.get_text(): text.xy for text in axes.texts}
    assert labels["0.0316"] == pytest.approx((60, 6.8))
    assert (
        "60 % dead and 93.20 % right, and with as many dead from the start 96.20 %" in picture.alt
    )
    # Both seeds have the same gap, which leaves no doubt.
    assert "0.0316 ReLU gets 300 of 10,000 images fewer right" in picture.title


def test_a_gap_that_is_not_shown_has_a_neutral_title() -> None:
    record = dead_record()
    rates = dead_runs(run(0, 0.99, (0.5, 0.5), learning_rate=HIGH),
                      run(1, 0.90, (0.5, 0.5), learning_rate=HIGH))  # fmt: skip
    picture = figures.death_doses(rates, record["lesion"])
    assert picture.title.startswith("Accuracy by the share of dead units")


def test_rates_are_drawn_by_function() -> None:
    picture = figures.death_by_rate(dead_record()["dead-rate"])
    above, below = picture.figure.axes
    np.testing.assert_allclose(line(above, "ReLU").get_ydata(), [2, 6.8])
    np.testing.assert_allclose(line(below, "ReLU").get_ydata(), [1, 60])
    np.testing.assert_allclose(line(below, "leaky ReLU").get_ydata(), [0])
    assert "ReLU 93.2 % and leaky ReLU 96.0 %" in picture.title


def test_a_life_is_black_where_the_unit_was_dead() -> None:
    picture = figures.life_histories(dead_record()["dead-rate"])
    assert [axes.get_title("left") for axes in picture.figure.axes] == [
        f"layer {layer}, rate {rate}" for layer in (1, 2) for rate in (0.001, 0.0316)
    ]
    (drawn,) = picture.figure.axes[-1].get_lines()
    # Of the first seed: one dead at birth and at the end, one from epoch 1 on, one in epoch 1.
    x = drawn.get_xdata()
    strokes = [pair.tolist() for pair in x[~np.isnan(x)].reshape(-1, 2)]
    assert strokes == [[-0.5, 0.5], [1.5, 2.5], [0.5, 2.5], [0.5, 1.5]]
    assert "no run at these rates" in figures.life_histories(dead_record()["dead-rate"], [0.5]).alt


def test_causes_are_ranked_by_how_many_end_dead() -> None:
    record = dead_record()
    causes = {"Adam": [record["dead-causes"]], "plain descent": [record["dead-causes-sgd"]]}
    picture = figures.death_causes(causes)
    left, right = picture.figure.axes
    names = [label.get_text() for label in left.get_yticklabels()]
    assert names == ["pixels 0 to 255", "bias \N{MINUS SIGN}1", "Keras's defaults"]
    assert [bar.get_width() for bar in right.patches] == pytest.approx([0.5, 95])
    assert {text.get_text() for text in left.texts} == {"97.50 %", "90.00 %"}
    assert line(left, "in the layer with the most").get_xdata().tolist() == [1, 100]
    assert "pixels 0 to 255 (plain descent): 95 %, and 10.00 %" in picture.title


def test_second_lives_end_where_the_record_does() -> None:
    picture = figures.second_lives(dead_record()["revival"])
    above, below = picture.figure.axes
    np.testing.assert_allclose(line(above, "the default rate").get_ydata(), 4.5)
    np.testing.assert_allclose(line(below, "the same rate").get_ydata(), 60)
    assert "with the default rate and dead units drawn anew: 96.50 %" in picture.title


def test_networks_that_are_born_dead_stand_between_their_bounds() -> None:
    rows = [
        (1, 9, 0.99, 1.0, 0.995, np.nan, np.nan, np.nan),
        (2, 9, 0.8, 0.9, 0.85, 0.82, 0.76, 0.87),
        (4, 9, 0.01, 0.3, 0.012, np.nan, np.nan, np.nan),
        (2, 32, 0.99, 1.0, 1.0, np.nan, np.nan, np.nan),
    ]
    names = ["width", "depth", "lower", "upper", "drawn", "built", "low", "high"]
    picture = figures.born_dead(pd.DataFrame(rows, columns=names))
    (axes,) = picture.figure.axes
    np.testing.assert_allclose(
        line(axes, "9 hidden layers, drawn").get_xydata(), [[1, 99.5], [2, 85], [4, 1.2]]
    )
    band = axes.collections[0].get_paths()[0].vertices
    assert {(2, 80), (2, 90), (4, 30)} <= {tuple(point) for point in band.round(6)}
    (bars,) = axes.containers
    assert bars.lines[0].get_ydata() == pytest.approx([82])
    (segment,) = bars.lines[2][0].get_segments()
    np.testing.assert_allclose(segment[:, 1], [76, 87])
    assert picture.title.startswith("With 2 units in each of 9 hidden layers 85 %")
    assert picture.title.endswith("with 4 units 1.2 %.")
    assert "82 % with 2. 32 hidden layers: " in picture.alt


def test_nothing_recorded_is_said() -> None:
    record = dead_record()
    none = {
        name: dataclasses.replace(runs, summary=runs.summary[:0]) for name, runs in record.items()
    }
    for picture in (
        figures.death_doses(none["dead-rate"], none["lesion"]),
        figures.death_by_rate(none["dead-rate"]),
        figures.life_histories(none["dead-rate"]),
        figures.death_causes({"Adam": [none["dead-causes"]]}),
        figures.second_lives(none["revival"]),
    ):
        assert "recorded yet" in picture.alt
