"""Four scores, and what softmax and sigmoids make of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from activation_study.catalogue.spelling import with_minus
from activation_study.report.demonstrations.functions import sigmoid
from activation_study.report.demonstrations.softmax import softmax
from activation_study.report.drawing.interactive import Interactive, Slider
from activation_study.report.drawing.looks import SERIES

CLASSES = ("cat", "dog", "fox", "hen")
TEMPERATURES = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
HEADS = {"softmax": "Softmax", "sigmoid": "Sigmoids"}
# Where bars begin, and how far they reach: percent of a panel's width.
LEFT, REACH = 14.0, 68.0
ROW = 26


def outputs_of(scores: Sequence[float], temperature: float = 1.0) -> dict[str, np.ndarray]:
    """Return what softmax and what sigmoids make of scores divided by a temperature."""
    array = np.asarray(scores, dtype=float)
    return {"softmax": softmax(array, temperature), "sigmoid": sigmoid(array / temperature)}


def softmax_bench(scores: Sequence[float] = (2.0, 1.5, 0.5, -1.0)) -> Interactive:
    """Draw the outputs of four scores, one bar each and their sum, softmax beside sigmoids.

    Args:
        scores: Those of the first state, at a temperature of 1; multiples of 0.1 from -5 to 5.
    """
    outputs = outputs_of(scores)
    middle = TEMPERATURES.index(1.0)
    return Interactive(
        kind="bench",
        body="".join(_panel(head, values) for head, values in outputs.items()),
        said=_said(outputs),
        title="Softmax shares out a sum of 1. Sigmoids answer one by one.",
        caption="Outputs for the same four scores, each divided by the temperature. The last bar "
        "stacks the four.",
        invitation="Move a score, or all of them. Which outputs follow?",
        controls=[
            *(
                Slider(f"score{place}", f"score of {name}", scores[place], -5.0, 5.0, 0.1)
                for place, name in enumerate(CLASSES)
            ),
            Slider("shift", "added to all", 0.0, -3.0, 3.0, 0.1),
            Slider("temperature", "temperature", middle, steps=tuple(map(str, TEMPERATURES))),
        ],
        data={"classes": CLASSES},
        table=_table(scores),
        note="The first scores at three temperatures T.",
    )


def _said(outputs: dict[str, np.ndarray]) -> str:
    """Say the largest output of both, and the sums."""
    first = CLASSES[int(outputs["softmax"].argmax())]
    largest = {head: f"{values.max():.3f}" for head, values in outputs.items()}
    sums = {head: f"{values.sum():.3f}" for head, values in outputs.items()}
    return (
        f"Softmax gives {first} {largest['softmax']}, and all four sum to {sums['softmax']}. "
        f"The sigmoids give {first} {largest['sigmoid']}, and sum to {sums['sigmoid']}."
    )


def _panel(head: str, values: np.ndarray) -> str:
    """Return one head's bars as SVG, as wide as there is room; the type keeps its size."""
    name, total = HEADS[head], len(values)
    rows = [f'<text y="16" font-weight="600">{name}</text>']
    for place, value in enumerate(values):
        top = 26 + ROW * place
        look = SERIES[place]
        rows.append(
            f'<text y="{top + 15}">{CLASSES[place]}</text>'
            f'<rect x="{LEFT}%" y="{top}" width="{REACH}%" height="18" opacity=".12"/>'
            f'<rect x="{LEFT}%" y="{top}" width="{REACH * value:.3f}%" height="18" '
            f'fill="{look.colour}" data-part="{head}-bar{place}"/>'
            f'<text x="100%" y="{top + 15}" text-anchor="end" '
            f'data-part="{head}-value{place}">{value:.3f}</text>'
        )
    top, begun, unit = 34 + ROW * total, 0.0, REACH / total
    one = LEFT + unit
    rows.append(
        f'<text y="{top + 15}" font-weight="600">sum</text>'
        f'<rect x="{LEFT}%" y="{top}" width="{REACH}%" height="18" opacity=".12"/>'
    )
    for place, value in enumerate(values):
        rows.append(
            f'<rect x="{LEFT + unit * begun:.3f}%" y="{top}" width="{unit * value:.3f}%" '
            f'height="18" fill="{SERIES[place].colour}" data-part="{head}-share{place}"/>'
        )
        begun += value
    rows.append(
        f'<line x1="{one}%" x2="{one}%" y1="{top - 5}" y2="{top + 23}" stroke="currentColor" '
        f'stroke-width="2"/><text x="{one}%" y="{top + 36}" text-anchor="middle">1</text>'
        f'<text x="{LEFT + REACH}%" y="{top + 36}" text-anchor="middle">{total}</text>'
        f'<text x="100%" y="{top + 15}" text-anchor="end" font-weight="600" '
        f'data-part="{head}-sum">{begun:.3f}</text>'
    )
    return (
        f'<svg role="img" aria-label="{_alt(head, values)}" data-part="{head}-alt" width="100%" '
        f'height="{top + 42}" fill="currentColor">{"".join(rows)}</svg>'
    )


def _alt(head: str, values: np.ndarray) -> str:
    """Say what a panel draws."""
    each = ", ".join(f"{name} {value:.3f}" for name, value in zip(CLASSES, values, strict=True))
    return f"{HEADS[head]}, bars: {each}; sum {values.sum():.3f}"


def _table(scores: Sequence[float]) -> pd.DataFrame:
    """Return the outputs at three temperatures, and their sums."""
    frame = pd.DataFrame({"": [*CLASSES, "sum"], "score z": [f"{z:.1f}" for z in scores] + [""]})
    for temperature in (0.5, 1.0, 2.0):
        for head, values in outputs_of(scores, temperature).items():
            column = [*values, values.sum()]
            name = HEADS[head].lower().removesuffix("s")
            frame[f"{name}, T = {temperature:g}"] = [f"{value:.3f}" for value in column]
    frame = frame.rename(columns={"": "class"})
    return frame.map(with_minus)
