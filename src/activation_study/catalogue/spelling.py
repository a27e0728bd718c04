"""How pages write the catalogue's names, and the fields of an experiment."""

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
