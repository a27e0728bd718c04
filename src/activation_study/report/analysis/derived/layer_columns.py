"""Measures of a run's hidden layers that follow from its tables, one number a run."""

from __future__ import annotations

import numpy as np
import pandas as pd

from activation_study.engine.records.records import Runs

BIRTH, ONE, END = range(3)
"""When units are counted over all training images: the places of ``units.dead_all``."""

NAMES = (
    *("dead_birth", "dead_one", "dead_end", "silent_end", "gradient_dead_end"),
    *("revived_first", "revived_last", "first_gradient", "last_gradient", "largest_gradient"),
    *("gradient_ratio", "last_spread", "largest_output", "offset"),
    *("sign_one_image", "sign_minibatch"),
)
"""The columns that ``of_layers`` can give."""


def of_layers(runs: Runs) -> dict[str, pd.Series]:
    """Return the columns ``NAMES``, each by key of the run.

    ``dead_<when>``: share of units that are 0 on every training image, mean over the layers;
    ``silent_end`` and ``gradient_dead_end`` on the probe set. ``revived_<layer>``: of the units of
    the first or last layer that are dead after epoch 1, the share that is not at the end; missing
    where none was dead. Gradients (Euclidean norms in a layer's kernel) and the last layer's spread
    are those at birth, as common logarithms but for the ratio. ``offset``: size of the mean output
    over the spread, mean over the layers after epoch 1. ``sign_...``: after epoch 1, mean over the
    layers that have one.
    """
    layers = runs.layers
    if layers.empty:
        return {}
    epochs = layers.groupby("key")["epoch"].transform("max")
    at = {
        "birth": layers[layers["epoch"] == 0],
        "one": layers[layers["epoch"] == 1],
        "end": layers[layers["epoch"] == epochs],
    }
    found: dict[str, pd.Series] = {}
    if "dead_all" in layers:
        for when, part in at.items():
            found[f"dead_{when}"] = part.groupby("key")["dead_all"].mean()
        found |= _revived(runs.units, layers)
    end = at["end"].groupby("key")
    found["silent_end"], found["gradient_dead_end"] = (
        end["dead"].mean(),
        end["gradient_dead"].mean(),
    )
    if "largest" in layers:
        found["largest_output"] = end["largest"].max()
    one = at["one"]
    found["offset"] = (one["mean"].abs() / one["spread"]).groupby(one["key"]).mean()
    for name, column in (("sign_one_image", "sign_example"), ("sign_minibatch", "sign_batch")):
        if column in one:
            found[name] = one.groupby("key")[column].mean()
    return found | _at_birth(at["birth"].sort_values("layer"))


def _at_birth(birth: pd.DataFrame) -> dict[str, pd.Series]:
    by_run = birth.groupby("key")
    first, last = by_run["gradient_norm"].first(), by_run["gradient_norm"].last()
    # A gradient of exactly 0 is the smallest that there is, and not minus infinity.
    least = float(np.finfo(np.float32).tiny)
    powers = {
        "first_gradient": first,
        "last_gradient": last,
        "largest_gradient": by_run["gradient_norm"].max(),
        "last_spread": by_run["spread"].last(),
    }
    found = {name: np.log10(values.clip(lower=least)) for name, values in powers.items()}
    return found | {"gradient_ratio": first / last}


def _revived(units: pd.DataFrame, layers: pd.DataFrame) -> dict[str, pd.Series]:
    if units.empty or "dead_all" not in units:
        return {}
    histories = units[units["dead_all"].str.len() > END]
    dead = histories[histories["dead_all"].str[ONE] == "1"]
    depth = dead["key"].map(layers.groupby("key")["layer"].max())
    fires = dead["dead_all"].str[END] == "0"
    return {
        f"revived_{name}": fires[is_it].groupby(dead["key"][is_it]).mean()
        for name, is_it in (("first", dead["layer"] == 1), ("last", dead["layer"] == depth))
    }
