"""The numbers that a figure draws, as a table: what lies in its axes, in the units of these."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedLocator

TILE = "tile"
"""Group of rectangles whose number is written in them."""

COLUMNS = ["panel", "kind", "name", "colour", "x", "y", "x_end", "y_end", "size", "text"]


def drawn_numbers(figure: Figure) -> pd.DataFrame:
    """Return a row for each point, interval, bar, end of a band, and number in a tile.

    Columns of which no row has a value are left out; ``size`` is the area of a mark whose area
    tells something; a place on an axis of names is the name. What lies across a
    whole panel, such as a margin, is no number of it.
    """
    rows = []
    for place, axes in enumerate(figure.axes, start=1):
        panel = " ".join(
            (axes.get_title("left") or axes.get_title() or axes.get_xlabel() or str(place)).split()
        )
        names = {"x": _names(axes.xaxis), "y": _names(axes.yaxis)}
        for kind, artist, values in _marks(axes):
            label = str(artist.get_label()) if artist is not None else ""
            row = {"panel": panel, "kind": kind, "colour": _colour(artist)}
            row["name"] = "" if label.startswith("_") else label
            for column, value in values.items():
                known = names.get(column[0], {}) if column != "text" else {}
                row[column] = known.get(round(float(value)), value) if known else value
            rows.append(row)
    frame = pd.DataFrame(rows, columns=COLUMNS).replace("", None)
    return frame.dropna(axis="columns", how="all")


def _names(axis: Axis) -> dict[int, str]:
    """Return what an axis of names calls its places; nothing of an axis of numbers."""
    locator = axis.get_major_locator()
    if not isinstance(locator, FixedLocator):
        return {}
    ticks: Any = locator()
    words = [" ".join(str(axis.get_major_formatter()(tick)).split()) for tick in ticks]
    if not any(letter.isalpha() for word in words for letter in word):
        return {}
    return {round(float(tick)): word for tick, word in zip(ticks, words, strict=True)}


def _colour(artist: Any) -> str:
    """Return the colour of a mark: it tells lines apart that are named beside their ends."""
    if isinstance(artist, Line2D):
        return to_hex(artist.get_color())
    found = artist.get_facecolor() if artist is not None else []
    if isinstance(artist, LineCollection):
        found = artist.get_edgecolor()
    colours = np.atleast_2d(found)
    return to_hex(colours[0]) if colours.size else ""


def _marks(axes: Axes) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Yield every mark that stands in the axes' own units: its kind, what drew it, its place."""
    for line in axes.lines:
        if line.get_transform() == axes.transData:
            yield from (("point", line, each) for each in _points(line.get_xydata()))
    for each in axes.collections:
        if isinstance(each, PathCollection):
            points, areas = np.asarray(each.get_offsets()), np.asarray(each.get_sizes())
            sized = [{"size": area} if len(areas) > 1 else {} for area in areas]
            for place, (x, y) in enumerate(points):
                yield "point", each, {"x": x, "y": y} | sized[place % len(sized)]
        elif isinstance(each, LineCollection):
            # An interval of what is not known has no ends.
            for segment in filter(len, each.get_segments()):
                (x, y), (x_end, y_end) = segment[0], segment[-1]
                yield "line", each, {"x": x, "y": y, "x_end": x_end, "y_end": y_end}
        elif isinstance(each, PolyCollection):
            for path in each.get_paths():
                ends = pd.DataFrame(np.asarray(path.vertices)).groupby(0)[1].agg(["min", "max"])
                for x, (low, high) in zip(ends.index, ends.to_numpy(), strict=True):
                    yield "band", each, {"x": x, "y": low, "y_end": high}
    for patch in axes.patches:
        in_units = patch.get_data_transform() == axes.transData
        if isinstance(patch, Rectangle) and in_units and patch.get_gid() != TILE:
            (x, y), (x_end, y_end) = patch.get_bbox().get_points()
            yield "bar", patch, {"x": x, "y": y, "x_end": x_end, "y_end": y_end}
    for words in axes.texts:
        text = words.get_text().strip()
        if words.get_transform() == axes.transData and any(sign.isdigit() for sign in text):
            x, y = words.get_position()
            yield "number", None, {"x": x, "y": y, "text": text}


def _points(points: Any) -> Iterator[dict[str, Any]]:
    """Yield the points of a line; a stroke across a place is one of it."""
    points = np.asarray(points, dtype=float)
    gaps = np.flatnonzero(np.isnan(points).any(axis=1))
    for part in np.split(points, gaps):
        part = part[~np.isnan(part).any(axis=1)]
        if len(gaps) and len(part) == 2 and part[0, 0] == part[1, 0]:
            part = part.mean(axis=0, keepdims=True)
        yield from ({"x": x, "y": y} for x, y in part)
