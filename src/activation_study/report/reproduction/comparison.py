"""Two runs of one experiment: equal to the last recorded digit, or how far apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from activation_study.engine.records import schema
from activation_study.report.reproduction.tolerances import AT_START, scaled, tolerance

Tables = dict[str, pa.Table]
"""Tables of the record that hold one run, by name."""


def of_run(tables: Tables, key: str) -> Tables:
    """The rows of one run."""
    return {
        name: content.filter(pc.equal(content["key"], pa.scalar(key)))
        for name, content in tables.items()
    }


@dataclass(frozen=True)
class Difference:
    """Where two runs lie farthest apart.

    Args:
        name: Quantity, ``<table>.<column>``, or the outcome.
        recorded: Its value in the record.
        retrained: Its value in the run made now.
        tolerances: Size in units of the quantity's tolerance; above 1 is too much.
    """

    name: str
    recorded: str
    retrained: str
    tolerances: float


def inequalities(recorded: Tables, retrained: Tables) -> list[Difference]:
    """Compares every recorded value of two runs but their provenance; one entry a column.

    Floats in the record are rounded, to nine significant digits in ``runs`` and to five in the
    other tables: equal means equal after that.
    """
    found = []
    for table, columns in schema.TABLES.items():
        outside = set(schema.PROVENANCE) if table == "runs" else set()
        for column in (name for name in columns if name not in outside):
            old, new = (tables[table][column].to_pylist() for tables in (recorded, retrained))
            # As text, because NaN equals nothing.
            if repr(old) != repr(new):
                name = f"{table}.{column}"
                found.append(Difference(name, *_first_unequal(old, new), math.inf))
    return found


def largest_difference(recorded: Tables, retrained: Tables, *, at_edge: bool) -> Difference:
    """Compares two runs whose rounding may differ, quantity by quantity.

    A run that diverged has learned nothing, and what it measured in the end is noise: of such a run
    the outcome is compared, and what was seen before rounding could grow.

    What this cannot catch: a fault that shows late in training, or in the measuring alone, by less
    than another rounding would (as little as another seed would, for activations with kinks). What
    changes the data, the initial weights, the first batches, the function, the head or the rate
    shows at the start, where tolerances are tight.

    Args:
        recorded: The run in the record.
        retrained: The run made now.
        at_edge: Whether some seeds of the run's cell diverge and others do not, so that rounding
            may decide which this one does.
    """
    old_outcome, new_outcome = (_row(tables)["divergence"] for tables in (recorded, retrained))
    if old_outcome != new_outcome and not at_edge:
        old, new = (outcome or "did not diverge" for outcome in (old_outcome, new_outcome))
        return Difference("runs.divergence", old, new, math.inf)
    old, new = quantities(recorded), quantities(retrained)
    names = [name for name in old if name.endswith(AT_START) or not (old_outcome or new_outcome)]
    rate = float(_row(recorded)["learning_rate"])
    return max(
        (_difference(name, old[name], new[name], rate) for name in names),
        key=lambda difference: difference.tolerances,
    )


def distance(name: str, recorded: np.ndarray, retrained: np.ndarray) -> np.ndarray:
    """Differences on the quantity's scale; infinite where one is missing or the shapes differ."""
    if recorded.shape != retrained.shape:
        return np.array([math.inf])
    old, new = scaled(name, recorded), scaled(name, retrained)
    with np.errstate(invalid="ignore"):
        gaps = np.abs(old - new)
    gaps[(old == new) | (np.isnan(old) & np.isnan(new))] = 0.0
    return np.nan_to_num(gaps, nan=math.inf, posinf=math.inf)


def quantities(tables: Tables) -> dict[str, np.ndarray]:
    """What is compared of one run: name to float array, each on its natural scale.

    Rows whose number depends on rounding become shares: units that were ever dead by layer, bins
    by their weighted means, confusions by true class.
    """
    row = _row(tables)
    frames = {name: content.to_pandas() for name, content in tables.items()}
    found = {
        f"runs.{column}": _floats(frames["runs"][column])
        for column, kind in schema.SUMMARY.items()
        if kind == schema.REAL
    }
    # 97 % never reached counts as one epoch more than were trained, as in every comparison.
    found["runs.epochs_to_97"] = np.minimum(found["runs.epochs_to_97"], row["epochs"] + 1.0)
    for table, place in (("history", "epoch"), ("early", "step"), ("layers", "epoch")):
        found |= _over_time(table, place, frames[table])
    found |= _dead_shares(frames["units"], row["depth"], row["width"])
    return found | _reliability(frames["reliability"]) | _confusion(frames["confusion"])


def _difference(name: str, old: np.ndarray, new: np.ndarray, rate: float) -> Difference:
    gaps = distance(name, old, new)
    if not len(gaps):
        return Difference(name, "", "", 0.0)
    at = int(np.argmax(gaps))
    same_shape = old.shape == new.shape
    shown = [f"{x[at]:.6g}" if same_shape else f"{len(x)} values" for x in (old, new)]
    return Difference(name, shown[0], shown[1], float(gaps[at]) / tolerance(name, rate))


def _over_time(table: str, place: str, frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """The columns of a table in two parts: before rounding can have grown, and after."""
    is_start = (frame[place] == frame[place].min()).to_numpy()
    outside = {"key", *schema.SORT_KEYS[table]}
    columns = {
        column: _floats(frame[column]) for column in schema.TABLES[table] if column not in outside
    }
    return {f"{table}.{name}{AT_START}": values[is_start] for name, values in columns.items()} | {
        f"{table}.{name}": values[~is_start] for name, values in columns.items()
    }


def _dead_shares(frame: pd.DataFrame, depth: int, width: int) -> dict[str, np.ndarray]:
    """Share of each layer's units that were dead, or without gradient, at some epoch."""
    layers = range(1, depth + 1)
    return {
        f"units.{column}": np.array(
            [(frame.loc[frame["layer"] == n, column].str.contains("1")).sum() for n in layers]
        )
        / width
        for column in ("dead", "gradient_dead")
    }


def _reliability(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Weighted means over the bins: ties decide how many bins there are."""
    weights = frame["count"] / frame["count"].sum()
    parts = {
        "confidence": frame["confidence"],
        "accuracy": frame["accuracy"],
        "gap": (frame["confidence"] - frame["accuracy"]).abs(),
    }
    is_measured = len(frame) > 0
    return {
        f"reliability.{name}": np.array([(weights * values).sum()] if is_measured else [], float)
        for name, values in parts.items()
    }


def _confusion(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    totals = frame.groupby("true_class")["count"].transform("sum")
    return {
        "confusion.share": _floats(frame["count"] / totals),
        "confusion.mean_probability": _floats(frame["mean_probability"]),
    }


def _row(tables: Tables) -> dict[str, Any]:
    row: dict[str, Any] = tables["runs"].to_pylist()[0]
    return row


def _floats(column: pd.Series) -> np.ndarray:
    return column.to_numpy(dtype=float, na_value=np.nan)


def _first_unequal(old: list[Any], new: list[Any]) -> tuple[str, str]:
    """The first pair of values that differ, as text; the numbers of rows where those differ."""
    if len(old) != len(new):
        return f"{len(old)} rows", f"{len(new)} rows"
    return next((str(a), str(b)) for a, b in zip(old, new, strict=True) if repr(a) != repr(b))
