"""Whether an activation is one of the catalogue under another name, shifted or scaled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.optimize

from activation_study.catalogue import activations
from activation_study.catalogue.activations.entry import Activation

_SCORES = np.linspace(-6.0, 6.0, 481)
_FAR = np.linspace(-20.0, 20.0, 801)
_STEP = 0.01
_WIDE = np.arange(-60.0, 60.0 + _STEP, _STEP)
"""Where the catalogue's functions are tabulated, so that they can be read off shifted."""

_ROWS = np.random.default_rng(2).normal(scale=2.0, size=(64, 7))
_SAME = 2e-5
"""Largest difference, of an output's spread, of what counts as one function: float32 differs by
less, and the two forms of GELU by more."""

_MOVED = 1e-3
"""Largest difference, of 1 plus the output's size, of what counts as a function that was moved: a
table read between its points differs by less."""

_BELL = np.exp(-(_SCORES**2) / 2) / np.exp(-(_SCORES**2) / 2).sum()

_KNOWN = ("relu", "elu", "silu", "linear", "sigmoid", "tanh", "leaky_relu", "softplus")

_STARTS = [(scale, shift) for scale in (1.0, -1.0, 0.5, 2.0) for shift in (0.0, 1.0, -1.0)]


@dataclass(frozen=True)
class Relative:
    """An activation of the catalogue and how near another one is.

    Attributes:
        name: of the catalogue's.
        kind: ``"same"``: one function; ``"start"``: one function until one of them learns;
            ``"moved"``: c f(s z + a) + b of it, which the weights and biases around the layer can
            make of it; ``"near"``: neither.
        difference: between the outputs for scores from -6 to 6 the largest one; where it is
            ``"near"``, the root of the mean square for standard normal scores.
        coefficients: c, s, a and b where it is moved.
    """

    name: str
    kind: str
    difference: float
    coefficients: tuple[float, float, float, float] = (1.0, 1.0, 0.0, 0.0)


def find(own: Activation) -> Relative | None:
    """Return the nearest relative in the catalogue; None where there is nothing to compare."""
    entries = [activations.get(name) for name in activations.built_in_names()]
    if own.kind == "layerwise" or own.mixes_units:
        return _of_rows(own, [entry for entry in entries if entry.kind == "layerwise"])
    values = _on(own, _SCORES)
    if not np.ptp(values):
        return None
    entries = [each for each in entries if each.kind != "layerwise" and each.width_factor == 1]
    # Of equals the one that learns as this one does comes first, then the better known: ELU, CELU.
    entries.sort(key=lambda each: (each.kind != own.kind, each.name not in _KNOWN))
    outputs = [_on(entry, _SCORES) for entry in entries]
    for entry, theirs in zip(entries, outputs, strict=True):
        gap = float(np.abs(values - theirs).max())
        if gap <= _SAME * float(np.ptp(values)):
            kind = "same" if own.kind == entry.kind == "elementwise" else "start"
            return Relative(entry.name, kind, gap)
    if own.kind == "elementwise":
        fits = [_moved(own, values, each) for each in entries if each.kind == "elementwise"]
        if found := [fit for fit in fits if fit]:
            return min(found, key=lambda fit: (fit.name not in _KNOWN, _effort(fit)))
    gaps = [float(np.sqrt(_BELL @ (values - theirs) ** 2)) for theirs in outputs]
    nearest = int(np.argmin(gaps))
    return Relative(entries[nearest].name, "near", gaps[nearest])


def _effort(fit: Relative) -> float:
    """Return how much is done to a function to make another of it; ties go to the known one."""
    outer, inner, shift, offset = fit.coefficients
    turned = 2.0 * (outer < 0) + 2.0 * (inner < 0)
    stretched = abs(np.log(abs(outer))) + abs(np.log(abs(inner)))
    return round(stretched + abs(shift) + abs(offset) + turned, 2)


def _on(entry: Activation, scores: np.ndarray) -> np.ndarray:
    return np.asarray(entry(scores[:, None].astype(np.float32)))[:, 0].astype(float)


def _of_rows(own: Activation, entries: list[Activation]) -> Relative | None:
    rows = _ROWS.astype(np.float32)
    values = np.asarray(own(rows)).astype(float)
    gaps = [float(np.abs(values - np.asarray(entry(rows))).max()) for entry in entries]
    nearest = int(np.argmin(gaps))
    is_same = gaps[nearest] <= _SAME * max(float(np.ptp(values)), 1e-9)
    return Relative(entries[nearest].name, "same", gaps[nearest]) if is_same else None


def _moved(own: Activation, values: np.ndarray, entry: Activation) -> Relative | None:
    """Return c f(s z + a) + b of an entry where it is the function; None where there is none."""
    table = _on(entry, _WIDE)
    if not np.isfinite(table).all() or not np.ptp(table):
        return None

    def moved(inner: np.ndarray, scores: np.ndarray = _SCORES) -> np.ndarray:
        """Return f(s z + a), and 1, at each score."""
        column = np.interp(inner[0] * scores + inner[1], _WIDE, table)
        return np.stack([column, np.ones_like(column)], axis=1)

    def loss(inner: np.ndarray) -> float:
        # Given s and a, the best c and b follow.
        design = moved(inner)
        outer = np.linalg.lstsq(design, values, rcond=None)[0]
        return float(np.square(values - design @ outer).sum())

    # Of equals the first: what grows alike at every scale is not to be stretched.
    start = min(_STARTS, key=lambda each: round(loss(np.array(each)), 6))
    if loss(np.array(start)) > 0.05 * float(np.square(values - values.mean()).sum()):
        return None
    inner = scipy.optimize.minimize(
        loss, start, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-12, "maxiter": 300}
    ).x
    outer, offset = np.linalg.lstsq(moved(inner), values, rcond=None)[0]
    if not outer or not inner[0]:
        return None
    # Further out, too: within -6 and 6 one straight line is as good as another.
    wanted = _on(own, _FAR)
    gaps = np.abs(wanted - moved(inner, _FAR) @ (outer, offset))
    if not (gaps <= _MOVED * (1.0 + np.abs(wanted))).all():
        return None
    scale, shift = (float(each) for each in inner)
    return Relative(
        entry.name, "moved", float(gaps.max()), (float(outer), scale, shift, float(offset))
    )
