"""What a figure gives as its numbers is what was drawn into it, and no more."""

from __future__ import annotations

import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from activation_study.report import figures
from activation_study.report.drawing import parts, tiles
from activation_study.report.drawing.looks import Look
from activation_study.report.drawing.numbers import drawn_numbers
from activation_study.report.drawing.picture import Picture


@pytest.fixture
def axes():
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def test_every_run_and_interval_of_a_row_stands_with_its_name(axes):
    runs = pd.DataFrame({"arm": pd.Categorical(list("aabb")), "value": [1.0, 3.0, 5.0, 5.0]})
    axes.set_yticks([0, 1], ["a < 1", "b"])
    parts.draw_rows(axes, runs, "value", "arm", "arm", {name: Look("#123456") for name in "ab"})
    parts.draw_margin(axes, 2.0)
    found = drawn_numbers(axes.figure)
    assert set(found["colour"]) == {"#123456"}
    by_row = found.groupby("y")["x"].apply(list)
    # Each run once, both ends of the interval, the mean; the margin is no number of the figure.
    assert by_row["a < 1"] == pytest.approx([1, 3, 2 - 12.7062, 2 + 12.7062, 2], abs=1e-4)
    assert by_row["b"] == [5.0] * 5


def test_an_interval_that_is_not_known_is_no_number(axes):
    axes.hlines([0, 1], [1.0, np.nan], [2.0, np.nan])
    found = drawn_numbers(axes.figure)
    assert found[["x", "y", "x_end"]].to_numpy().tolist() == [[1, 0, 2]]


def test_bands_bars_lines_points_and_tiles_stand_as_they_are_drawn(axes):
    axes.fill_between([1, 2], [3, 4], [5, 6], label="band")
    axes.barh([0], [7], left=1)
    axes.hlines([2], 0, 9)
    axes.scatter([8], [9], label="dots")
    axes.scatter([1, 1], [2, 2], s=[26, 52], label="sized")
    tiles.tile(axes, 1, 1, "red", 0.5)
    axes.text(1, 1, "42")
    axes.text(1, 1, "no number")
    axes.set_title("two\nlines")
    found = drawn_numbers(axes.figure).set_index("kind")
    assert set(found["panel"]) == {"two lines"}
    assert found.loc["band", ["x", "y", "y_end"]].to_numpy().tolist() == [[1, 3, 5], [2, 4, 6]]
    assert found.loc["bar", ["x", "x_end"]].tolist() == [1, 8]
    assert found.loc["line", ["x", "y", "x_end"]].tolist() == [0, 2, 9]
    points = found.loc["point", ["name", "x", "y", "size"]].fillna(0).to_numpy().tolist()
    assert points == [["dots", 8, 9, 0], ["sized", 1, 2, 26], ["sized", 1, 2, 52]]
    assert found.loc["number", "text"] == "42"
    assert len(found) == 8


def test_a_picture_holds_its_numbers_as_csv_that_cannot_end_early(axes):
    axes.plot([1, 2], [np.pi, 4], label="a</script>b & c")
    shown = BeautifulSoup(Picture(axes.figure, "alt")._repr_html_(), "html.parser")
    text = BeautifulSoup(shown.select_one('script[type="text/csv"]').string, "html.parser").text
    found = pd.read_csv(io.StringIO(text))
    assert found["name"].tolist() == ["a</script>b & c"] * 2
    assert found["y"].tolist() == [3.14159, 4]


def test_a_figure_s_numbers_are_those_of_the_runs(runs):
    picture = figures.rate_curve(runs)
    found = drawn_numbers(picture.figure)
    summary = runs.summary.query(
        "is_tuning and head == 'softmax' and not diverged and hidden != 'exponential'"
    )
    expected = 100 * (1 - summary["validation_accuracy"])
    drawn = found["y"].to_numpy()
    assert all(np.isclose(drawn, value).any() for value in expected)
