"""The built-in activations, one entry a function.

Keras's own score-to-score functions, then those that separate two properties which the usual ones
mix. `keras.activations.glu` is left out: it halves its input, so it maps no layer of scores to a
layer of the same width.
"""

from __future__ import annotations

from math import inf

from activation_study.catalogue.activations.entry import describe
from activation_study.catalogue.activations.keras_table import KERAS_ELEMENTWISE

_OWN = (
    describe(
        "sigmoid_minus_half",
        r"\sigma(z) - \tfrac{1}{2}",
        "sigmoid centred, slope kept",
        (-0.5, 0.5),
        "both",
        (0.25, 0.25),
        zero_centred=True,
    ),
    describe(
        "scaled_sigmoid",
        r"4\, \sigma(z) - 2",
        "Xu et al. (2016)",
        (-2.0, 2.0),
        "both",
        (1.0, 1.0),
        zero_centred=True,
    ),
    describe(
        "step",
        r"1 \text{ if } z \ge 0, \text{ else } 0",
        "Rosenblatt (1958); its derivative is 0, so only the layer after it learns",
        (0.0, 1.0),
        "both",
        (0.0, 0.0),
        trainable=False,
        continuous=False,
    ),
    describe(
        "step_straight_through",
        r"1 \text{ if } z \ge 0, \text{ else } 0; "
        r"\quad f'(z) := 1 \text{ if } |z| \le 1, \text{ else } 0",
        "Bengio et al. (2013); Hubara et al. (2016)",
        (0.0, 1.0),
        "both",
        (1.0, 1.0),
        continuous=False,
    ),
)

_LAYERWISE = (
    describe(
        "softmax",
        r"\frac{e^{z_i}}{\sum_j e^{z_j}}",
        "Bridle (1990)",
        (0.0, 1.0),
        "both",
        (0.25, 0.25),
        kind="layerwise",
    ),
    describe(
        "log_softmax",
        r"z_i - \ln \sum_j e^{z_j}",
        "Bridle (1990)",
        (-inf, 0.0),
        "right",
        (1.0, 0.5),
        kind="layerwise",
    ),
    describe(
        "sparsemax",
        r"\max(0, z_i - \tau), \; \tau = "
        r"\tfrac{1}{k} \left( \sum_{r=1}^{k} (k - r + 1)\, z_{(r)} - 1 \right)",
        "As Keras 3.15.1 computes it: departs from Martins and Astudillo (2016) "
        "where the support size k exceeds 1",
        (0.0, inf),
        "both",
        (0.5, 0.0),
        kind="layerwise",
        continuous=False,
    ),
    describe(
        "sparsemax_projection",
        r"\max(0, z_i - \tau), \; \tau = \tfrac{1}{k} \left( \sum_{r=1}^{k} z_{(r)} - 1 \right)",
        "Martins and Astudillo (2016)",
        (0.0, 1.0),
        "both",
        (0.5, 0.5),
        kind="layerwise",
    ),
)

_LEARNED = (
    describe(
        "prelu",
        r"\max(z, 0) + \alpha_i \min(z, 0), \; \alpha_i = 0.25 \text{ at first}",
        "He et al. (2015)",
        (-inf, inf),
        "none",
        (1.0, 0.0),
        kind="learned",
        initializer="he_normal",
    ),
    describe(
        "maxout",
        r"\max(z_1, z_2)",
        "Goodfellow et al. (2013), two pieces",
        (-inf, inf),
        "none",
        (1.0, 1.0),
        kind="learned",
        initializer="he_normal",
        width_factor=2,
    ),
)

_ENTRIES = KERAS_ELEMENTWISE + _OWN + _LAYERWISE + _LEARNED

BUILT_IN = {entry.name: entry for entry in sorted(_ENTRIES, key=lambda entry: entry.name)}
