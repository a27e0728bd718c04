"""The benchmark runs, measures all that it says, and every figure follows from what it measured."""

import importlib.util
import math
import re
from pathlib import Path

import numpy as np
import pytest

BENCH = Path(__file__).resolve().parents[2] / "benchmarks" / "bench.py"
OURS, FIT, JAX = "this engine", "model.fit, defaults", "JAX, compiled"
ALONE, ONE, TWO = (
    "one process, the library's threads",
    "one process, one thread",
    "two processes, one thread each",
)
PARAMETERS = 784 * 128 + 128 + 128 * 128 + 128 + 128 * 10 + 10


@pytest.fixture(
    params=[pytest.param("short_bench", marks=pytest.mark.slow), "published"], scope="module"
)
def results(request):
    """The short form, measured now, and the published file: the same must hold of both."""
    found = request.getfixturevalue(request.param)
    return found[0] if request.param == "short_bench" else found


def seconds(rows, name, setting):
    (row,) = (row for row in rows if (row["name"], row["setting"]) == (name, setting))
    return float(np.median(row["seconds"]))


def test_every_contender_meets_every_setting(results):
    names = {row["name"] for row in results["rows"]}
    assert names >= {OURS, FIT, "model.fit, 64 steps an execution"}
    for package, name in (("torch", "PyTorch, eager"), ("jax", JAX)):
        assert (name in names) == (package in results["machine"])
    found = {(row["name"], row["setting"]) for row in results["rows"]}
    assert found == {(name, setting) for name in names for setting in (ALONE, ONE, TWO)}
    assert len(found) == len(results["rows"])


def test_rows_hold_every_measurement_and_follow_from_it(results):
    rounds = {len(row["seconds"]) // row["processes"] for row in results["rows"]}
    assert len(rounds) == 1
    for row in results["rows"] + results["roofline"]["parts"]:
        measured = np.array(row["seconds"])
        assert row["processes"] == (2 if row["setting"] == TWO else 1)
        assert (measured > 0).all()
        assert row["seconds_per_epoch"] == pytest.approx(np.median(measured), abs=1e-5)
        assert row["seconds_min"] == measured.min()
        low, high = np.quantile(measured, [0.25, 0.75])
        assert row["seconds_low_quartile"] == pytest.approx(low, abs=1e-5)
        assert row["seconds_high_quartile"] == pytest.approx(high, abs=1e-5)
        expected = row["processes"] / row["seconds_per_epoch"]
        assert row["epochs_per_second"] == pytest.approx(expected, rel=1e-3)


def test_all_contenders_descend_alike(results):
    losses = [row["loss_of_second_epoch"] for row in results["rows"]]
    # Before the first step a guess costs log 10; two epochs take all of them as far.
    assert max(losses) < 0.9 * math.log(10)
    assert max(losses) < 1.2 * min(losses)


def test_the_roofline_is_the_sum_of_its_parts(results):
    found, images = results["roofline"], results["num_images"]
    parts = {part["name"]: float(np.median(part["seconds"])) for part in found["parts"]}
    products = min(v for name, v in parts.items() if name.startswith("matrix products"))
    optimizer = parts["optimizer's memory traffic"]
    steps = math.ceil(images / 128)
    # Sums of three arrays, as many as move the seven arrays of each of Adam's steps.
    cached_rate = math.ceil(7 * steps / 3) * 3 * 4 * PARAMETERS / optimizer
    copying = parts["copy of the images"]
    total = products + optimizer + copying / 2 + 4 * 784 * images / cached_rate
    assert found["seconds_per_epoch"] == pytest.approx(total, rel=0.01, abs=3e-5)
    operations = 2 * images * (2 * 784 * 128 + 3 * 128 * 128 + 3 * 128 * 10)
    assert found["products_gigaflops_per_second"] == pytest.approx(
        operations / products / 1e9, rel=0.01
    )
    assert found["cached_gigabytes_per_second"] == pytest.approx(cached_rate / 1e9, rel=0.1)


def test_targets_are_computed_from_the_rows(results):
    rows, runs = results["rows"], results["runs"]
    ours = seconds(rows, OURS, TWO)
    has_jax = any(row["name"] == JAX for row in rows)
    expected = [
        (2 / ours * seconds(rows, FIT, ALONE), lambda value: value >= 7),
        (ours / seconds(rows, FIT, TWO), lambda value: value <= 0.25),
        (ours / seconds(rows, JAX, TWO) if has_jax else None, lambda value: value <= 1),
        (ours / results["roofline"]["seconds_per_epoch"], lambda value: value <= 1.6),
        (
            3600 * runs["runs_per_worker"] * sum(1 / x for x in runs["elapsed_seconds"]),
            lambda value: value > 1000,
        ),
        (float(np.median(runs["measure_shares"])), lambda value: value < 0.25),
        (max(runs["peak_megabytes"]), lambda value: value < 900),
    ]
    assert len(results["targets"]) == len(expected)
    for target, (value, is_met) in zip(results["targets"], expected, strict=True):
        if value is None:
            assert target["value"] is None
            assert target["met"] is None
        else:
            assert target["value"] == pytest.approx(value, rel=5e-3)
            assert target["met"] == is_met(target["value"])


def test_whole_runs_fill_the_time_of_their_workers(results):
    runs = results["runs"]
    count = runs["workers"] * runs["runs_per_worker"]
    assert runs["workers"] == 2
    assert len(runs["wall_seconds"]) == len(runs["measure_shares"]) == count
    assert sum(runs["wall_seconds"]) <= sum(runs["elapsed_seconds"])
    assert all(0 < share < 1 for share in runs["measure_shares"])
    # A process with TensorFlow and the images has more, and no unit is mistaken.
    assert all(200 < peak < 5000 for peak in runs["peak_megabytes"])


def test_growth_is_measured_at_every_point(results):
    growth = results["growth"]
    assert list(growth) == ["width", "depth", "workers"]
    for what, points in growth.items():
        assert [point[what] for point in points] == sorted({point[what] for point in points})
        for point in points:
            width, depth = point.get("width", 128), point.get("depth", 2)
            inner = (depth - 1) * (width + 1) * width
            assert point["parameters"] == 785 * width + inner + 10 * (width + 1)
            assert point["seconds_per_epoch"] == pytest.approx(
                np.median(point["seconds"]), abs=1e-5
            )
            workers = point.get("workers", 1)
            assert len(point["seconds"]) % workers == 0


def test_scheduling_follows_from_what_was_measured(results):
    found = results["scheduling"]
    for point in found["points"]:
        seconds = point["workers"] * point["elapsed_seconds"] / point["runs"]
        assert point["run_seconds_mean"] + point["pause_seconds"] == pytest.approx(
            seconds, abs=1e-4
        )
        # A run with its tables; and handing it out takes less than a second of anyone.
        assert 1_000 < point["bytes_of_a_run"] < 100_000
        assert 0 < point["driver_seconds"] < 1
        assert 0 < point["scheduler_seconds"] < 1
    dearest = max(max(p["driver_seconds"], p["scheduler_seconds"]) for p in found["points"])
    assert found["seconds_of_one_process_per_run"] == dearest
    fed = found["workers_fed"]
    assert fed == found["in_flight"] or fed <= 5.0 / dearest < fed + 1


def test_the_published_file_is_of_the_full_form(published):
    assert not published["short"]
    assert [point["workers"] for point in published["scheduling"]["points"]] == [1, 2, 4, 8]
    assert (published["dataset"], published["num_images"]) == ("mnist", 55_000)
    assert [point["width"] for point in published["growth"]["width"]][-1] == 1024
    assert published["runs"]["epochs"] == 10


@pytest.mark.slow
def test_the_short_form_says_what_it_is_and_prints_every_target(short_bench):
    results, printed, told = short_bench
    steps = "whole runs|first epochs|epochs, side by side|growth|scheduling"
    for line in filter(str.strip, re.split(r"[\r\n]", told)):
        assert re.match(rf"({steps}).*\d+/\d+ \[.*\d+:\d+.*\]", line)
    assert results["short"]
    assert results["machine"]["cores"] >= 1
    for package in ("torch", "jax"):
        assert (package in results["machine"]) == bool(importlib.util.find_spec(package))
    assert "its figures say nothing about speed" in printed
    for target in results["targets"]:
        (line,) = (line for line in printed.splitlines() if target["name"] in line)
        word = {True: "yes", False: "no", None: "not measured"}[target["met"]]
        # Before the last column, which has one word.
        assert line.rpartition(" ")[0].rstrip().endswith(f" {word}")
