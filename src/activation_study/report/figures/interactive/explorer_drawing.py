"""The explorer's drawing: what stands still, and what a choice of cells puts into it."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from activation_study.catalogue.spelling import with_minus
from activation_study.report.drawing.looks import SERIES
from activation_study.report.drawing.plane import DASHES, Axis, Plane, written
from activation_study.report.figures.interactive.explorer_data import PLANE, number

SIDES = ("", "2")
"""What the names of the controls of the first and of the second cell end with."""

LOOKS = SERIES[:2]
TICKS = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
LEFT, WIDTH, TOP, HEIGHT = (PLANE[name] for name in ("left", "width", "top", "height"))
ALWAYS = ("runs", "failed runs", "images read", "study")
"""What the table tells of every cell, before its measures."""

Parts = dict[str, dict[str, str]]
"""Attributes, and the text, of what the script may change, by the name of the part."""


def parts_of(data: Mapping[str, Any], state: Mapping[str, str]) -> Parts:
    """Return what a state puts into the drawing, as the script does."""
    task = data["tasks"][state["task"]]
    chosen = [_cell(data, state, end) for end in SIDES]
    parts: Parts = {
        f"frame-{name}": {"visibility": "visible" if name == state["task"] else "hidden"}
        for name in data["tasks"]
    }
    for side, end in enumerate(SIDES):
        parts |= _side(data, task, state, side, end)
    rows = [*ALWAYS, *(words for words, _ in task["rows"])]
    columns = [_column(data, task, cell) for cell in chosen]
    for place in range(most_rows(data)):
        is_used = place < len(rows)
        parts[f"row{place}"] = {"style": "" if is_used else "display: none"}
        parts[f"words{place}"] = {"text": rows[place] if is_used else ""}
        for side, column in enumerate(columns):
            parts[f"value{side}-{place}"] = {"text": column[place] if is_used else ""}
    said = _said(data, task, state, chosen)
    parts["said"] = {"text": said}
    names = " and ".join(parts[f"name{side}"]["text"] for side in (0, 1) if chosen[side])
    for panel, over in (("curve", "epochs"), ("rates", "learning rates")):
        parts[f"{panel}-alt"] = {"aria-label": f"{task['measure']} over {over}: {names}. {said}"}
    return parts


def most_rows(data: Mapping[str, Any]) -> int:
    """Return how many rows the table has room for."""
    return len(ALWAYS) + max(len(task["rows"]) for task in data["tasks"].values())


def _cell(data: Mapping[str, Any], state: Mapping[str, str], end: str) -> Any:
    """Return a chosen cell; None where nothing is chosen."""
    names = (state[name + end] for name in ("hidden", "head", "rate"))
    return data["cells"].get(" ".join([state["task"], *names]))


def _place(ends: Sequence[float], value: float) -> float:
    """Return where a value stands between two ends, in percent."""
    return 100 * min(max((value - ends[0]) / (ends[1] - ends[0]), 0), 1)


def _height(task: Mapping[str, Any], value: float) -> float:
    """Return how far below the top a value stands, in percent."""
    drawn = math.log10(max(value, 1e-9)) if task["log"] else value
    return 100 - _place(task["y"], drawn)


def _joined(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.2f},{y:.2f}" for x, y in points)


def _side(
    data: Mapping[str, Any], task: Mapping[str, Any], state: Mapping[str, str], side: int, end: str
) -> Parts:
    """Return the parts of one cell: its name, curve, band, and the rates of its pair."""
    cell = _cell(data, state, end)
    parts = {f"side{side}": {"visibility": "visible" if cell else "hidden"}}
    if not cell:
        return parts | {f"name{side}": {"text": ""}}
    reading = data["readings"].index(state["reading"])
    hidden, head, rate = (state[name + end] for name in ("hidden", "head", "rate"))
    means, reaches = cell[6][reading]
    xs = [_place([0, task["epochs"]], epoch) for epoch in range(len(means))]
    low = [_height(task, mean - reach) for mean, reach in zip(means, reaches, strict=True)]
    high = [_height(task, mean + reach) for mean, reach in zip(means, reaches, strict=True)]
    start = f"{state['task']} {hidden} {head} "
    own = {
        name.removeprefix(start): each
        for name, each in data["cells"].items()
        if name.startswith(start)
    }
    across = {name: _place(task["rates"], math.log10(float(name))) for name in own}
    ends = {
        name: [_height(task, value) for value in each[5][reading]] for name, each in own.items()
    }
    dots = {
        part: "".join(
            f"M{across[name]:.2f},{ends[name][0]:.2f}h0"
            for name, each in own.items()
            if each[0] == part
        )
        for part in (0, 1)
    }
    reach = "".join(f"M{across[name]:.2f},{ends[name][1]:.2f}V{ends[name][2]:.2f}" for name in own)
    return parts | {
        f"name{side}": {
            "text": f"{data['hidden'][hidden]}, {data['heads'][head]}, rate {rate}"
        },
        f"line{side}": {
            "points": _joined(zip(xs, (_height(task, mean) for mean in means), strict=True))
        },
        f"band{side}": {
            "points": _joined(zip(xs + xs[::-1], low + high[::-1], strict=True))
        },
        f"rates{side}": {"points": _joined((across[name], ends[name][0]) for name in own)},
        f"reach{side}": {"d": reach},
        f"dots{side}": {"d": dots[1]},
        f"pale{side}": {"d": dots[0]},
        f"ring{side}": {
            "x": f"{LEFT + WIDTH * across[rate] / 100:.2f}%",
            "y": f"{TOP + HEIGHT * ends[rate][0] / 100:.2f}",
        },
    }  # fmt: skip


def _column(data: Mapping[str, Any], task: Mapping[str, Any], cell: Any) -> list[str]:
    """Return what the table tells of a cell, from first to last."""
    if not cell:
        return [""] * (len(ALWAYS) + len(task["rows"]))
    part, runs, failed, is_tuned, study, values, *_ = cell
    chosen = ", its chosen rate" if is_tuned else ""
    told = [str(runs), str(failed), data["parts"][part], study + chosen]
    return told + [
        _ends(data, value, digits) for value, (_, digits) in zip(values, task["rows"], strict=True)
    ]


def _ends(data: Mapping[str, Any], value: Any, digits: int) -> str:
    """Write a mean with its interval."""
    if value is None:
        return str(data["none"])
    mean, low, high = (number(each, digits) for each in value)
    return f"{mean} ({low} to {high})"


def _said(
    data: Mapping[str, Any], task: Mapping[str, Any], state: Mapping[str, str], chosen: list[Any]
) -> str:
    """Say the first measure of each cell, and the difference seed by seed."""
    reading = data["readings"].index(state["reading"])
    said = []
    for cell, end in zip(chosen, SIDES, strict=True):
        if cell:
            name = data["hidden"][state[f"hidden{end}"]]
            value = _ends(data, cell[5][reading], task["rows"][0][1])
            start = f"{name[:1].upper()}{name[1:]}, {data['heads'][state[f'head{end}']]}"
            said.append(
                f"{start}, rate {state[f'rate{end}']}, on {data['parts'][cell[0]]} images: "
                f"{value} {task['measure']}."
            )
    if all(chosen) and all(cell[7] for cell in chosen):
        first, second = (np.array(cell[7][reading]) for cell in chosen)
        mean = float((first - second).mean())
        reach = task["quantile"] * float((first - second).std(ddof=1)) / math.sqrt(len(first))
        ends = _ends(data, [mean, mean - reach, mean + reach], task["rows"][0][1])
        said.append(f"First less second, seed by seed: {ends}.")
    elif all(chosen):
        said.append("The two were not run on the same seeds and images.")
    return with_minus(" ".join(said))


def _part(tag: str, name: str, parts: Parts, content: str = "", **still: str) -> str:
    """Write an element that the script may change, with what stands still in it."""
    moved = parts.get(name, {})
    text = html.escape(moved.get("text", ""), quote=False) + content
    named = {key: value for key, value in moved.items() if key != "text"}
    return f"<{tag}{written(still | named | {'data_part': name})}>{text}</{tag}>"


def drawn(data: Mapping[str, Any], parts: Parts) -> str:
    """Return keys, both panels and the table of the chosen cells as HTML."""
    keys = "".join(
        f'<span><svg width="34" height="12" aria-hidden="true"><path d="M1 6H33" '
        f'stroke="{look.colour}" stroke-width="3" stroke-dasharray="{DASHES[look.line]}"/></svg> '
        f"{_part('span', f'name{side}', parts)}</span>"
        for side, look in enumerate(LOOKS)
    )
    still = 'fill="none" vector-effect="non-scaling-stroke"'
    panels = {"curve": "", "rates": ""}
    for side, look in enumerate(LOOKS):
        line = {
            "fill": "none", "stroke": look.colour, "stroke_width": "2",
            "stroke_dasharray": DASHES[look.line], "vector_effect": "non-scaling-stroke",
        }  # fmt: skip
        dot = line | {"stroke_width": "8", "stroke_linecap": "round", "stroke_dasharray": "none"}
        curve = _part("polygon", f"band{side}", parts, fill=look.colour, opacity=".2") + _part(
            "polyline", f"line{side}", parts, **line
        )
        rates = (
            _part("path", f"reach{side}", parts, **line | {"stroke_dasharray": "none"})
            + _part("polyline", f"rates{side}", parts, **line | {"opacity": ".5"})
            + _part("path", f"pale{side}", parts, **dot | {"opacity": ".45"})
            + _part("path", f"dots{side}", parts, **dot)
        )
        ring = _part(
            "svg", f"ring{side}", parts,
            f'<circle r="{8 + 2 * side}" {still} stroke="{look.colour}" stroke-width="2"/>',
            overflow="visible",
        )  # fmt: skip
        for panel, inside, above in (("curve", curve, ""), ("rates", rates, ring)):
            window = (
                f'<svg x="{LEFT}%" y="{TOP}" width="{WIDTH}%" height="{HEIGHT}" viewBox="0 0 100 '
                f'100" preserveAspectRatio="none" overflow="visible">{inside}</svg>{above}'
            )
            panels[panel] += _part("g", f"side{side}", parts, window)
    shown = "".join(
        _part(
            "svg", f"{panel}-alt", parts,
            "".join(_frame(name, task, panel, parts) for name, task in data["tasks"].items())
            + lines,
            role="img", width="100%", height=str(TOP + HEIGHT + 44), fill="currentColor",
        )
        for panel, lines in panels.items()
    )  # fmt: skip
    return f'<div class="whole keys">{keys}</div>{shown}{_table(data, parts)}'


def _frame(name: str, task: Mapping[str, Any], panel: str, parts: Parts) -> str:
    """Draw the axes of a set-up."""
    y = Axis(*task["y"])
    if panel == "curve":
        x, xlabel = Axis(0, task["epochs"]), "epoch"
        step = max(1, task["epochs"] // 5)
        xticks = {float(tick): str(tick) for tick in range(0, task["epochs"] + 1, step)}
        part = "validation"
    else:
        x, xlabel, part = Axis(*task["rates"]), "learning rate", "test"
        decades = range(math.ceil(x.low), math.floor(x.high) + 1)
        xticks = {float(power): f"{10.0**power:g}" for power in decades}
    if task["log"]:
        yticks = {math.log10(tick): f"{tick:,g}" for tick in TICKS}
    else:
        yticks = {float(tick): str(tick) for tick in range(0, 101, 20)}
    yticks = {tick: text for tick, text in yticks.items() if y.low <= tick <= y.high}
    words = task["measure"].replace("images", f"{part} images") + ", log scale" * task["log"]
    plane = Plane(x, y, int(HEIGHT), LEFT, WIDTH, int(TOP))
    return _part("g", f"frame-{name}", parts, plane.frame(xticks, yticks, xlabel, words))


def _table(data: Mapping[str, Any], parts: Parts) -> str:
    """Return the table of both cells: a row a measure."""
    rows = "".join(
        _part(
            "tr", f"row{place}", parts,
            _part("th", f"words{place}", parts, scope="row")
            + "".join(_part("td", f"value{side}-{place}", parts) for side in (0, 1)),
        )
        for place in range(most_rows(data))
    )  # fmt: skip
    heads = "".join(_part("th", f"name{side}", parts, scope="col") for side in (0, 1))
    return (
        '<div class="whole scrolls" tabindex="0" role="group" aria-label="Both cells in numbers">'
        f'<table class="cells"><thead><tr><th scope="col">mean (95 % interval)</th>{heads}</tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )
