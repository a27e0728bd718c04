"""The columns of the record: one table for runs, and one for each thing observed about them."""

from __future__ import annotations

import pyarrow as pa

TEXT, COUNT, REAL, FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()

EXPERIMENT = {
    "dataset": TEXT,
    "task": TEXT,
    "hidden": TEXT,
    "head": TEXT,
    "architecture": TEXT,
    "depth": COUNT,
    "width": COUNT,
    "normalization": TEXT,
    "initializer": TEXT,
    "bias_initial_value": REAL,
    "optimizer": TEXT,
    "learning_rate": REAL,
    "batch_size": COUNT,
    "epochs": COUNT,
    "train_size": COUNT,
    "label_noise": REAL,
    "seed": COUNT,
    "evaluation": TEXT,
}

SUMMARY = {
    "diverged": FLAG,
    "divergence": TEXT,
    "train_loss": REAL,
    "validation_loss": REAL,
    "validation_accuracy": REAL,
    "validation_nll": REAL,
    "validation_brier": REAL,
    "area_under_validation_accuracy": REAL,
    "epochs_to_97": REAL,
    "test_accuracy": REAL,
    "test_nll": REAL,
    "test_brier": REAL,
    "test_temperature": REAL,
    "test_nll_after_temperature": REAL,
    "test_ece": REAL,
    "test_ece_null_mean": REAL,
    "test_ece_null_low": REAL,
    "test_ece_null_high": REAL,
    "test_ece_null_p": REAL,
    "test_calibration_error": REAL,
    "test_calibration_error_10": REAL,
    "test_calibration_error_30": REAL,
    "test_calibration_gap": REAL,
    "test_classwise_calibration_error": REAL,
    "test_classwise_null_low": REAL,
    "test_classwise_null_high": REAL,
    "test_smooth_calibration_error": REAL,
    "test_output_sum_mean": REAL,
    "test_output_sum_sd": REAL,
    "test_target_probability_right": REAL,
    "test_target_probability_wrong": REAL,
}

PROVENANCE = {
    "tensorflow": TEXT,
    "keras": TEXT,
    "numpy": TEXT,
    "python": TEXT,
    "cpu": TEXT,
    "commit": TEXT,
    "threads": COUNT,
    "onednn": TEXT,
    "setup_seconds": REAL,
    "train_seconds": REAL,
    "measure_seconds": REAL,
    "wall_seconds": REAL,
}

TABLES = {
    "runs": {"key": TEXT} | EXPERIMENT | SUMMARY | PROVENANCE,
    "history": {
        "key": TEXT,
        "epoch": COUNT,
        "train_loss": REAL,
        "validation_loss": REAL,
        "validation_accuracy": REAL,
        "validation_nll": REAL,
        "validation_brier": REAL,
        "validation_calibration_error": REAL,
    },
    "early": {"key": TEXT, "step": COUNT, "train_loss": REAL},
    "layers": {
        "key": TEXT,
        "epoch": COUNT,
        "layer": COUNT,
        "dead": REAL,
        "gradient_dead": REAL,
        "saturated": REAL,
        "dormant_0": REAL,
        "dormant_025": REAL,
        "dormant_100": REAL,
        "mean": REAL,
        "spread": REAL,
        "gradient_norm": REAL,
    },
    "units": {"key": TEXT, "layer": COUNT, "unit": COUNT, "dead": TEXT, "gradient_dead": TEXT},
    "reliability": {
        "key": TEXT,
        "bin": COUNT,
        "count": COUNT,
        "confidence": REAL,
        "accuracy": REAL,
    },
    "confusion": {
        "key": TEXT,
        "true_class": COUNT,
        "predicted_class": COUNT,
        "count": COUNT,
        "mean_probability": REAL,
    },
}
"""Table -> column -> type."""

SORT_KEYS = {
    "runs": ["key"],
    "history": ["key", "epoch"],
    "early": ["key", "step"],
    "layers": ["key", "epoch", "layer"],
    "units": ["key", "layer", "unit"],
    "reliability": ["key", "bin"],
    "confusion": ["key", "true_class", "predicted_class"],
}


def arrow(table: str) -> pa.Schema:
    """Returns the Arrow schema of a table of the record."""
    return pa.schema(list(TABLES[table].items()))
