"""The built-in activations, one entry a function.

Keras's own score-to-score functions as of Keras 3.15.1, then those that separate two properties
which the usual ones mix. `keras.activations.glu` is left out: it halves its input, so it maps no
layer of scores to a layer of the same width. The extreme values of GELU, SiLU and Mish have no
closed form; those here come from minimising the function and its derivative in float64.
"""

from __future__ import annotations

from functools import partial
from math import inf, isfinite, pi, sqrt
from typing import Any

from activation_study.catalogue.activations.entry import Activation, Kind, Saturation

SELU_SCALE = 1.0507009873554805
SELU_ALPHA = 1.6732632423543772
NORMAL_MEAN_OF_RELU = 1 / sqrt(2 * pi)


def describe(
    name: str,
    formula: str,
    reference: str,
    limits: tuple[float, float],
    saturates: Saturation,
    slopes: tuple[float, float],
    *,
    kind: Kind = "elementwise",
    zero_centred: bool = False,
    monotone: bool = True,
    initializer: str = "glorot_uniform",
    **other: Any,
) -> Activation:
    """Return an entry; `slopes` holds the supremum of the slope's size and the slope at zero."""
    shape = (limits, zero_centred, monotone, all(map(isfinite, limits)))
    rest = (saturates, *slopes, initializer)
    return Activation(name, kind, formula, reference, *shape, *rest, **other)


rectifier = partial(describe, initializer="he_normal")
"""A row of a function that is about as steep as ReLU where it is not flat."""

odd = partial(describe, zero_centred=True)
layerwise = partial(describe, kind="layerwise")

# fmt: off
_ENTRIES = (
    rectifier("relu", r"\max(0, z)", "Nair and Hinton (2010)", (0.0, inf), "left", (1.0, 0.0)),
    rectifier("leaky_relu", r"\max(z, 0) + 0.2 \min(z, 0)",
              "Maas et al. (2013); slope 0.2 is Keras's default", (-inf, inf), "none", (1.0, 0.2)),
    rectifier("relu6", r"\min(\max(0, z), 6)", "Krizhevsky (2010)", (0.0, 6.0), "both", (1.0, 0.0)),
    rectifier("threshold", r"z \text{ if } z > 1, \text{ else } 0",
              "Konda et al. (2015): thresholded ReLU, threshold 1 and default value 0", (0.0, inf),
              "left", (1.0, 0.0), continuous=False),
    rectifier("elu", r"z \text{ if } z > 0, \text{ else } e^{z} - 1", "Clevert et al. (2016)",
              (-1.0, inf), "left", (1.0, 1.0)),
    rectifier("celu", r"\max(0, z) + \min(0, e^{z} - 1)",
              "Barron (2017); equals ELU at the default alpha = 1", (-1.0, inf), "left",
              (1.0, 1.0)),
    describe("selu",
             r"1.0507\, z \text{ if } z > 0, \text{ else } 1.0507 \cdot 1.6733\, (e^{z} - 1)",
             "Klambauer et al. (2017)", (-SELU_SCALE * SELU_ALPHA, inf), "left",
             (SELU_SCALE * SELU_ALPHA, SELU_SCALE), initializer="lecun_normal"),
    rectifier("softplus", r"\ln(1 + e^{z})", "Dugas et al. (2001)", (0.0, inf), "left", (1.0, 0.5)),
    rectifier("squareplus", r"\tfrac{1}{2} \left( z + \sqrt{z^2 + 4} \right)", "Barron (2021)",
              (0.0, inf), "left", (1.0, 0.5)),
    rectifier("sparse_plus",
              r"0 \text{ if } z \le -1, \; \tfrac{1}{4} (z + 1)^2 \text{ if } -1 < z < 1, "
              r"\; z \text{ if } z \ge 1", "Keras 3", (0.0, inf), "left", (1.0, 0.5)),
    rectifier("gelu", r"z\, \Phi(z)", "Hendrycks and Gimpel (2016)", (-0.16997120747990366, inf),
              "left", (1.128904145185155, 0.5), monotone=False),
    rectifier("silu", r"z\, \sigma(z)",
              "Elfwing et al. (2018); Ramachandran et al. (2017), as swish",
              (-0.2784645427610738, inf), "left", (1.099839320128867, 0.5), monotone=False),
    rectifier("hard_silu", r"z\, \min(\max(0, z + 3), 6) / 6",
              "Howard et al. (2019), as hard swish", (-0.375, inf), "left", (1.5, 0.5),
              monotone=False),
    rectifier("mish", r"z \tanh(\ln(1 + e^{z}))", "Misra (2019)", (-0.3088434130172504, inf),
              "left", (1.088498161251728, 0.6), monotone=False),
    describe("sigmoid", r"\sigma(z) = \frac{1}{1 + e^{-z}}", "Rumelhart et al. (1986)", (0.0, 1.0),
             "both", (0.25, 0.25)),
    describe("hard_sigmoid", r"\min(\max(0, z + 3), 6) / 6",
             "Courbariaux et al. (2015); cut at 3 as in Howard et al. (2019)", (0.0, 1.0), "both",
             (1 / 6, 1 / 6)),
    describe("sparse_sigmoid", r"\min(\max(0, \tfrac{1}{2} (z + 1)), 1)", "Blondel et al. (2019)",
             (0.0, 1.0), "both", (0.5, 0.5)),
    describe("log_sigmoid", r"\ln \sigma(z) = -\ln(1 + e^{-z})", "Keras 3", (-inf, 0.0), "right",
             (1.0, 0.5)),
    odd("tanh", r"\tanh(z)", "LeCun et al. (1998)", (-1.0, 1.0), "both", (1.0, 1.0)),
    odd("hard_tanh", r"\min(\max(-1, z), 1)", "Collobert (2004)", (-1.0, 1.0), "both", (1.0, 1.0)),
    odd("softsign", r"\frac{z}{1 + |z|}", "Glorot and Bengio (2010)", (-1.0, 1.0), "both",
        (1.0, 1.0)),
    odd("linear", "z", "identity", (-inf, inf), "none", (1.0, 1.0)),
    describe("exponential", "e^{z}", "Keras 3", (0.0, inf), "left", (inf, 1.0)),
    odd("soft_shrink", r"\operatorname{sign}(z) \max(|z| - 0.5, 0)", "Donoho (1995)", (-inf, inf),
        "none", (1.0, 0.0)),
    odd("hard_shrink", r"z \text{ if } |z| > 0.5, \text{ else } 0", "Donoho and Johnstone (1994)",
        (-inf, inf), "none", (1.0, 0.0), continuous=False),
    odd("tanh_shrink", r"z - \tanh(z)", "Keras 3", (-inf, inf), "none", (1.0, 0.0)),
    odd("sigmoid_minus_half", r"\sigma(z) - \tfrac{1}{2}", "sigmoid centred, slope kept",
        (-0.5, 0.5), "both", (0.25, 0.25)),
    odd("scaled_sigmoid", r"4\, \sigma(z) - 2", "Xu et al. (2016)", (-2.0, 2.0), "both",
        (1.0, 1.0)),
    rectifier("relu_centred", r"\max(0, z) - \tfrac{1}{\sqrt{2 \pi}}",
              "ReLU less its mean over standard normal scores", (-NORMAL_MEAN_OF_RELU, inf), "left",
              (1.0, 0.0)),
    describe("step", r"1 \text{ if } z \ge 0, \text{ else } 0",
             "Rosenblatt (1958); its derivative is 0, so only the layer after it learns",
             (0.0, 1.0), "both", (0.0, 0.0), trainable=False, continuous=False),
    describe("step_straight_through", r"1 \text{ if } z \ge 0, \text{ else } 0; "
             r"\quad f'(z) := 1 \text{ if } |z| \le 1, \text{ else } 0",
             "Bengio et al. (2013); Hubara et al. (2016)", (0.0, 1.0), "both", (1.0, 1.0),
             continuous=False),
    layerwise("softmax", r"\frac{e^{z_i}}{\sum_j e^{z_j}}", "Bridle (1990)", (0.0, 1.0), "both",
              (0.25, 0.25)),
    layerwise("softmax_times_width", r"n\, \frac{e^{z_i}}{\sum_{j=1}^{n} e^{z_j}}",
              "softmax with a mean output of 1, whatever the width n", (0.0, inf), "both",
              (0.5, 0.5)),
    layerwise("log_softmax", r"z_i - \ln \sum_j e^{z_j}", "Bridle (1990)", (-inf, 0.0), "right",
              (1.0, 0.5)),
    layerwise("sparsemax", r"\max(0, z_i - \tau), \; \tau = "
              r"\tfrac{1}{k} \left( \sum_{r=1}^{k} (k - r + 1)\, z_{(r)} - 1 \right)",
              "As Keras 3.15.1 computes it: departs from Martins and Astudillo (2016) "
              "where the support size k exceeds 1", (0.0, inf), "both", (0.5, 0.0),
              continuous=False),
    layerwise("sparsemax_projection",
              r"\max(0, z_i - \tau), \; \tau = "
              r"\tfrac{1}{k} \left( \sum_{r=1}^{k} z_{(r)} - 1 \right)",
              "Martins and Astudillo (2016)", (0.0, 1.0), "both", (0.5, 0.5)),
    rectifier("prelu", r"\max(z, 0) + \alpha_i \min(z, 0), \; \alpha_i = 0.25 \text{ at first}",
              "He et al. (2015)", (-inf, inf), "none", (1.0, 0.0), kind="learned"),
    rectifier("maxout", r"\max(z_1, z_2)", "Goodfellow et al. (2013), two pieces", (-inf, inf),
              "none", (1.0, 1.0), kind="learned", width_factor=2),
)
# fmt: on

BUILT_IN = {entry.name: entry for entry in sorted(_ENTRIES, key=lambda entry: entry.name)}
