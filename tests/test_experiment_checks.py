"""What an experiment does not accept is refused with a remedy, and by name."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from activation_study.catalogue import activations, datasets, heads, tasks
from activation_study.experiment import Experiment

NAMES = {
    "dataset": ("mnits", "mnist", datasets.names()),
    "task": ("digit", "digits", tasks.names()),
    "hidden": ("rellu", "relu", activations.names()),
    "head": ("sigmoid_normalised", "sigmoid_normalized", heads.names()),
    "architecture": ("mlpp", "mlp", ("mlp",)),
    "normalization": ("btach", "batch", ("none", "batch", "layer")),
    "initializer": ("he_norml", "he_normal", ("glorot_uniform", "he_normal", "recommended")),
    "optimizer": ("adamm", "adam", ("adam", "sgd")),
    "evaluation": ("tset", "test", ("test", "validation", "beyond")),
}

LIMITS = {
    "depth": (0, 64),
    "width": (1, 65_536),
    "batch_size": (1, 60_000),
    "epochs": (0, 10_000),
    "seed": (0, 2**63 - 1),
    "train_size": (1, 55_000),
}

REALS = {
    "learning_rate": [0.0, -1e-3, 1e7],
    "bias_initial_value": [-1e7, 1e7],
    "label_noise": [-0.1, 1.0, 1.5],
    "dead_share": [-0.1, 1.1],
}

NOT_A_NUMBER = ["1", b"1", True, np.True_, [1], {}, 1j, "", (), np.array([1, 2])]


@pytest.mark.parametrize("field", NAMES)
def test_unknown_name_is_refused_with_the_nearest(field: str) -> None:
    received, nearest, accepted = NAMES[field]
    with pytest.raises(ValueError, match=f"received '{received}'") as caught:
        Experiment(**{field: received})
    message = str(caught.value)
    assert f"Did you mean '{nearest}'?" in message
    assert all(name in message for name in accepted)
    for value in (None, 3, ["relu"], b"relu"):
        with pytest.raises(ValueError, match=re.escape(f"received {value!r}")):
            Experiment(**{field: value})


@pytest.mark.parametrize("field", LIMITS)
def test_whole_numbers_have_limits(field: str) -> None:
    low, high = LIMITS[field]
    for accepted in (low, high):
        Experiment(**{field: accepted})
    for received in (low - 1, high + 1, 10**400, 1.5, 2.0, math.nan, *NOT_A_NUMBER):
        with pytest.raises(ValueError, match=rf"{field} must be a whole number from {low:,} to"):
            Experiment(**{field: received})


@pytest.mark.parametrize("field", REALS)
def test_real_numbers_have_limits(field: str) -> None:
    others = (math.nan, math.inf, -math.inf, 10**400, None, pd.NA, *NOT_A_NUMBER)
    for received in (*REALS[field], *others):
        with pytest.raises(ValueError, match=f"{field} must be a number from .* received"):
            Experiment(**{field: received})


@pytest.mark.parametrize("depth", [0, 5])
def test_convolutions_are_one_to_four(depth: int) -> None:
    with pytest.raises(ValueError, match=f"from 1 to 4 where architecture='cnn'.*{depth}"):
        Experiment(architecture="cnn", depth=depth)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"initializer": "pytorch", "bias_initial_value": 0.1},
            "bias_initial_value must be 0 where initializer='pytorch'.*received 0.1",
        ),
        ({"initializer": "gain", "hidden": "softmax"}, "'gain' needs .*received hidden='softmax'"),
        ({"initializer": "gain", "hidden": "maxout"}, "'gain' needs .*received hidden='maxout'"),
        (
            {"initializer": "centred_gain", "architecture": "cnn"},
            "'centred_gain' knows no convolutions.*use 'gain'",
        ),
        (
            {"slope": "linear", "hidden": "prelu"},
            "must be 'own' where .* not elementwise; received slope='linear' with hidden='prelu'",
        ),
        ({"slope": "softmax"}, "slope: received 'softmax'.*accepted: own, flipped"),
        ({"dead_share": 0.5, "slope": "linear"}, "slope must be 'own' where dead_share is not 0"),
        (
            {"second_epochs": 1},
            "need a second_phase; received 1 and 0.001 with second_phase='none'",
        ),
        ({"second_learning_rate": 0.1}, "need a second_phase; received 0 and 0.1"),
        ({"second_phase": "lower_rate"}, "second_epochs must be 1 or more where .*; received 0"),
        (
            {"second_phase": "lower_rate", "second_epochs": 1, "rate_decay": "linear"},
            "rate_decay must be 'none' where second_phase='lower_rate'.*received 'linear'",
        ),
        (
            {"second_phase": "redraw_dead", "second_epochs": 1, "hidden": "prelu"},
            "second_phase='redraw_dead' needs .*'mlp', 'none' and hidden='prelu'",
        ),
        (
            {"second_phase": "swap_leaky_relu", "second_epochs": 1, "normalization": "batch"},
            "second_phase='swap_leaky_relu' needs .* received 'mlp', 'batch' and hidden='relu'",
        ),
        ({"bottleneck": 0}, "bottleneck must be a whole number from 1 to 65,536; received 0"),
        (
            {"evaluation": "beyond", "task": "scenes", "head": "sigmoid"},
            "'beyond' needs a task with one right label.*received task='scenes'.*use .*'test'",
        ),
        (
            {"dead_share": 0.5, "normalization": "batch"},
            "dead_share must be 0 where normalization='batch'.*received 0.5",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Experiment(**fields)
