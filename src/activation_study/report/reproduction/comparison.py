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
from activation_study.engine.records.tables import only
from activation_study.report.reproduction import tolerances
from activation_study.report.reproduction.coherence import contradictions

Tables = dict[str, pa.Table]
"""Tables of the record that hold one run, by name."""

Frames = dict[str, pd.DataFrame]
"""The same, for pandas."""


def of_run(tables: Tables, key: str) -> Tables:
    """The rows of one run."""
    return {name: only(content, [key]) for name, content in tables.items()}


@dataclass(frozen=True)
class Difference:
    """Where two runs lie farthest apart: a quantity, ``<table>.<column>``, with both values.

    Its size is in units of the quantity's tolerance; above 1 is too much.
    """

    name: str
    recorded: str
    retrained: str
    tolerances: float


def inequalities(recorded: Tables, retrained: Tables) -> list[Difference]:
    """Compares every value of two runs that the tables hold of both; one entry a column.

    Floats in the record are rounded, to nine significant digits in ``runs`` and to five in the
    other tables: equal means equal after that.
    """
    found = []
    for table, content in recorded.items():
        for column in content.column_names:
            old, new = (tables[table][column].to_pylist() for tables in (recorded, retrained))
            # As text, because NaN equals nothing.
            if repr(old) != repr(new):
                name = f"{table}.{column}"
                found.append(Difference(name, *_first_unequal(old, new), math.inf))
    return found


def without_missing(recorded: Tables, retrained: Tables) -> tuple[Tables, Tables, list[str]]:
    """Leaves out what one of the runs was not shown, since KMNIST's images were not at hand.

    Returns:
        Both, and the name of what is left out, if anything.
    """
    kinds = (
        tables["unknown"]["unknown"] for tables in (recorded, retrained) if "unknown" in tables
    )
    if len({"kmnist" in found.to_pylist() for found in kinds}) < 2:
        return recorded, retrained, []

    def rest(tables: Tables) -> Tables:
        rows = tables["unknown"]
        return tables | {"unknown": rows.filter(pc.not_equal(rows["unknown"], "kmnist"))}

    return rest(recorded), rest(retrained), ["unknown.kmnist"]


def compare(
    recorded: Tables, retrained: Tables, *, at_edge: bool
) -> tuple[Difference, tuple[str, ...]]:
    """Compares two runs whose rounding may differ, quantity by quantity.

    A run that diverged has learned nothing, and what it measured in the end is noise: of such a run
    the outcome is compared, and what was seen before rounding could grow. Of a quantity that is not
    comparable it is compared whether it was measured, and whether the run's other values deny it.

    What this cannot catch: a fault that shows late in training, or in the measuring alone, by less
    than another rounding would (as little as another seed would, for activations with kinks). What
    changes the data, the initial weights, the first batches, the function, the head or the rate
    shows at the start, where tolerances are tight.

    Args:
        recorded: The run in the record.
        retrained: The run made now.
        at_edge: Whether some seeds of the run's cell diverge and others do not, so that rounding
            may decide which this one does.

    Returns:
        The largest difference, and the names of what rounding could make anything of.
    """
    frames = [_frames(tables) for tables in (recorded, retrained)]
    outcomes = [each["runs"]["divergence"].item() or "did not diverge" for each in frames]
    if outcomes[0] != outcomes[1]:
        if not at_edge:
            return Difference("runs.divergence", outcomes[0], outcomes[1], math.inf), ()
    elif found := _first_other_row(*frames):
        return found, ()
    if found := _contradiction(*frames):
        return found, ()
    old, new = map(_quantities, frames)
    is_sound = set(outcomes) == {"did not diverge"}
    seen = [name for name in old if is_sound or name.endswith(tolerances.AT_START)]
    rate = float(frames[0]["runs"]["learning_rate"].item())
    allowed = {name: tolerances.tolerance(name, rate) for name in seen}
    differences = [_difference(name, old[name], new[name], allowed[name]) for name in seen]
    unseen = [name for name in old if allowed.get(name) is None and not np.isnan(old[name]).all()]
    # Their shares are compared; which of a layer's units they are, is as good as drawn.
    unseen += ["units.unit"] * (recorded["units"].num_rows > 0)
    return max(differences, key=lambda found: found.tolerances), tuple(unseen)


def distance(name: str, recorded: np.ndarray, retrained: np.ndarray) -> np.ndarray:
    """Differences on the quantity's scale; infinite where one is missing or the shapes differ."""
    if recorded.shape != retrained.shape:
        return np.array([math.inf])
    old, new = tolerances.scaled(name, recorded), tolerances.scaled(name, retrained)
    with np.errstate(invalid="ignore"):
        gaps = np.abs(old - new)
    gaps[(old == new) | (np.isnan(old) & np.isnan(new))] = 0.0
    return np.nan_to_num(gaps, nan=math.inf, posinf=math.inf)


def quantities(tables: Tables) -> dict[str, np.ndarray]:
    """What is compared of one run: name to float array, each on its natural scale.

    Rows whose number depends on rounding become shares: units that were ever dead by layer, bins
    by their weighted means, confusions by true class.
    """
    return _quantities(_frames(tables))


def _quantities(frames: Frames) -> dict[str, np.ndarray]:
    row = frames["runs"].iloc[0]
    found = {
        f"runs.{column}": _floats(frames["runs"][column])
        for column, kind in schema.SUMMARY.items()
        if kind == schema.REAL and column in row
    }
    # 97 % never reached counts as one epoch more than were trained, as in every comparison.
    found["runs.epochs_to_97"] = np.minimum(
        found["runs.epochs_to_97"], row["epochs"] + row.get("second_epochs", 0) + 1.0
    )
    for table, place in (("history", "epoch"), ("early", "step"), ("layers", "epoch")):
        found |= _over_time(table, place, frames[table])
    found |= _dead_shares(frames["units"], row["depth"], row["width"])
    return found | _reliability(frames["reliability"]) | _confusion(frames["confusion"])


def _first_other_row(recorded: Frames, retrained: Frames) -> Difference | None:
    """What no rounding can change: which rows there are, and how many images were counted."""
    old, new = _rows(recorded), _rows(retrained)
    for name in old:
        if old[name] != new[name]:
            return Difference(name, *_first_unequal(old[name], new[name]), math.inf)
    return None


def _rows(frames: Frames) -> dict[str, list[Any]]:
    found = {
        f"{table}.{column}": frames[table][column].tolist()
        for table in ("history", "early", "layers", "confusion")
        for column in schema.SORT_KEYS[table][1:]
    }
    images = frames["confusion"].groupby("true_class")["count"].sum()
    return found | {
        "confusion.count": images.tolist(),
        "reliability.count": [int(frames["reliability"]["count"].sum())],
    }


def _contradiction(recorded: Frames, retrained: Frames) -> Difference | None:
    """The first recorded value that the others deny, though they allow it in the run made now."""
    usual = {name for name, *_ in contradictions(retrained)}
    for name, value, derived in contradictions(recorded):
        if name not in usual:
            return Difference(name, f"{value:.6g}", f"{derived:.6g} by its other values", math.inf)
    return None


def _frames(tables: Tables) -> Frames:
    # Of one run: threads would take longer to wake than to work.
    return {name: content.to_pandas(use_threads=False) for name, content in tables.items()}


def _difference(name: str, old: np.ndarray, new: np.ndarray, allowed: float | None) -> Difference:
    """The largest difference; without a tolerance, only one that is there or not counts."""
    gaps = distance(name, old, new)
    if not len(gaps):
        return Difference(name, "", "", 0.0)
    at = int(np.argmax(gaps))
    same_shape = old.shape == new.shape
    shown = [f"{x[at]:.6g}" if same_shape else f"{len(x)} values" for x in (old, new)]
    gap = float(gaps[at])
    size = gap / allowed if allowed else (gap if math.isinf(gap) else 0.0)
    return Difference(name, shown[0], shown[1], size)


def _over_time(table: str, place: str, frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """The columns of a table in three parts: before rounding can grow, early on, and later."""
    turn = frame[place].rank(method="dense").to_numpy()
    last = tolerances.EARLY_WINDOWS if table == "early" else 2
    parts = {
        tolerances.AT_START: turn == 1,
        tolerances.EARLY_ON: (turn > 1) & (turn <= last),
        "": turn > last,
    }
    return {
        f"{table}.{column}{when}": _floats(frame[column])[rows]
        for when, rows in parts.items()
        for column in frame.columns.difference(schema.SORT_KEYS[table], sort=False)
    }


def _dead_shares(frame: pd.DataFrame, depth: int, width: int) -> dict[str, np.ndarray]:
    """Share of each layer's units that were dead, or without gradient, at some epoch."""
    of_layer = [frame[frame["layer"] == number] for number in range(1, depth + 1)]
    return {
        f"units.{column}": np.array([units[column].str.contains("1").sum() for units in of_layer])
        / width
        for column in ("dead", "gradient_dead")
    }


def _reliability(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """Weighted means over the bins: ties decide how many bins there are."""
    weights = frame["count"] / frame["count"].sum()
    gaps = (frame["confidence"] - frame["accuracy"]).abs()
    parts = {"confidence": frame["confidence"], "accuracy": frame["accuracy"], "gap": gaps}
    return {
        f"reliability.{name}": np.array([(weights * values).sum()] if len(frame) else [], float)
        for name, values in parts.items()
    }


def _confusion(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    totals = frame.groupby("true_class")["count"].transform("sum")
    return {
        "confusion.share": _floats(frame["count"] / totals),
        "confusion.mean_probability": _floats(frame["mean_probability"]),
    }


def _floats(column: pd.Series) -> np.ndarray:
    return column.to_numpy(dtype=float, na_value=np.nan)


def _first_unequal(old: list[Any], new: list[Any]) -> tuple[str, str]:
    """The first pair of values that differ, as text; the numbers of rows where those differ."""
    if len(old) != len(new):
        return f"{len(old)} rows", f"{len(new)} rows"
    return next((str(a), str(b)) for a, b in zip(old, new, strict=True) if repr(a) != repr(b))
