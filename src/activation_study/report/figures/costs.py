"""The figure of how the cost of an epoch grows."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt

from activation_study.registry import listed
from activation_study.report.analysis.costs import epochs_per_second, read
from activation_study.report.figures import parts
from activation_study.report.figures.picture import Picture


@parts.of_page
def growth(path: Path | None = None) -> Picture:
    """Draw how the cost of this engine's epoch grows with width, depth and number of workers."""
    content = read(path)
    said = ["What an epoch costs as things grow."]
    figure, all_axes = plt.subplots(1, 3, figsize=(7.2, 2.7))
    named = {"width": "width (units)", "depth": "depth (hidden layers)", "workers": "workers"}
    for axes, (what, xlabel), (colour, marker) in zip(
        all_axes, named.items(), parts.LOOKS, strict=False
    ):
        points = content["growth"][what]
        x = [point[what] for point in points]
        if what == "workers":
            y = [epochs_per_second(what, point) for point in points]
            ideal = [y[0] / x[0] * min(count, content["machine"]["cores"]) for count in x]
            axes.plot(x, ideal, color=parts.PLAIN, ls="--", lw=1, label="ideal")
            axes.set(ylabel="epochs a second, all workers", ylim=(0, None), xticks=x)
            axes.legend()
            rates = [f"{rate:.2f} with {count}" for rate, count in zip(y, x, strict=True)]
            said.append(f"Epochs a second by number of workers: {listed(rates)}.")
        else:
            y = [point["seconds_per_epoch"] for point in points]
            axes.set(ylabel="seconds an epoch", xscale="log")
            parts.log_axis(axes, "y")
            parts.plain_ticks(axes.xaxis, x)
            said.append(
                f"From {what} {x[0]} to {x[-1]} the seconds of an epoch go from {y[0]:.2f} to "
                f"{y[-1]:.2f}."
            )
        axes.plot(x, y, marker=marker, color=colour, ms=5)
        axes.set(xlabel=xlabel)
    figure.suptitle(f"{said[0][:-1]}: medians of this engine, one thread a worker")
    return Picture(figure, " ".join(said))
