"""What a study changes of the usual network, where its tuning begins, and which seeds it has."""

from __future__ import annotations

from typing import Any

GRID = (1e-4, 3.16e-4, 1e-3, 3.16e-3, 1e-2, 3.16e-2, 1e-1)
FEW = GRID[2:5]
GRIDS = {
    **dict.fromkeys(("core-2", "heads-2", "averaging", "prior-bias-2"), GRID),
    **dict.fromkeys(("loss-pairs-sgd", "centring", "depth-sgd"), (3.16e-2, 0.1, 0.316, 1.0)),
    "centring-momentum": (3.16e-3, 1e-2, 3.16e-2, 0.1),
    "rank-limit": FEW,
    "scenes-cnn": FEW,
    "gelu-paper": (1e-5, 1e-4, 1e-3),
}
"""Where the tuning of a study begins, if not with the four rates of the others."""

USUAL: dict[str, Any] = {
    "task": "digits",
    "hidden": "relu",
    "head": "softmax",
    "architecture": "mlp",
    "depth": 2,
    "width": 128,
    "normalization": "none",
    "post_normalization": "none",
    "initializer": "glorot_uniform",
    "bias_initial_value": 0.0,
    "input_scale": "unit",
    "dead_share": 0.0,
    "slope": "own",
    "second_phase": "none",
    "optimizer": "adam",
    "epochs": 10,
    "train_size": None,
    "label_noise": 0.0,
    "rate_decay": "none",
    "bottleneck": None,
    "confident_start": 0.0,
    "negatives": 0.0,
}
BASES: dict[str, dict[str, Any]] = {
    "scenes": {"task": "scenes"},
    "scenes-cnn": {"architecture": "cnn", "width": 16, "epochs": 6, "train_size": 15_000},
    "rare-labels": {"task": "scenes_rare"},
    "loss-pairs-sgd": {"optimizer": "sgd"},
    "confident-start": {"train_size": 20_000, "epochs": 3},
    "confident-start-sgd": {"train_size": 20_000, "epochs": 3, "optimizer": "sgd"},
    "calibration-length": {"epochs": 50},
    "calibration-long": {"epochs": 50},
    "regression": {"task": "balance"},
    "regression-beyond": {"task": "balance_beyond"},
    "shares": {"task": "shares"},
    "two-units": {"task": "pairs_3_8"},
    "dead-causes": {"epochs": 5},
    "dead-causes-sgd": {"epochs": 5, "optimizer": "sgd"},
    "depth": {"epochs": 5},
    "centring": {"epochs": 5, "optimizer": "sgd"},
    "softmax-hidden": {"epochs": 5},
    "linear-and-step": {"epochs": 5},
    "centring-momentum": {"epochs": 5, "optimizer": "momentum"},
    "signal": {"epochs": 0},
    "depth-sgd": {"epochs": 5, "optimizer": "sgd", "depth": 8},
    "little-data": {"epochs": 50, "train_size": 1_000},
    "cnn": {"architecture": "cnn", "width": 8, "epochs": 3, "train_size": 10_000},
    "gelu-paper": {"depth": 8, "initializer": "lecun_normal", "epochs": 50},
    "deep-momentum": {
        "optimizer": "momentum",
        "depth": 10,
        "input_scale": "signed",
        "epochs": 5,
    },
}
"""What all arms of a study change."""

FRESH = ("dead-rate", "lesion", "revival", "dead-causes", "dead-causes-sgd")
"""Networks that core-2 has run, too, with other seeds than these."""
FIRST_FRESH = 300
"""They are judged on seeds from here on, and look at rates with seeds from 20 on."""
