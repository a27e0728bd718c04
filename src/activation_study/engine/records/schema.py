"""The columns of the record: one table for runs, and one for each thing observed about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from activation_study.catalogue import tasks
from activation_study.experiment import DEFAULTS
from activation_study.measures.classification import CLASSIFICATION
from activation_study.measures.measure_set import MeasureSet

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
            "units": {"key": TEXT, "layer": COUNT, "unit": COUNT}
            | dict.fromkeys(("dead", "gradient_dead"), TEXT),
        }
        keys = {table: ["key", *spec.sort_key] for table, spec in measures.tables.items()}
        return cls(tables | further, _SORT_KEYS | keys)

    def arrow(self, table: str) -> pa.Schema:
        """The Arrow schema of a table."""
        return pa.schema(list(self.tables[table].items()))


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
