"""The page's costs are those of the file, with or without the contenders that are optional."""

import json

import numpy as np
import pytest

from activation_study.report.figures.costs import growth
from activation_study.report.tables import costs

FIT, OURS, JAX = "model.fit, defaults", "this engine", "JAX, compiled"


def row(name, setting, seconds):
    return {
        "name": name,
        "setting": setting,
        "processes": 1,
        "seconds_per_epoch": seconds,
        "seconds_min": 0.9 * seconds,
        "seconds_low_quartile": 0.95 * seconds,
        "seconds_high_quartile": 1.1 * seconds,
        "epochs_per_second": 1 / seconds,
    }


def content():
    def point(what, value, seconds):
        return {what: value, "parameters": 1000 * value, "seconds_per_epoch": seconds}

    return {
        "date": "2031-02-03",
        "short": False,
        "num_images": 55_000,
        "machine": {
            "python": "3.1", "tensorflow": "1.2", "keras": "3.4", "numpy": "5.6",
            "cpu": "Toy <CPU>", "cores": 2,
        },
        "rows": [
            row(OURS, "one", 0.5), row(OURS, "two", 0.6), row(FIT, "one", 2.0), row(FIT, "two", 3.0)
        ],
        "roofline": {
            "fastest_products": "matrix products, Toy", "products_gigaflops_per_second": 99.6,
            "cached_gigabytes_per_second": 70.0, "copied_gigabytes_per_second": 20.0,
            "products_seconds": 0.3, "optimizer_seconds": 0.02, "images_seconds": 0.01,
            "seconds_per_epoch": 0.33,
        },
        "runs": {},
        "growth": {
            "width": [point("width", 32, 0.1), point("width", 1024, 8.0)],
            "depth": [point("depth", 1, 0.3), point("depth", 8, 0.9)],
            "workers": [
                point("workers", 1, 0.5), point("workers", 2, 0.5), point("workers", 4, 1.0)
            ],
        },
        "scheduling": {
            "in_flight": 256, "run_seconds": 5.0, "workers_fed": 77,
            "points": [
                {
                    "workers": workers, "runs": 200, "run_seconds_mean": 0.1234,
                    "pause_seconds": 0.01 * workers, "driver_seconds": 0.0065,
                    "scheduler_seconds": 0.002, "bytes_of_a_run": 14_321,
                }
                for workers in (1, 8)
            ],
        },
        "targets": [
            {
                "name": "a", "relation": "at least", "bound": 7.0, "value": 7.25, "met": True,
                "at_roofline": 9.5,
            },
            {
                "name": "b", "relation": "more than", "bound": 1000.0, "value": 950.4,
                "met": False, "at_roofline": 990.0,
            },
            {
                "name": "c", "relation": "at most", "bound": 1.0, "value": None, "met": None,
                "at_roofline": None,
            },
        ],
    }  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def to_file(found):
        path = tmp_path / "results.json"
        path.write_text(json.dumps(found))
        return path

    return to_file


def test_epochs_are_listed_setting_by_setting_beside_fit(write):
    table = costs.epochs(write(content()))
    shown = table.frame[["what", "at work", "relative to model.fit"]].to_numpy().tolist()
    assert shown == [
        [OURS, "one", "0.25"],
        [FIT, "one", "1.00"],
        [OURS, "two", "0.20"],
        [FIT, "two", "1.00"],
    ]
    assert table.frame["middle half"].iloc[0] == "0.475 to 0.550"
    assert "55,000 images" in table.note
    assert "2 cores of Toy <CPU>, with Python 3.1, TensorFlow 1.2, Keras 3.4 and NumPy 5.6." in (
        table.note
    )
    assert table.note.endswith("Not installed there: PyTorch and JAX.")
    assert "Toy &lt;CPU&gt;" in table._repr_html_()


def test_optional_contenders_are_shown_where_they_were_measured(write):
    found = content()
    found["machine"] |= {"torch": "2.0", "jax": "0.9"}
    found["rows"].append(row(JAX, "two", 0.75))
    table = costs.epochs(write(found))
    assert table.frame["relative to model.fit"].iloc[-1] == "0.25"
    assert "PyTorch 2.0 and JAX 0.9" in table.note
    assert "Not installed" not in table.note


def test_the_short_form_is_called_so(write):
    assert "say nothing about speed" not in costs.epochs(write(content())).note
    assert "say nothing about speed" in costs.epochs(write(content() | {"short": True})).note


def test_targets_say_met_missed_or_not_measured(write):
    table = costs.targets(write(content()))
    assert table.frame.to_numpy().tolist() == [
        ["a", "at least 7", "7.250", "yes", "9.500"],
        ["b", "more than 1,000", "950", "no", "990"],
        ["c", "at most 1", "-", "not measured", "-"],
    ]
    assert table.note.startswith("Targets missed: 1. At the roofline: ")


def test_the_roofline_ends_with_its_sum(write):
    frame = costs.roofline(write(content())).frame
    values = frame["seconds an epoch"].astype(float)
    assert frame["part"].iloc[0] == "matrix products, Toy: 100 GFLOP/s"
    assert values[:-1].sum() == pytest.approx(values.iloc[-1])


def test_growth_is_listed_and_drawn(write):
    path = write(content())
    table = costs.growth_table(path).frame.set_index("what grows")
    assert table.loc["workers 4", "epochs a second"] == "4.00"
    assert table.loc["depth 8", "epochs a second"] == "1.11"
    picture = growth(path)
    width, depth, workers = picture.figure.axes
    np.testing.assert_allclose(width.get_lines()[0].get_xydata(), [[32, 0.1], [1024, 8.0]])
    np.testing.assert_allclose(depth.get_lines()[0].get_xydata(), [[1, 0.3], [8, 0.9]])
    ideal, found = (drawn.get_ydata() for drawn in workers.get_lines())
    np.testing.assert_allclose(ideal, [2, 4, 4])
    np.testing.assert_allclose(found, [2, 4, 4])
    assert "From width 32 to 1024 the seconds of an epoch go from 0.10 to 8.00." in picture.alt
    assert "2.00 with 1, 4.00 with 2 and 4.00 with 4" in picture.alt


SHOWN = (costs.epochs, costs.targets, costs.roofline, costs.growth_table, costs.scheduling)


def test_without_a_file_every_part_says_how_to_make_one(tmp_path):
    for show in SHOWN:
        assert "make bench" in str(show(tmp_path / "none.json"))
    assert "make bench" in growth(tmp_path / "none.json").alt


@pytest.mark.parametrize("text", ["{", "[]", '{"rows": []}'])
def test_a_file_of_another_form_is_refused_with_the_remedy(tmp_path, text):
    path = tmp_path / "results.json"
    path.write_text(text)
    for show in (*SHOWN, growth):
        with pytest.raises(ValueError, match=r"results\.json: received .* run make bench again"):
            show(path)


def test_scheduling_lists_every_number_of_workers_and_says_how_far_it_reaches(write):
    table = costs.scheduling(write(content()))
    assert table.frame["workers"].tolist() == [1, 8]
    assert table.frame.iloc[1].tolist() == [8, 200, "123.4", "80.0", "6.5", "2.0"]
    assert "up to 77 workers with runs of 5 seconds" in table.note
    assert "of 14 kB" in table.note
    assert "at most 256 tasks under way" in table.note
