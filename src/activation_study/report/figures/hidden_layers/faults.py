"""A figure of networks that do not learn, and of what one change makes of them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.hidden_layers.faults import FAULTS, outcomes
from activation_study.report.drawing import parts
from activation_study.report.drawing.looks import INK, QUIET, SERIES
from activation_study.report.drawing.picture import Picture

LABEL = "test accuracy, from the fault to the cure, better\u00a0→"


@parts.of_page
def faults(record: Mapping[str, Runs]) -> Picture:
    """Draw the accuracy of every recorded fault, without its cure and with it.

    Args:
        record: Study -> its runs.

    Raises:
        IncompleteRecordError: None of them is recorded; the picture then says so.
    """
    found = pd.DataFrame.from_dict(outcomes(record, FAULTS), orient="index")
    if found.empty:
        raise IncompleteRecordError("no network that does not learn is recorded yet")
    found = found.sort_values("ill_accuracy", kind="stable")
    figure, (axes,) = parts.rows(list(found.index), 1, 0.34)
    axes.grid(visible=False, axis="y")
    places = range(len(found))
    ill, well = 100 * found["ill_accuracy"], 100 * found["well_accuracy"]
    axes.hlines(places, ill, well, color=QUIET, lw=1.2)
    axes.plot(ill, places, "o", mfc="none", mec=INK, ls="", clip_on=False, label="as it was")
    axes.plot(well, places, "o", color=SERIES[0].colour, ls="", clip_on=False, label="mended")
    for place, (low, high) in enumerate(zip(ill, well, strict=True)):
        # Where there is little room at the right, the number stands at the left of its point.
        axes.annotate(f"{low:.2f} % → {high:.2f} %", (min(low, high), place), (0, 7),
                      textcoords="offset points", va="bottom", size=7,
                      ha="left" if min(low, high) < 50 else "right")  # fmt: skip
    axes.set_xlim(0, 100)
    parts.label_x(axes, LABEL)
    parts.legend(figure, axes)
    said = [
        f"{name}: from {low:.2f} % to {high:.2f} %"
        for name, low, high in zip(found.index, ill, well, strict=True)
    ]
    return Picture(
        figure,
        f"Test accuracy of networks that do not learn, and mended. {'; '.join(said)}.",
        "Networks with a fault, each as it was and mended.",
        "Mean over the seeds, at the last weights. Both of a pair ran on the same seeds.",
    )
