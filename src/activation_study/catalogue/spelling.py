"""How pages write the catalogue's names, the fields of an experiment, and numbers below 0."""

from __future__ import annotations

import re

_WORDS = {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "prelu": "PReLU",
    "silu": "SiLU",
    "mish": "Mish",
    "glorot": "Glorot",
    "he": "He",
    "lecun": "LeCun",
    "pytorch": "PyTorch",
    **{name: name.upper() for name in ("elu", "celu", "selu", "gelu", "mse")},
}
_NAMES = {
    "softmax_none": "softmax with a class for none",
    "softmax_shared": "softmax on equal shares",
    "softmax_count": "softmax with a learned count",
    "softmax_khot": "softmax on k labels",
    "softmax_khot_true": "softmax on k labels, true gradient",
    "softmax_bce": "softmax, binary cross-entropy",
    "softmax_one_unit": "softmax on one unit",
    "softmax_bins": "softmax over bins",
    "softmax_two_hot": "softmax over bins, two-hot",
    "softmax_hl_gauss": "softmax over bins, a bell each",
    "softmax_smoothed_05": "softmax, 5 % smoothed",
    "softmax_smoothed_10": "softmax, 10 % smoothed",
    "softmax_smoothed_20": "softmax, 20 % smoothed",
    "powerset": "a class for each set",
    "sigmoid_sum": "sigmoid, summed loss",
    "sigmoid_focal": "sigmoid, focal loss",
    "sigmoid_normalized": "sigmoid divided by its sum",
    "sigmoid_weighted": "sigmoid, weighted loss",
    "sigmoid_weighted_sqrt": "sigmoid, root-weighted loss",
    "linear_hinge": "linear, hinge loss",
    "linear_hinge_margin": "linear, margin to the next class",
    "linear_cce": "linear, cross-entropy as if a softmax",
    "linear_mae": "linear, absolute error",
    "softplus_sum": "softplus divided by its sum",
    "relu_sum": "ReLU divided by its sum",
    "relu_eps_sum": "ReLU divided by its sum, kept above 0",
    "abs_sum": "absolute value divided by its sum",
    "square_sum": "square divided by its sum",
    "double_softmax": "softmax twice",
    "double_sigmoid": "sigmoid twice",
    "sigmoid_one": "sigmoid on one unit",
    **{
        f"{name}_mse": f"{_WORDS.get(name, name)}, squared error"
        for name in ("linear", "softmax", "sigmoid", "tanh", "relu", "softplus")
    },
    **{f"strings_{length}": f"{10**length} classes" for length in (1, 2, 3)},
}
"""Output layers and tasks whose name alone does not say what they are."""

_FIELDS = {
    "hidden": "hidden activation",
    "head": "output layer",
    "rate_decay": "decay of the rate",
    "metric": "measure",
    "train_size": "training images",
    "label_noise": "share of wrong labels",
    "confident_start": "first score of one class",
    "bottleneck": "units before the outputs",
}


MINUS = "\N{MINUS SIGN}"
TIMES = "\N{NO-BREAK SPACE}\N{MULTIPLICATION SIGN}\N{NO-BREAK SPACE}"


def with_minus(text: str) -> str:
    """Write the hyphen before a number as the minus that it stands for."""
    return re.sub(r"(?<!\w)-(?=[\d.])", MINUS, text)


def superscript(power: float) -> str:
    """Write a power above the line, the nearest whole one."""
    return f"{round(power):d}".translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def scientific(value: float) -> str:
    """Write a positive number with two digits, very small and very large ones by a power of ten."""
    if 0.01 <= value < 1_000:
        return f"{value:#.2g}".rstrip(".") if value < 100 else f"{value:.0f}"
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits}{TIMES}10{superscript(int(power))}"


def with_hyphen(text: str) -> str:
    """Write a minus as a hyphen, a power of ten as 1e-5: a terminal has it, programs read it."""
    plain = text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
    return plain.replace(f"{TIMES}10", "e").replace(MINUS, "-")


def written(name: object) -> str:
    """Write a value of a field as the literature does: ReLU for ``relu``, 0.001 for a number."""
    if isinstance(name, float):
        return f"{name:g}"
    # A function of one's own carries a digest of its code behind its name.
    bare = str(name).partition("@")[0]
    return _NAMES.get(bare) or " ".join(_WORDS.get(word, word) for word in bare.split("_"))


def field_written(field: str, count: int = 1) -> str:
    """Write a field of an experiment: "hidden activation", or "hidden activations" of several."""
    said = _FIELDS.get(field, field.replace("_", " "))
    return said if count == 1 else re.sub(r"^\w+(?= of )|$", r"\g<0>s", said, count=1)
