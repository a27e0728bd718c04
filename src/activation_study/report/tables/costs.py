"""What training costs, in tables: epochs, the roofline, targets, growth and scheduling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from activation_study.registry import listed
from activation_study.report.analysis.costs import epochs_per_second, read
from activation_study.report.tables.table import Table, says_what_is_missing

FIT = "model.fit, defaults"
SOFTWARE = {
    "python": "Python",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "numpy": "NumPy",
    "torch": "PyTorch",
    "jax": "JAX",
}


@says_what_is_missing
def epochs(path: Path | None = None) -> Table:
    """List the seconds of an epoch of every contender in every setting, and the roofline's."""
    content = read(path)
    # One setting after another, in each the contenders in their order.
    settings = list(dict.fromkeys(row["setting"] for row in content["rows"]))
    ordered = sorted(content["rows"], key=lambda row: settings.index(row["setting"]))
    fit = {row["setting"]: row["seconds_per_epoch"] for row in ordered if row["name"] == FIT}
    rows = [
        {
            "what": row["name"],
            "at work": row["setting"],
            "seconds an epoch": f"{row['seconds_per_epoch']:.3f}",
            "fastest": f"{row['seconds_min']:.3f}",
            "middle half": "{seconds_low_quartile:.3f} to {seconds_high_quartile:.3f}".format(
                **row
            ),
            "epochs a second": f"{row['epochs_per_second']:.2f}",
            "relative to model.fit": f"{row['seconds_per_epoch'] / fit[row['setting']]:.2f}",
        }
        for row in ordered
    ]
    machine = content["machine"]
    versions = [f"{name} {machine[key]}" for key, name in SOFTWARE.items() if key in machine]
    note = (
        f"Medians; {content['num_images']:,} images an epoch. Measured on {content['date']}, on "
        f"{machine['cores']} cores of {machine['cpu']}, with {listed(versions)}."
    )
    if absent := [name for key, name in SOFTWARE.items() if key not in machine]:
        note += f" Not installed there: {listed(absent)}."
    if content.get("short"):
        note += " The short form, which tries the benchmark: its figures say nothing about speed."
    return Table(pd.DataFrame(rows), note)


@says_what_is_missing
def targets(path: Path | None = None) -> Table:
    """List what the costs are held to, what was measured, and whether it is met."""
    rows = [
        {
            "figure": target["name"],
            "target": f"{target['relation']} {target['bound']:,g}",
            "measured": _number(target["value"]),
            "met": {None: "not measured", True: "yes", False: "no"}[target["met"]],
            "at the roofline": _number(target["at_roofline"]),
        }
        for target in read(path)["targets"]
    ]
    missed = [row["met"] for row in rows].count("no")
    note = (
        f"Targets missed: {missed}. At the roofline: what the figure would be if an epoch of this "
        "engine took no longer than that."
    )
    return Table(pd.DataFrame(rows), note)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3f}"


@says_what_is_missing
def roofline(path: Path | None = None) -> Table:
    """List what the roofline is added up from."""
    found: dict[str, Any] = read(path)["roofline"]
    parts = {
        "{fastest_products}: {products_gigaflops_per_second:.0f} GFLOP/s": "products_seconds",
        "optimizer's traffic: {cached_gigabytes_per_second:.0f} GB/s, cached": "optimizer_seconds",
        "images: read at {copied_gigabytes_per_second:.0f} GB/s, written in cache": (
            "images_seconds"
        ),
        "roofline": "seconds_per_epoch",
    }
    rows = [
        {"part": part.format(**found), "seconds an epoch": f"{found[field]:.3f}"}
        for part, field in parts.items()
    ]
    note = "Two processes of one thread each at the same time, in turn with this engine's epochs."
    return Table(pd.DataFrame(rows), note)


@says_what_is_missing
def growth_table(path: Path | None = None) -> Table:
    """List the seconds of this engine's epoch by width, depth and number of workers."""
    rows = [
        {
            "what grows": f"{what} {point[what]}",
            "parameters": f"{point['parameters']:,}",
            "seconds an epoch": f"{point['seconds_per_epoch']:.3f}",
            "epochs a second": f"{epochs_per_second(what, point):.2f}",
        }
        for what, points in read(path)["growth"].items()
        for point in points
    ]
    return Table(pd.DataFrame(rows), "Workers of one thread each; width and depth: one worker.")


@says_what_is_missing
def scheduling(path: Path | None = None) -> Table:
    """List what handing a run out to a cluster costs, by number of workers."""
    content = read(path)
    found = content["scheduling"]
    times = {
        "run_seconds_mean": "a run takes (ms)",
        "pause_seconds": "pause between runs (ms)",
        "driver_seconds": "driver's time a run (ms)",
        "scheduler_seconds": "scheduler's time a run (ms)",
    }
    points = pd.DataFrame(found["points"])
    milliseconds = (1000 * points[list(times)]).map("{:.1f}".format).rename(columns=times)
    note = (
        f"On {content['machine']['cores']} cores, which workers, driver and scheduler share. The "
        f"driver records each run, of {found['points'][0]['bytes_of_a_run'] / 1000:.0f} kB. By the "
        f"largest of these times one driver feeds up to {found['workers_fed']} workers with runs "
        f"of {found['run_seconds']:g} seconds; it has at most {found['in_flight']} tasks under way."
    )
    return Table(points[["workers", "runs"]].join(milliseconds), note)
