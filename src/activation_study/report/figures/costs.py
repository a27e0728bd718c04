"""The figure of how the cost of an epoch grows."""

from __future__ import annotations

from pathlib import Path

from activation_study.registry import listed
from activation_study.report.analysis.costs import epochs_per_second, read
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import QUIET, SERIES
from activation_study.report.drawing.picture import Picture


@parts.of_page
def growth(path: Path | None = None) -> Picture:
    """Draw how the cost of this engine's epoch grows with width, depth and number of workers."""
    content = read(path)
    said = ["What an epoch costs as things grow."]
    named = {"width": "width (units)", "depth": "depth (hidden layers)", "workers": "workers"}
    figure, grid = parts.panels(list(named), 3, 2.2, sharex=False, sharey=False)
    for (what, axes), look in zip(grid.items(), SERIES, strict=False):
        points = content["growth"][what]
        x = [point[what] for point in points]
        if what == "workers":
            y = [epochs_per_second(what, point) for point in points]
            ideal = [y[0] / x[0] * min(count, content["machine"]["cores"]) for count in x]
            axes.plot(x, ideal, color=QUIET, ls="--", lw=1, label="ideal")
            axes.set(ylabel="epochs a second, all", ylim=(0, None), xticks=x, xlabel=named[what])
            axes.legend()
            rates = [f"{rate:.2f} with {count}" for rate, count in zip(y, x, strict=True)]
            said.append(f"Epochs a second by number of workers: {listed(rates)}.")
        else:
            y = [point["seconds_per_epoch"] for point in points]
            axes.set(ylabel="seconds an epoch, log scale", xscale="log")
            parts.log_axis(axes, "y")
            parts.plain_ticks(axes.xaxis, x)
            axes.set_xlabel(f"{named[what]}, log scale")
            said.append(
                f"From {what} {x[0]} to {x[-1]} the seconds of an epoch go from {y[0]:.2f} to "
                f"{y[-1]:.2f}."
            )
        axes.plot(x, y, marker=look.marker, color=look.colour)
    return Picture(figure, " ".join(said), said[1], "Medians of this engine, one thread a worker.")
