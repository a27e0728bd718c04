"""How pages write the catalogue's names, the fields of an experiment, and numbers below 0."""

from __future__ import annotations

import re

_WORDS = {
    "relu": "ReLU",
    "relu6": "ReLU6",
    "prelu": "PReLU",
    "silu": "SiLU",
    "mish": "Mish",
    **{name: name.upper() for name in ("elu", "celu", "selu", "gelu", "mse")},
}
_FIELDS = {
    "hidden": "hidden activation",
    "head": "output layer",
    "rate_decay": "decay of the rate",
    "metric": "measure",
}


MINUS = "\N{MINUS SIGN}"


def with_minus(text: str) -> str:
    """Write the hyphen before a number as the minus that it stands for."""
    return re.sub(r"(?<!\w)-(?=[\d.])", MINUS, text)


def with_hyphen(text: str) -> str:
    """Write a minus as a hyphen: a terminal has it, and programs read it."""
    return text.replace(MINUS, "-")


def written(name: object) -> str:
    """Write a value of a field as the literature does: ReLU for ``relu``, 0.001 for a number."""
    if isinstance(name, float):
        return f"{name:g}"
    # A function of one's own carries a digest of its code behind its name.
    words = str(name).partition("@")[0].split("_")
    return " ".join(_WORDS.get(word, word) for word in words)


def field_written(field: str, count: int = 1) -> str:
    """Write a field of an experiment: "hidden activation", or "hidden activations" of several."""
    said = _FIELDS.get(field, field.replace("_", " "))
    return said if count == 1 else re.sub(r"^\w+(?= of )|$", r"\g<0>s", said, count=1)
