"""What the page on dead units says of networks before their first step, and of what they reach."""

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
FUNCTIONS = ("relu", "silu")


def first_weights(deep: Runs) -> dict[str, str]:
    """Say what PyTorch's, Keras's and He's first weights do to deep networks, and what they reach.

    Args:
        deep: Networks of one depth, of ReLU and of SiLU.

    Returns:
        By function and weights, such as ``relu_pytorch_born``: before the first step the dead units
        of the last layer but one, ``_born``, and the gradient of the first layer, ``_gradient``;
        the right test images at the last weights, ``_right``.
    """
    ends = ("born", "gradient", "right")
    arms = {(hidden, KERNELS[name]): f"{hidden}_{name}" for hidden in FUNCTIONS for name in KERNELS}
    found = {f"{arm}_{end}": NO_ANSWER for arm in arms.values() for end in ends}
    try:
        rows, born = death.judged_runs(deep), gradients.at_birth(deep)
    except IncompleteRecordError:
        return found
    is_it = (deep.layers["epoch"] == 0) & (deep.layers["layer"] == deep.layers["layer"].max() - 1)
    dead = deep.layers[is_it].set_index("key")["dead_all"]
    means = (
        rows.assign(born=rows["key"].map(dead))
        .groupby(["hidden", "initializer"])[["born", "accuracy"]]
        .mean()
    )
    powers = gradients.first_layers(born).groupby(["hidden", "initializer"]).mean()
    for place, (share, right) in zip(means.index, means.to_numpy(), strict=True):
        said = (percent(share), scientific(10 ** powers[place]), percent(right, 2))
        found |= {f"{arms[place]}_{end}": each for end, each in zip(ends, said, strict=True)}
    return found


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
