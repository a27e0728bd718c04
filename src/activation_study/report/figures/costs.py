"""The figure of how the cost of an epoch grows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from activation_study.registry import listed
from activation_study.report.analysis.costs import NOT_MEASURED, epochs_per_second, read
from activation_study.report.figures import parts
from activation_study.report.figures.picture import Picture

SECONDS_TICKS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1, 2, 3, 5, 10, 20, 50)


def growth(path: Path | None = None) -> Picture:
    """Draw how the cost of this engine's epoch grows with width, depth and number of workers."""
    title = "What an epoch costs as things grow"
    content = read(path)
    if content is None:
        return parts.empty_picture(title, NOT_MEASURED)
    with parts.style():
        figure, all_axes = parts.grid_of_axes(3, 3, share=False)
        for place, (axes, what) in enumerate(zip(all_axes, content["growth"], strict=True)):
            _draw_growth(axes, what, content, place)
        figure.suptitle(f"{title}: medians of this engine, one thread a worker")
    said = [_growth_in_words(what, points) for what, points in content["growth"].items()]
    return Picture(figure, f"{title}. {' '.join(said)}")


def _draw_growth(axes: Axes, what: str, content: dict[str, Any], place: int) -> None:
    points = content["growth"][what]
    x = [point[what] for point in points]
    style: dict[str, Any] = {"marker": parts.MARKERS[place], "color": parts.COLOURS[place], "ms": 5}
    if what == "workers":
        alone, cores = epochs_per_second(what, points[0]) / x[0], content["machine"]["cores"]
        ideal = [alone * min(count, cores) for count in x]
        axes.plot(x, ideal, color=parts.PLAIN, ls="--", lw=1, label="ideal")
        axes.plot(x, [epochs_per_second(what, point) for point in points], **style)
        axes.set(ylabel="epochs a second, all workers", ylim=(0, None), xticks=x)
        axes.legend()
    else:
        seconds = [point["seconds_per_epoch"] for point in points]
        axes.plot(x, seconds, **style)
        parts.log_axis(axes, "x", min(x), max(x), x)
        parts.log_axis(axes, "y", min(seconds), max(seconds), SECONDS_TICKS)
        axes.set(ylabel="seconds an epoch")
    axes.set(xlabel={"width": "width (units)", "depth": "depth (hidden layers)"}.get(what, what))


def _growth_in_words(what: str, points: list[dict[str, Any]]) -> str:
    first, last = points[0], points[-1]
    if what == "workers":
        rates = [f"{epochs_per_second(what, p):.2f} with {p[what]}" for p in points]
        return f"Epochs a second by number of workers: {listed(rates)}."
    return (
        f"From {what} {first[what]} to {last[what]} the seconds of an epoch go from "
        f"{first['seconds_per_epoch']:.2f} to {last['seconds_per_epoch']:.2f}."
    )
