"""Two hidden activations over the learning rate, and who wins at each."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from activation_study.catalogue.spelling import with_minus
from activation_study.engine.records.records import Runs
from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.report.analysis.rates import Duels, duels
from activation_study.report.claims import claims_file
from activation_study.report.drawing.interactive import Choice, Interactive, Slider
from activation_study.report.drawing.looks import QUIET, SERIES, USED, look_of, spelled
from activation_study.report.drawing.plane import DASHES, MARKS, Axis, Plane

TICKS = (200, 500, 1_000, 2_000, 5_000)
SIDES = SERIES[:2]
"""Marker and line of the one and of the other: the colours of some are the same."""


def rate_duel(
    runs: Runs,
    pair: tuple[str, str] = ("tanh", "sigmoid"),
    *,
    head: str = "softmax",
    reading: str = "last",
) -> Interactive:
    """Draw the mistakes of two activations at each learning rate; a reader picks both, and a rate.

    Args:
        runs: Runs of a study.
        pair: Hidden activations of the first state.
        head: Output layer of all.
        reading: ``"last"`` or ``"averaged"`` weights.

    Raises:
        IncompleteRecordError: Nothing is recorded.
        ValueError: A run with that head is not recorded.
    """
    found = duels(runs, head=head, reading=reading)
    recorded, tried = (set(found.mistakes.index.get_level_values(level)) for level in (0, 1))
    names = [name for name in USED if name in recorded]
    others, rates = sorted(recorded - set(names)), sorted(tried)
    data = _data(found, [*names, *others], rates)
    start = min(range(len(rates)), key=lambda place: abs(rates[place] - DEFAULT_LEARNING_RATE))
    options = {
        group: {name: spelled(name) for name in members}
        for group, members in {"Used most": names, "Others": others}.items()
        if members
    }
    turns = len({_winner(data, pair, place) for place in range(len(rates))} - {""}) > 1
    said = _said(data, pair, start)
    return Interactive(
        kind="rates",
        body=_drawing(found, data, pair, start, rates, said),
        said=said,
        title=f"{_first_upper(data['names'][pair[0]])} or {data['names'][pair[1]]}? "
        + ("The learning rate decides who wins." if turns else "One wins at every rate."),
        caption=f"Mistakes in 10,000 {found.part} images at each learning rate, the same for both: "
        f"mean of {found.seeds} seeds and 95 % interval. Below each rate stands who makes fewer, "
        "and by how many; ≈ where the interval of the difference holds 0. In grey, the others.",
        invitation="Pick any two, and move the learning rate.",
        controls=[
            Choice("first", "the one", pair[0], options),
            Choice("second", "the other", pair[1], options),
            Slider("rate", "learning rate", start, steps=tuple(f"{rate:g}" for rate in rates)),
        ],
        data=data,
        table=_table(found, [*names, *others], rates),
        note=f"Mistakes in 10,000 {found.part} images: mean of {found.seeds} seeds ± half of the "
        "95 % interval; in brackets, how many runs diverged. One that could not be measured "
        "counts as a guess. Differences are taken seed by seed, so their intervals do not follow "
        "from these.",
    )


def _data(found: Duels, names: list[str], rates: list[float]) -> dict[str, Any]:
    """Return what the script needs: numbers to a tenth of an image, and colours."""
    mistakes, gaps = map(_by_index, (found.mistakes, found.gaps))
    return {
        "part": found.part,
        "seeds": found.seeds,
        "margin": round(1e4 * claims_file.read().margins["test_accuracy"], 1),
        "names": {name: spelled(name) for name in names},
        "colours": {name: look_of(name).colour for name in names},
        "quiet": QUIET,
        "shapes": [MARKS[look.marker] for look in SIDES],
        "dashes": [DASHES[look.line] for look in SIDES],
        "mistakes": {name: [_ends(mistakes[name, rate]) for rate in rates] for name in names},
        "diverged": {
            name: [int(mistakes[name, rate]["num_diverged"]) for rate in rates] for name in names
        },
        "gaps": {
            f"{first} {second}": [_ends(gaps[first, second, rate]) for rate in rates]
            for first, second in itertools.combinations(sorted(names), 2)
        },
    }


def _by_index(frame: pd.DataFrame) -> dict[Any, Any]:
    """Return the rows of a frame as mappings, by their index."""
    return frame.to_dict("index")


def _ends(row: Mapping[str, float]) -> list[float]:
    """Return mean, low and high end, to a tenth."""
    return [round(float(row[end]), 1) for end in ("mean", "low", "high")]


def _gap(data: dict[str, Any], pair: tuple[str, str], place: int) -> tuple[float, float, float]:
    """Return mistakes of the first less those of the second, with their interval."""
    if pair[0] == pair[1]:
        return 0.0, 0.0, 0.0
    if " ".join(pair) in data["gaps"]:
        mean, low, high = data["gaps"][" ".join(pair)][place]
    else:
        mean, high, low = (-value for value in data["gaps"][" ".join(reversed(pair))][place])
    return mean, low, high


def _winner(data: dict[str, Any], pair: tuple[str, str], place: int) -> str:
    """Return who makes fewer mistakes; nobody where the interval holds 0."""
    mean, low, high = _gap(data, pair, place)
    return "" if low <= 0 <= high else pair[mean > 0]


def _said(data: dict[str, Any], pair: tuple[str, str], place: int) -> str:
    """Say what each makes at a rate, who wins there, and who wins where."""
    each = [_one(data, name, place) for name in pair]
    mean, low, high = _gap(data, pair, place)
    winner = _winner(data, pair, place)
    if winner:
        low, high = sorted((abs(low), abs(high)))
        small = f", too few to matter here (below {data['margin']:g})"
        end = (
            f"{_first_upper(data['names'][winner])} makes {_whole(abs(mean))} fewer "
            f"({_whole(low)} to {_whole(high)}){small * (abs(mean) < data['margin'])}."
        )
    else:
        ends = f"{_whole(mean)} ({_whole(low)} to {_whole(high)})"
        end = f"Nobody wins: the difference, {ends}, may be 0."
    rates = range(len(data["mistakes"][pair[0]]))
    wins = [sum(_winner(data, pair, at) == name for at in rates) for name in pair]
    return (
        f"{_first_upper(each[0])}, {each[1]}. {end} Of {len(rates)} rates, "
        f"{data['names'][pair[0]]} wins at {wins[0]} and {data['names'][pair[1]]} at {wins[1]}."
    )


def _one(data: dict[str, Any], name: str, place: int) -> str:
    mean, low, high = map(_whole, data["mistakes"][name][place])
    lost = data["diverged"][name][place]
    also = f", {lost} of {data['seeds']} runs diverged" if lost else ""
    return f"{data['names'][name]} makes {mean} mistakes ({low} to {high}{also})"


def _whole(value: float) -> str:
    """Round half of an image up, as the script does."""
    return with_minus(f"{math.floor(value + 0.5):,}")


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _drawing(
    found: Duels,
    data: dict[str, Any],
    pair: tuple[str, str],
    start: int,
    rates: list[float],
    said: str,
) -> str:
    low, high = 0.9 * found.mistakes["low"].min(), 1.1 * found.mistakes["high"].max()
    across = Axis(rates[0], rates[-1], log=True)
    plane = Plane(across, Axis(max(low, 1.0), high, log=True), width=80.0)
    places = " ".join(map(plane.across, rates))
    at = plane.across(rates[start])
    parts = [
        plane.frame(
            {rate: f"{rate:g}" for rate in rates},
            {tick: f"{tick:,}" for tick in TICKS if low < tick < high},
            "learning rate",
            f"mistakes in 10,000 {found.part} images, log scale",
            below=74,
        ),
        f'<line x1="{at}" x2="{at}" y1="{plane.top}" y2="{plane.bottom + 54}" '
        'stroke="currentColor" stroke-width="9" opacity=".18" data-part="cursor" '
        f'data-places="{places}"/>',
        *(_lead(data, pair, place, plane, rate) for place, rate in enumerate(rates)),
        # The two last, so that none of the others hides them.
        *(
            _curve(data, name, pair, plane, rates)
            for name in [*(name for name in data["names"] if name not in pair), *pair]
        ),
    ]
    keys = "".join(_key(data, name, side) for side, name in enumerate(pair))
    return (
        f'<div class="whole"><div class="keys">{keys}</div>'
        f'<svg role="img" aria-label="{said}" data-part="alt" width="100%" '
        f'height="{plane.bottom + 78}" fill="currentColor">{"".join(parts)}</svg></div>'
    )


def _curve(
    data: dict[str, Any], name: str, pair: tuple[str, str], plane: Plane, rates: list[float]
) -> str:
    """Draw an activation: in its colour with every interval where chosen, or a line in grey."""
    chosen, rows, colour = name in pair, data["mistakes"][name], data["colours"][name]
    side = pair.index(name) if chosen else 0
    line = plane.line(
        rates,
        [row[0] for row in rows],
        stroke=colour if chosen else QUIET,
        stroke_dasharray=data["dashes"][side],
        stroke_width="2" if chosen else "1",
        data_part=f"line-{name}",
    )
    marks = "".join(
        plane.mark(
            rate, max(mean, plane.y.low), max(low, plane.y.low), high, data["shapes"][side],
            data_part=f"shape-{name}",
        )
        for rate, (mean, low, high) in zip(rates, rows, strict=True)
    )  # fmt: skip
    return (
        f'<g data-curve="{name}">{line}<g color="{colour}" fill="{colour}" '
        f'data-part="marks-{name}" visibility="{"visible" if chosen else "hidden"}">{marks}</g></g>'
    )


def _key(data: dict[str, Any], name: str, side: int) -> str:
    """Name a line beside its mark."""
    return (
        f'<span><svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">'
        f'<path d="{data["shapes"][side]}" fill="{data["colours"][name]}" data-part="key{side}"/>'
        f'</svg> <span data-part="name{side}">{data["names"][name]}</span></span>'
    )


def _lead(
    data: dict[str, Any], pair: tuple[str, str], place: int, plane: Plane, rate: float
) -> str:
    """Draw below a rate the mark of who wins, and by how many."""
    winner = _winner(data, pair, place)
    shape = data["shapes"][pair.index(winner)] if winner else ""
    colour = data["colours"].get(winner, QUIET)
    lead = _whole(abs(_gap(data, pair, place)[0])) if winner else "≈"
    middle = plane.across(rate)
    return (
        f'<svg x="{middle}" y="{plane.bottom + 33}" overflow="visible">'
        f'<path d="{shape}" fill="{colour}" data-part="winner{place}"/></svg>'
        f'<text x="{middle}" y="{plane.bottom + 52}" text-anchor="middle" '
        f'data-part="lead{place}">{lead}</text>'
    )


def _table(found: Duels, names: list[str], rates: list[float]) -> pd.DataFrame:
    """Return a row an activation, a column a rate."""
    mistakes = _by_index(found.mistakes)
    frame = pd.DataFrame({"activation": map(spelled, names)})
    for rate in rates:
        cells = []
        for name in names:
            cell = mistakes[name, rate]
            lost = f" ({cell['num_diverged']:.0f})" if cell["num_diverged"] else ""
            half = round((cell["high"] - cell["low"]) / 2, 1)
            cells.append(f"{_whole(round(cell['mean'], 1))} ± {_whole(half)}{lost}")
        frame[f"rate {rate:g}"] = cells
    return frame
