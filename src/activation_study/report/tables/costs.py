"""What training costs, in tables: epochs, the roofline, targets, growth and scheduling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from activation_study.registry import listed
from activation_study.report.analysis.costs import NOT_MEASURED, epochs_per_second, read
from activation_study.report.tables.table import Table

FIT = "model.fit, defaults"
SOFTWARE = {
    "python": "Python",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "numpy": "NumPy",
    "torch": "PyTorch",
    "jax": "JAX",
}


def epochs(path: Path | None = None) -> Table:
    """List the seconds of an epoch of every contender in every setting, and the roofline's."""
    content = read(path)
    if content is None:
        return Table(pd.DataFrame(), NOT_MEASURED)
    # One setting after another; a stable sort keeps the order of the contenders.
    settings = list(dict.fromkeys(row["setting"] for row in content["rows"]))
    ordered = sorted(content["rows"], key=lambda row: settings.index(row["setting"]))
    fit = {row["setting"]: row["seconds_per_epoch"] for row in ordered if row["name"] == FIT}
    rows = [
        {
            "what": row["name"],
            "at work": row["setting"],
            "seconds an epoch": f"{row['seconds_per_epoch']:.3f}",
            "fastest": f"{row['seconds_min']:.3f}",
            "middle half": (
                f"{row['seconds_low_quartile']:.3f} to {row['seconds_high_quartile']:.3f}"
            ),
            "epochs a second": f"{row['epochs_per_second']:.2f}",
            "relative to model.fit": f"{row['seconds_per_epoch'] / fit[row['setting']]:.2f}",
        }
        for row in ordered
    ]
    return Table(pd.DataFrame(rows), _circumstances(content))


def _circumstances(content: dict[str, Any]) -> str:
    machine = content["machine"]
    versions = [f"{name} {machine[key]}" for key, name in SOFTWARE.items() if key in machine]
    note = (
        f"Medians; {content['num_images']:,} images an epoch. Measured on {content['date']}, on "
        f"{machine['cores']} cores of {machine['cpu']}, with {listed(versions)}."
    )
    absent = [name for key, name in SOFTWARE.items() if key not in machine]
    if absent:
        note += f" Not installed there: {listed(absent)}."
    if content.get("short"):
        note += " The short form, which tries the benchmark: its figures say nothing about speed."
    return note


def targets(path: Path | None = None) -> Table:
    """List what the costs are held to, what was measured, and whether it is met."""
    content = read(path)
    if content is None:
        return Table(pd.DataFrame(), NOT_MEASURED)
    rows = [
        {
            "figure": target["name"],
            "target": f"{target['relation']} {target['bound']:,g}",
            "measured": _number(target["value"]),
            "met": {None: "not measured", True: "yes", False: "no"}[target["met"]],
            "at the roofline": _number(target["at_roofline"]),
        }
        for target in content["targets"]
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
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def roofline(path: Path | None = None) -> Table:
    """List what the roofline is added up from."""
    content = read(path)
    if content is None:
        return Table(pd.DataFrame(), NOT_MEASURED)
    found = content["roofline"]
    shown = {
        f"{found['fastest_products']}: {found['products_gigaflops_per_second']:.0f} GFLOP/s": (
            "products_seconds"
        ),
        f"optimizer's traffic: {found['cached_gigabytes_per_second']:.0f} GB/s, cached": (
            "optimizer_seconds"
        ),
        f"images: read at {found['copied_gigabytes_per_second']:.0f} GB/s, written in cache": (
            "images_seconds"
        ),
        "roofline": "seconds_per_epoch",
    }
    rows = [
        {"part": part, "seconds an epoch": f"{found[field]:.3f}"} for part, field in shown.items()
    ]
    note = "Two processes of one thread each at the same time, in turn with this engine's epochs."
    return Table(pd.DataFrame(rows), note)


def growth_table(path: Path | None = None) -> Table:
    """List the seconds of this engine's epoch by width, depth and number of workers."""
    content = read(path)
    if content is None:
        return Table(pd.DataFrame(), NOT_MEASURED)
    rows = [
        {
            "what grows": f"{what} {point[what]}",
            "parameters": f"{point['parameters']:,}",
            "seconds an epoch": f"{point['seconds_per_epoch']:.3f}",
            "epochs a second": f"{epochs_per_second(what, point):.2f}",
        }
        for what, points in content["growth"].items()
        for point in points
    ]
    return Table(pd.DataFrame(rows), "Workers of one thread each; width and depth: one worker.")


def scheduling(path: Path | None = None) -> Table:
    """List what handing a run out to a cluster costs, by number of workers."""
    content = read(path)
    if content is None:
        return Table(pd.DataFrame(), NOT_MEASURED)
    found = content["scheduling"]
    rows = [
        {
            "workers": point["workers"],
            "runs": point["runs"],
            "a run takes (ms)": _milliseconds(point["run_seconds_mean"]),
            "pause between runs (ms)": _milliseconds(point["pause_seconds"]),
            "driver's time a run (ms)": _milliseconds(point["driver_seconds"]),
            "scheduler's time a run (ms)": _milliseconds(point["scheduler_seconds"]),
        }
        for point in found["points"]
    ]
    note = (
        f"On {content['machine']['cores']} cores, which workers, driver and scheduler share. The "
        f"driver records each run, of {found['points'][0]['bytes_of_a_run'] / 1000:.0f} kB. By the "
        f"largest of these times one driver feeds up to {found['workers_fed']} workers with runs "
        f"of {found['run_seconds']:g} seconds; it has at most {found['in_flight']} tasks under way."
    )
    return Table(pd.DataFrame(rows), note)


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.1f}"
