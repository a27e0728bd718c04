"""The columns of the record: one table for runs, and one for each thing observed about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from activation_study.catalogue import tasks
from activation_study.experiment import DEFAULTS, FOUNDING_FIELDS
from activation_study.measures.classification import CLASSIFICATION
from activation_study.measures.measure_set import MeasureSet
from activation_study.measures.metrics import AVERAGED

TEXT, COUNT, REAL, FLAG = pa.string(), pa.int64(), pa.float64(), pa.bool_()
# None stands for a number, ``train_size``, that is not given.
_ARROW = {int: COUNT, float: REAL, str: TEXT, type(None): COUNT}

EXPERIMENT = {field: _ARROW[type(default)] for field, default in DEFAULTS.items()}

OUTCOME = {"diverged": FLAG, "divergence": TEXT}

PROVENANCE = {
    **dict.fromkeys(("tensorflow", "keras", "numpy", "python", "cpu", "commit"), TEXT),
    "threads": COUNT,
    "onednn": TEXT,
    **{f"{part}_seconds": REAL for part in ("setup", "train", "measure", "wall")},
}

LAYER_MEASURES = (
    *("dead", "gradient_dead", "saturated", "dormant_0", "dormant_025", "dormant_100"),
    *("mean", "spread", "gradient_norm"),
    *("dead_all", "largest", "mean_spread", "gradient_to_kernel", "sign_example", "sign_batch"),
    *("common_mode", "gram_top_share", "gram_condition"),
)

_SORT_KEYS = {
    "runs": ["key"],
    "history": ["key", "epoch"],
    "early": ["key", "step"],
    "layers": ["key", "epoch", "layer"],
    "units": ["key", "layer", "unit"],
}


OLDER_FIELDS = {
    field: default for field, default in DEFAULTS.items() if field not in FOUNDING_FIELDS
} | {"protocol": 1}
"""What a run had, before there was such a field, for each field that is younger than the record."""

_FOUNDING_COLUMNS: dict[str, set[str]] = {
    "runs": {
        *("key", *FOUNDING_FIELDS, *OUTCOME, *PROVENANCE),
        *("train_loss", "validation_loss", "validation_accuracy", "validation_nll"),
        *("validation_brier", "area_under_validation_accuracy", "epochs_to_97"),
        *("test_accuracy", "test_nll", "test_brier", "test_temperature"),
        *("test_nll_after_temperature", "test_ece", "test_ece_null_mean", "test_ece_null_low"),
        *("test_ece_null_high", "test_ece_null_p", "test_calibration_error"),
        *("test_calibration_error_10", "test_calibration_error_30", "test_calibration_gap"),
        *("test_classwise_calibration_error", "test_classwise_null_low"),
        *("test_classwise_null_high", "test_smooth_calibration_error", "test_output_sum_mean"),
        *("test_output_sum_sd", "test_target_probability_right", "test_target_probability_wrong"),
    },
    "history": {
        *("key", "epoch", "train_loss", "validation_loss", "validation_accuracy"),
        *("validation_nll", "validation_brier", "validation_calibration_error"),
    },
    "early": {"key", "step", "train_loss"},
    "layers": {
        *("key", "epoch", "layer", "dead", "gradient_dead", "saturated", "dormant_0"),
        *("dormant_025", "dormant_100", "mean", "spread", "gradient_norm"),
    },
    "units": {"key", "layer", "unit", "dead", "gradient_dead"},
    "reliability": {"key", "bin", "count", "confidence", "accuracy"},
    "confusion": {"key", "true_class", "predicted_class", "count", "mean_probability"},
}
"""The columns of the first files: no published file lacks them, and this list never changes."""


@dataclass(frozen=True)
class Schema:
    """The tables of the runs that one set of measures has measured.

    Args:
        tables: Table -> column -> type.
        sort_keys: Table -> the columns that it is sorted by.
    """

    tables: dict[str, dict[str, pa.DataType]]
    sort_keys: dict[str, list[str]]

    @classmethod
    def of(cls, measures: MeasureSet) -> Schema:
        """The tables that every run has, with the set's columns, and those that the set adds."""
        further = {
            table: {"key": TEXT} | {name: _ARROW[kind] for name, kind in spec.columns.items()}
            for table, spec in measures.tables.items()
        }
        watched = ("loss", *measures.every_epoch)
        tables = {
            "runs": {"key": TEXT}
            | EXPERIMENT
            | OUTCOME
            | dict.fromkeys(measures.summary, REAL)
            | PROVENANCE,
            "history": {"key": TEXT, "epoch": COUNT, "train_loss": REAL}
            | {
                f"{reading}validation_{name}": REAL
                for reading in ("", AVERAGED)
                for name in watched
            },
            "early": {"key": TEXT, "step": COUNT, "train_loss": REAL, "train_accuracy": REAL},
            "layers": {"key": TEXT, "epoch": COUNT, "layer": COUNT}
            | dict.fromkeys(LAYER_MEASURES, REAL),
            "units": {"key": TEXT, "layer": COUNT, "unit": COUNT}
            | dict.fromkeys(("dead", "gradient_dead", "dead_all"), TEXT),
        }
        keys = {table: ["key", *spec.sort_key] for table, spec in measures.tables.items()}
        return cls(tables | further, _SORT_KEYS | keys)

    def arrow(self, table: str) -> pa.Schema:
        """The Arrow schema of a table."""
        return pa.schema(list(self.tables[table].items()))

    def younger(self, table: str) -> dict[str, Any]:
        """Columns that an older file lacks, and what it means by that: a measure has no value."""
        founding = {*_FOUNDING_COLUMNS.get(table, ()), *self.sort_keys[table]}
        return {
            column: OLDER_FIELDS.get(column)
            for column in self.tables[table]
            if column not in founding
        }


def measures_of(names: Iterable[str]) -> MeasureSet:
    """The one set of measures of tasks; that of classification where there is no task.

    Raises:
        ValueError: They are measured in different ways.
    """
    of_task = {name: tasks.get(name).measures for name in sorted(set(names))}
    sets = {measures.name: measures for measures in of_task.values()}
    if len(sets) > 1:
        raise ValueError(
            f"the tasks {', '.join(of_task)} are measured in different ways "
            f"({', '.join(sorted(sets))}), so their runs fit no one table: give a list, and "
            f"publish a study, of each"
        )
    return next(iter(sets.values()), CLASSIFICATION)


FOUNDING = Schema.of(CLASSIFICATION)
"""That of tasks with one right class, which the record began with."""

TABLES, SORT_KEYS, arrow = FOUNDING.tables, FOUNDING.sort_keys, FOUNDING.arrow
SUMMARY = OUTCOME | dict.fromkeys(CLASSIFICATION.summary, REAL)
