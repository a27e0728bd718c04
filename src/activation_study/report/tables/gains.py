"""The table of gains: with which first weights each function keeps the size of its signal."""

from __future__ import annotations

import html
from collections.abc import Sequence

import pandas as pd

from activation_study.catalogue import activations
from activation_study.catalogue.activations.moments import normal_moments
from activation_study.catalogue.spelling import scientific
from activation_study.engine.records.records import Runs
from activation_study.report.analysis.hidden_layers import gradients
from activation_study.report.drawing.looks import spelled
from activation_study.report.tables.table import Table

FUNCTIONS = ("relu", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "tanh", "scaled_sigmoid")
"""Of which the table is by default; a sigmoid needs more than a scale."""


def gains_table(
    runs: Runs | None = None, hidden: Sequence[str] = FUNCTIONS, depth: int = 32
) -> Table:
    """List the scale of each function's weights, its line in Keras, and what it does when deep.

    The scale is 1 / E f(Z)^2 for standard normal Z: scores of variance 1 give scores of variance 1.

    Args:
        runs: Networks before the first step, whose first layer's gradient stands beside the line.
        hidden: Names of functions.
        depth: Hidden layers of these networks.
    """
    powers = {}
    if runs is not None and len(runs):
        found = gradients.first_layers(gradients.at_birth(runs))
        powers = found.xs(depth, level="depth").to_dict()
    rows = []
    for name in hidden:
        scale = 1.0 / normal_moments(activations.get(name))[1]
        row = {
            "function": html.escape(spelled(name)),
            "kernel_initializer=": f"<code>VarianceScaling({scale:.3g})</code>",
        }
        for kernel, what in (("glorot_uniform", "Keras's default"), ("gain", "this line")):
            power = powers.get((name, kernel))
            row[f"gradient, {what}"] = "not tried" if power is None else scientific(10**power)
        rows.append(row)
    frame = pd.DataFrame(rows)
    if not powers:
        frame = frame.filter(regex="^(?!gradient)")
    note = f"Gradient: in the first of {depth} layers before the first step, geometric mean."
    markup = ("function", "kernel_initializer=")
    return Table(frame, note if powers else "", markup=markup, stacks=True)
