"""The columns of the record: one table for runs, and one for each thing observed about them."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from activation_study.measures.classification import CLASSIFICATION
from activation_study.measures.measure_set import MeasureSet

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

OUTCOME = {"diverged": FLAG, "divergence": TEXT}

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

LAYER_MEASURES = (
    "dead",
    "gradient_dead",
    "saturated",
    "dormant_0",
    "dormant_025",
    "dormant_100",
    "mean",
    "spread",
    "gradient_norm",
)

_SORT_KEYS = {
    "runs": ["key"],
    "history": ["key", "epoch"],
    "early": ["key", "step"],
    "layers": ["key", "epoch", "layer"],
    "units": ["key", "layer", "unit"],
}

_ARROW = {int: COUNT, float: REAL, str: TEXT}


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
        losses = {"train_loss": REAL, "validation_loss": REAL}
        tables = {
            "runs": {"key": TEXT}
            | EXPERIMENT
            | OUTCOME
            | dict.fromkeys(measures.summary, REAL)
            | PROVENANCE,
            "history": {"key": TEXT, "epoch": COUNT}
            | losses
            | {f"validation_{name}": REAL for name in measures.every_epoch},
            "early": {"key": TEXT, "step": COUNT, "train_loss": REAL},
            "layers": {"key": TEXT, "epoch": COUNT, "layer": COUNT}
            | dict.fromkeys(LAYER_MEASURES, REAL),
            "units": {
                "key": TEXT,
                "layer": COUNT,
                "unit": COUNT,
                "dead": TEXT,
                "gradient_dead": TEXT,
            },
        }
        keys = {table: ["key", *spec.sort_key] for table, spec in measures.tables.items()}
        return cls(tables | further, _SORT_KEYS | keys)

    def arrow(self, table: str) -> pa.Schema:
        """The Arrow schema of a table."""
        return pa.schema(list(self.tables[table].items()))


FOUNDING = Schema.of(CLASSIFICATION)
"""That of tasks with one right class, which the record began with."""

TABLES, SORT_KEYS, arrow = FOUNDING.tables, FOUNDING.sort_keys, FOUNDING.arrow
SUMMARY = OUTCOME | dict.fromkeys(CLASSIFICATION.summary, REAL)
