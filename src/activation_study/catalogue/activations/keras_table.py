"""Elementwise functions of Keras 3.15.1, in the terms of `Activation`.

The extreme values of GELU, SiLU and Mish have no closed form; those here come from minimising the
function and its derivative in float64.
"""

from __future__ import annotations

from math import inf

from activation_study.catalogue.activations.entry import describe

SELU_SCALE = 1.0507009873554805
SELU_ALPHA = 1.6732632423543772

_RECTIFIERS = (
    describe(
        "relu",
        r"\max(0, z)",
        "Nair and Hinton (2010)",
        (0.0, inf),
        "left",
        (1.0, 0.0),
        initializer="he_normal",
    ),
    describe(
        "leaky_relu",
        r"\max(z, 0) + 0.2 \min(z, 0)",
        "Maas et al. (2013); slope 0.2 is Keras's default",
        (-inf, inf),
        "none",
        (1.0, 0.2),
        initializer="he_normal",
    ),
    describe(
        "relu6",
        r"\min(\max(0, z), 6)",
        "Krizhevsky (2010)",
        (0.0, 6.0),
        "both",
        (1.0, 0.0),
        initializer="he_normal",
    ),
    describe(
        "threshold",
        r"z \text{ if } z > 1, \text{ else } 0",
        "Konda et al. (2015): thresholded ReLU, threshold 1 and default value 0",
        (0.0, inf),
        "left",
        (1.0, 0.0),
        initializer="he_normal",
        continuous=False,
    ),
    describe(
        "elu",
        r"z \text{ if } z > 0, \text{ else } e^{z} - 1",
        "Clevert et al. (2016)",
        (-1.0, inf),
        "left",
        (1.0, 1.0),
        initializer="he_normal",
    ),
    describe(
        "celu",
        r"\max(0, z) + \min(0, e^{z} - 1)",
        "Barron (2017); equals ELU at the default alpha = 1",
        (-1.0, inf),
        "left",
        (1.0, 1.0),
        initializer="he_normal",
    ),
    describe(
        "selu",
        r"1.0507\, z \text{ if } z > 0, \text{ else } 1.0507 \cdot 1.6733\, (e^{z} - 1)",
        "Klambauer et al. (2017)",
        (-SELU_SCALE * SELU_ALPHA, inf),
        "left",
        (SELU_SCALE * SELU_ALPHA, SELU_SCALE),
        initializer="lecun_normal",
    ),
    describe(
        "softplus",
        r"\ln(1 + e^{z})",
        "Dugas et al. (2001)",
        (0.0, inf),
        "left",
        (1.0, 0.5),
        initializer="he_normal",
    ),
    describe(
        "squareplus",
        r"\tfrac{1}{2} \left( z + \sqrt{z^2 + 4} \right)",
        "Barron (2021)",
        (0.0, inf),
        "left",
        (1.0, 0.5),
        initializer="he_normal",
    ),
    describe(
        "sparse_plus",
        r"0 \text{ if } z \le -1, \; \tfrac{1}{4} (z + 1)^2 \text{ if } -1 < z < 1, "
        r"\; z \text{ if } z \ge 1",
        "Keras 3",
        (0.0, inf),
        "left",
        (1.0, 0.5),
        initializer="he_normal",
    ),
)

_GATED = (
    describe(
        "gelu",
        r"z\, \Phi(z)",
        "Hendrycks and Gimpel (2016)",
        (-0.16997120747990366, inf),
        "left",
        (1.128904145185155, 0.5),
        initializer="he_normal",
        monotone=False,
    ),
    describe(
        "silu",
        r"z\, \sigma(z)",
        "Elfwing et al. (2018); Ramachandran et al. (2017), as swish",
        (-0.2784645427610738, inf),
        "left",
        (1.099839320128867, 0.5),
        initializer="he_normal",
        monotone=False,
    ),
    describe(
        "hard_silu",
        r"z\, \min(\max(0, z + 3), 6) / 6",
        "Howard et al. (2019), as hard swish",
        (-0.375, inf),
        "left",
        (1.5, 0.5),
        initializer="he_normal",
        monotone=False,
    ),
    describe(
        "mish",
        r"z \tanh(\ln(1 + e^{z}))",
        "Misra (2019)",
        (-0.3088434130172504, inf),
        "left",
        (1.088498161251728, 0.6),
        initializer="he_normal",
        monotone=False,
    ),
)

_SIGMOIDS = (
    describe(
        "sigmoid",
        r"\sigma(z) = \frac{1}{1 + e^{-z}}",
        "Rumelhart et al. (1986)",
        (0.0, 1.0),
        "both",
        (0.25, 0.25),
    ),
    describe(
        "hard_sigmoid",
        r"\min(\max(0, z + 3), 6) / 6",
        "Courbariaux et al. (2015); cut at 3 as in Howard et al. (2019)",
        (0.0, 1.0),
        "both",
        (1 / 6, 1 / 6),
    ),
    describe(
        "sparse_sigmoid",
        r"\min(\max(0, \tfrac{1}{2} (z + 1)), 1)",
        "Blondel et al. (2019)",
        (0.0, 1.0),
        "both",
        (0.5, 0.5),
    ),
    describe(
        "log_sigmoid",
        r"\ln \sigma(z) = -\ln(1 + e^{-z})",
        "Keras 3",
        (-inf, 0.0),
        "right",
        (1.0, 0.5),
    ),
    describe(
        "tanh",
        r"\tanh(z)",
        "LeCun et al. (1998)",
        (-1.0, 1.0),
        "both",
        (1.0, 1.0),
        zero_centred=True,
    ),
    describe(
        "hard_tanh",
        r"\min(\max(-1, z), 1)",
        "Collobert (2004)",
        (-1.0, 1.0),
        "both",
        (1.0, 1.0),
        zero_centred=True,
    ),
    describe(
        "softsign",
        r"\frac{z}{1 + |z|}",
        "Glorot and Bengio (2010)",
        (-1.0, 1.0),
        "both",
        (1.0, 1.0),
        zero_centred=True,
    ),
)

_OTHERS = (
    describe("linear", "z", "identity", (-inf, inf), "none", (1.0, 1.0), zero_centred=True),
    describe("exponential", "e^{z}", "Keras 3", (0.0, inf), "left", (inf, 1.0)),
    describe(
        "soft_shrink",
        r"\operatorname{sign}(z) \max(|z| - 0.5, 0)",
        "Donoho (1995)",
        (-inf, inf),
        "none",
        (1.0, 0.0),
        zero_centred=True,
    ),
    describe(
        "hard_shrink",
        r"z \text{ if } |z| > 0.5, \text{ else } 0",
        "Donoho and Johnstone (1994)",
        (-inf, inf),
        "none",
        (1.0, 0.0),
        zero_centred=True,
        continuous=False,
    ),
    describe(
        "tanh_shrink",
        r"z - \tanh(z)",
        "Keras 3",
        (-inf, inf),
        "none",
        (1.0, 0.0),
        zero_centred=True,
    ),
)

KERAS_ELEMENTWISE = _RECTIFIERS + _GATED + _SIGMOIDS + _OTHERS
