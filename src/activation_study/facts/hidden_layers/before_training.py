"""What the page on dead units says of networks before their first step."""

from __future__ import annotations

import math

import pandas as pd

from activation_study.catalogue.spelling import scientific
from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.facts.hidden_layers.dead_units import NO_ANSWER, percent
from activation_study.report import demonstrations
from activation_study.report.analysis.hidden_layers import death, gradients

KERNELS = {"pytorch": "pytorch", "keras": "glorot_uniform", "he": "he_normal"}
"""What the page calls first weights."""


def first_weights(causes: Runs, signal: Runs, depth: int = 8) -> dict[str, str]:
    """Say what PyTorch's, Keras's and He's first weights do to deep networks before training.

    Args:
        causes: Of ReLU networks, with the dead units of each layer.
        signal: Of ReLU and SiLU networks, with the gradient before the first step.
        depth: Hidden layers.

    Returns:
        Dead units of ReLU in layers 1, 4 and 8, ``born_<weights>_<layer>``; how many times as large
        the gradient of the first layer is with He's weights as with PyTorch's, ``<hidden>_by_he``,
        and how many times as small SiLU's is as ReLU's with PyTorch's, ``silu_below_relu``.
    """
    layers = (1, depth // 2, depth)
    names = [f"born_{name}_{layer}" for name in KERNELS for layer in layers]
    found = dict.fromkeys([*names, "relu_by_he", "silu_by_he", "silu_below_relu"], NO_ANSWER)
    try:
        rows, born = death.judged_runs(causes), gradients.at_birth(signal)
    except IncompleteRecordError:
        return found
    rows = rows[(rows["depth"] == depth) & (rows["bias_initial_value"] == 0)]
    dead = causes.layers[causes.layers["epoch"] == 0].merge(rows[["key", "initializer"]], on="key")
    shares = dead.groupby(["initializer", "layer"])["dead_all"].mean().to_dict()
    for name, kernel in KERNELS.items():
        for layer in layers:
            found[f"born_{name}_{layer}"] = percent(shares.get((kernel, layer), math.nan))
    is_it = (born["depth"] == depth) & (born["layer"] == 1) & (born["normalization"] == "none")
    powers = born[is_it].groupby(["hidden", "initializer"])["gradient"].mean().to_dict()

    def times(larger: tuple[str, str], smaller: tuple[str, str]) -> str:
        power = powers.get(larger, math.nan) - powers.get(smaller, math.nan)
        return f"{float(f'{10**power:.2g}'):,.0f}" if math.isfinite(power) else NO_ANSWER

    for hidden in ("relu", "silu"):
        found[f"{hidden}_by_he"] = times((hidden, "he_normal"), (hidden, "pytorch"))
    return found | {"silu_below_relu": times(("relu", "pytorch"), ("silu", "pytorch"))}


def born_dead(shares: pd.DataFrame, width: int = 128, depth: int = 8) -> dict[str, str]:
    """Say how many networks are dead before training.

    Args:
        shares: As ``demonstrations.born_dead.shares`` returns them.
        width: Units of a wide network, of which the most is said that can be dead.
        depth: Its hidden layers.

    Returns:
        ``drawn_<width>_<depth>`` and, where Keras built some, ``built_<width>_<depth>``; whether
        all of the latter agree with the former, ``agree_said``; and ``wide``.
    """
    found = {}
    cells = shares[["width", "depth", "drawn", "built"]].to_numpy(float)
    for units, layers, share, of_keras in cells:
        digits = 0 if share > 0.1 else 1
        found[f"drawn_{units:g}_{layers:g}"] = percent(share, digits)
        if math.isfinite(of_keras):
            found[f"built_{units:g}_{layers:g}"] = percent(of_keras, digits)
    built = shares.dropna(subset="built")
    agreeing = int(built["drawn"].between(built["low"], built["high"]).sum())
    said = "All of them agree" if agreeing == len(built) else f"{agreeing} of {len(built)} agree"
    return found | {
        "agree_said": f"{said} with what was drawn, within their 95 % intervals.",
        "wide": scientific(demonstrations.born_dead.bounds(width, depth)[1]),
    }
