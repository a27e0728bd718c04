"""One function at work: its value and slope at a score, and what many layers make of an error."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from activation_study.catalogue import activations
from activation_study.catalogue.spelling import scientific, superscript, with_minus
from activation_study.report.analysis.hidden_layers.products import WEIGHTS, Products, products
from activation_study.report.drawing.interactive import Choice, Interactive, Slider
from activation_study.report.drawing.looks import FAMILIES, look_of, spelled
from activation_study.report.drawing.plane import DASHES, MARKS, Axis, Plane
from activation_study.report.figures.functions import curve

SCORES = np.linspace(-4.0, 4.0, 161)
DEPTH = 32
INITIALIZERS = {
    "glorot_uniform": "Keras's weights (Glorot's)",
    "he_normal": "He's weights",
    "pytorch": "PyTorch's weights",
    "gain": "weights of its own scale",
}
CURVE = Plane(Axis(-4.0, 4.0), Axis(-2.0, 4.0), height=210, left=11.0)
PRODUCT = Plane(Axis(1.0, DEPTH), Axis(-15.0, 5.0), height=210, left=15.0, width=80.0)
"""Over powers of ten."""


def selection() -> dict[str, list[str]]:
    """Return the functions of one score each whose slope has a bound, by family."""
    found = {
        family: [
            name
            for name in members
            for entry in [activations.get(name)]
            if entry.kind != "layerwise"
            and entry.width_factor == 1
            and np.isfinite(entry.lipschitz)
        ]
        for family, (_, members) in FAMILIES.items()
    }
    return {family: names for family, names in found.items() if names}


def activation_lab(first: str = "sigmoid", depth: int = 8) -> Interactive:
    """Draw a function with its slope, and the product of slopes and of weights over layers.

    Args:
        first: Function of the first state.
        depth: Number of layers of the first state.
    """
    groups = selection()
    data = _data([name for names in groups.values() for name in names])
    options = {family: {name: spelled(name) for name in each} for family, each in groups.items()}
    said = _said(data, first, 0.0, "glorot_uniform", depth)
    left = [_written(_both(data, first, each)[depth - 1][1]) for each in ("glorot_uniform", "gain")]
    return Interactive(
        kind="lab",
        body=_curve(data, first, said[0]) + _product(data, first, depth, said[1]),
        said=" ".join(said),
        title=f"Through {depth} layers of {spelled(first)}, Keras's weights leave {left[0]} of an "
        f"error, weights of its own scale {left[1]}.",
        caption="Left, a function and its slope over the score z. Right, by what the length of an "
        "error is multiplied on its way back through d wide layers without biases, for scores "
        "that such weights make of inputs with mean square 1.",
        invitation="Pick a function and weights, move the score and the number of layers.",
        controls=[
            Choice("function", "function f", first, options),
            Slider("z", "score z", 0.0, -4.0, 4.0, 0.05),
            Choice("weights", "first weights", "glorot_uniform", {"": INITIALIZERS}),
            Slider("depth", "layers d", depth, 1, DEPTH, 1),
        ],
        data=data,
        table=_table(data),
        note="Values and slopes at two scores; the scale of the weights that fit the function, in "
        "Keras VarianceScaling(scale); and by what an error is multiplied through 8 layers, by "
        "slopes alone and by slopes and weights.",
    )


def _data(names: Sequence[str]) -> dict[str, Any]:
    """Return curves in thousandths, and base-10 logarithms of products; None for that of 0."""
    found: dict[str, Products] = {name: products(name, DEPTH) for name in names}
    curves = {name: curve(activations.get(name), SCORES) for name in names}
    return {
        "names": {name: spelled(name) for name in names},
        "colours": {name: look_of(name).colour for name in names},
        "weights": INITIALIZERS,
        "first": float(SCORES[0]),
        "step": 0.05,
        "curves": {
            name: [np.rint(1000 * each).astype(int).tolist() for each in both]
            for name, both in curves.items()
        },
        "slopes": {name: _logs(each.slopes) for name, each in found.items()},
        "scales": {name: each.scales for name, each in found.items()},
        "planes": {
            "curve": dataclasses.asdict(CURVE),
            "product": dataclasses.asdict(PRODUCT),
        },
    }


def _logs(slopes: Any) -> dict[str, list[float | None]]:
    return {
        name: [round(float(each), 4) if np.isfinite(each) else None for each in logs]
        for name, logs in slopes.items()
    }


def _both(data: dict[str, Any], name: str, weights: str) -> list[tuple[float | None, float | None]]:
    """Return the logarithms by number of layers: of slopes alone, of slopes and weights."""
    gain = 0.5 * float(np.log10(data["scales"][name][weights]))
    return [
        (log, None if log is None else log + gain * layers)
        for layers, log in enumerate(data["slopes"][name][weights], start=1)
    ]


def _written(log: float | None) -> str:
    return "0" if log is None else scientific(10**log)


def _said(data: dict[str, Any], name: str, z: float, weights: str, depth: int) -> tuple[str, str]:
    """Say value and slope at a score, and what layers make of an error."""
    place = round((z - data["first"]) / data["step"])
    value, slope = (each[place] / 1000 for each in data["curves"][name])
    alone, both = map(_written, _both(data, name, weights)[depth - 1])
    called = data["names"][name]
    return (
        with_minus(
            f"{called[:1].upper()}{called[1:]} at a score of {z:.2f}: f = {value:.3f}, "
            f"slope f' = {slope:.3f}."
        ),
        f"Through {depth} layer{'s' * (depth > 1)} with {data['weights'][weights]}, slopes alone "
        f"multiply an error by {alone}, slopes and weights by {both}.",
    )


def _dot(plane: Plane, part: str, x: float, y: float | None, fill: str) -> str:
    """Draw a point; beyond the axes at their end."""
    inside = min(max(-np.inf if y is None else y, plane.y.low), plane.y.high)
    return (
        f'<svg x="{plane.across(x)}" y="{plane.down(inside)}" overflow="visible" '
        f'data-part="{part}"><path d="{MARKS["o"]}" fill="{fill}" data-part="fill-{part}"/></svg>'
    )


def _cursor(plane: Plane, part: str, x: float) -> str:
    at = plane.across(x)
    return (
        f'<line x1="{at}" x2="{at}" y1="{plane.top}" y2="{plane.bottom}" stroke="currentColor" '
        f'stroke-width="9" opacity=".18" data-part="{part}"/>'
    )


def _svg(plane: Plane, alt: str, part: str, parts: Sequence[str]) -> str:
    return (
        f'<svg role="img" aria-label="{alt}" data-part="{part}" width="100%" '
        f'height="{plane.bottom + 44}" fill="currentColor">{"".join(parts)}</svg>'
    )


def _curve(data: dict[str, Any], name: str, alt: str) -> str:
    """Draw the function and its slope, with a point of each at a score of 0."""
    values, slopes = (np.array(each) / 1000 for each in data["curves"][name])
    colour = data["colours"][name]
    middle = len(SCORES) // 2
    ticks = {float(tick): with_minus(str(tick)) for tick in (-4, -2, 0, 2, 4)}
    parts = [
        CURVE.frame(
            ticks,
            {tick: text for tick, text in ticks.items() if tick > -4},
            "score z",
            "f (solid) and its slope f' (dashed)",
        ),
        _cursor(CURVE, "score", 0.0),
        CURVE.line(
            SCORES, slopes, stroke="currentColor", stroke_width="1.5",
            stroke_dasharray=DASHES["--"], data_part="slope",
        ),
        CURVE.line(SCORES, values, stroke=colour, stroke_width="2.5", data_part="value"),
        _dot(CURVE, "at-slope", 0.0, slopes[middle], "currentColor"),
        _dot(CURVE, "at-value", 0.0, values[middle], colour),
    ]  # fmt: skip
    return _svg(CURVE, alt, "curve-alt", parts)


def _product(data: dict[str, Any], name: str, depth: int, alt: str) -> str:
    """Draw both products over the number of layers, with a point of each."""
    logs = _both(data, name, "glorot_uniform")
    layers = np.arange(1.0, DEPTH + 1)
    alone, both = (
        [-99.0 if log is None else log for log in each] for each in zip(*logs, strict=True)
    )
    colour = data["colours"][name]
    parts = [
        PRODUCT.frame(
            {float(tick): str(tick) for tick in (1, 8, 16, 24, 32)},
            {power: f"10{superscript(power)}" if power else "1" for power in (-15, -10, -5, 0, 5)},
            "layers d",
            "slopes and weights (solid), slopes (dashed)",
        ),
        _cursor(PRODUCT, "layer", depth),
        PRODUCT.line(layers, both, stroke=colour, stroke_width="2.5", data_part="both"),
        PRODUCT.line(
            layers, alone, stroke="currentColor", stroke_width="1.5",
            stroke_dasharray=DASHES["--"], data_part="alone",
        ),
        _dot(PRODUCT, "at-both", depth, logs[depth - 1][1], colour),
        _dot(PRODUCT, "at-alone", depth, logs[depth - 1][0], "currentColor"),
    ]  # fmt: skip
    return _svg(PRODUCT, alt, "product-alt", parts)


def _table(data: dict[str, Any]) -> pd.DataFrame:
    """Return a row a function."""
    rows = []
    for name, called in data["names"].items():
        row = {"function": called}
        for z in (-1.0, 1.0):
            place = round((z - data["first"]) / data["step"])
            value, slope = (each[place] / 1000 for each in data["curves"][name])
            row |= {f"f({z:g})": f"{value:.3f}", f"f'({z:g})": f"{slope:.3f}"}
        row["scale"] = f"{data['scales'][name]['gain']:.3g}"
        for weights in WEIGHTS:
            alone, both = map(_written, _both(data, name, weights)[7])
            row[INITIALIZERS[weights]] = f"{alone}; {both}"
        rows.append(row)
    frame = pd.DataFrame(rows).map(with_minus)
    return frame.rename(columns=with_minus)
