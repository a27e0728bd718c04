"""What rules ask of hidden layers, read from the Parquet files with pandas alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

SMALLEST_NORMAL = 2.0**-126
"""A gradient of 0 counts as the least number of single precision."""

PLACE = ("epoch", "layer")
MEASURES = (
    *("dead_all", "gradient_dead", "largest", "mean", "spread", "sign_batch", "gradient_norm"),
)


def of_hidden_layers(layers: pd.DataFrame, units: pd.DataFrame) -> dict[str, pd.Series]:
    """Column -> its values by key of the run, from the tables of all studies."""
    layers = layers.drop_duplicates(["key", "epoch", "layer"]).set_index("key")
    # A made-up record may have few of the measures.
    layers = layers.reindex(columns=[*PLACE, *MEASURES])
    last_epoch = layers.groupby("key")["epoch"].transform("max")
    birth, one = (layers[layers["epoch"] == epoch] for epoch in (0, 1))
    end = layers[layers["epoch"] == last_epoch]
    found: dict[str, Any] = {
        "dead_birth": _mean(birth["dead_all"]),
        "dead_end": _mean(end["dead_all"]),
        "gradient_dead_end": _mean(end["gradient_dead"]),
        "largest_output": end["largest"].groupby("key").max(),
        "offset": _mean(abs(one["mean"]) / one["spread"]),
        "sign_minibatch": _mean(one["sign_batch"]),
    }
    by_layer = birth.pivot(columns="layer", values="gradient_norm")
    depth = birth.groupby("key")["layer"].max()
    last = pd.Series({key: by_layer.at[key, number] for key, number in depth.items()})
    found["gradient_ratio"] = by_layer[1] / last
    logarithm = np.log10(by_layer.clip(lower=SMALLEST_NORMAL))
    found |= {"first_gradient": logarithm[1], "largest_gradient": logarithm.max(axis=1)}
    if "dead_all" in units:
        found |= _revived(units.drop_duplicates(["key", "layer", "unit"]), depth)
    return found


def _mean(values: pd.Series) -> pd.Series:
    return values.groupby("key").mean()


def _revived(units: pd.DataFrame, depth: pd.Series) -> dict[str, pd.Series]:
    """Of the units dead on all images after epoch 1 (the second mark), those alive at the end."""
    units = units[units["dead_all"].str.fullmatch("[01]1[01]", na=False)].set_index("key")
    alive = units["dead_all"].str.endswith("0").astype(float)
    at = {"first": units["layer"] == 1, "last": units["layer"] == depth.reindex(units.index)}
    return {f"revived_{name}": _mean(alive[is_it]) for name, is_it in at.items()}
