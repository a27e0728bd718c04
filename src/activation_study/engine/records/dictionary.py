"""The data dictionary: every column with its type, its unit, what it means and when it is null."""

from __future__ import annotations

from dataclasses import dataclass

from activation_study.catalogue import tasks
from activation_study.engine.records.meanings import MEANINGS, NULLS, OLDER, TUNING, UNITS
from activation_study.engine.records.schema import (
    COUNT,
    EXPERIMENT,
    FLAG,
    FOUNDING,
    REAL,
    TEXT,
    Schema,
)
from activation_study.measures.classification import CLASSIFICATION
from activation_study.measures.measure_set import MeasureSet
from activation_study.measures.metrics import AVERAGED, PARTS, RULES, metric_of

KINDS = {TEXT: "text", COUNT: "integer", REAL: "number", FLAG: "true or false"}

WHERE = {
    "train": "on the training images",
    "validation": "on the validation part",
    "test": "on the test images",
}
"""Where a quantity was measured, in words."""

YOUNGER_TABLES = ("target_probability", "unknown", "shift")
"""Tables that are as young as all of their columns."""


@dataclass(frozen=True)
class Column:
    """One column of the record, described.

    Attributes:
        name: as in the file.
        kind: ``text``, ``integer``, ``number`` or ``true or false``.
        unit: of what is recorded; empty where it has none. A fraction is of 1.
        meaning: what it holds.
        null: what a missing value says; empty where none is missing.
    """

    name: str
    kind: str
    unit: str
    meaning: str
    null: str


def sets() -> list[MeasureSet]:
    """The sets of measures that the record knows: classification first, then by name."""
    found = {each.name: each for each in (tasks.get(name).measures for name in tasks.names())}
    others = sorted(found.keys() - {CLASSIFICATION.name})
    return [CLASSIFICATION, *(found[name] for name in others)]


def columns(measures: MeasureSet, table: str) -> list[Column]:
    """The columns of a table of runs that are measured so, in the order of the schema.

    Raises:
        KeyError: A column has no text among ``MEANINGS``.
    """
    return [
        Column(
            name,
            KINDS[kind],
            "" if kind == TEXT else _unit(table, name),
            _meaning(table, name),
            _null(measures, table, name),
        )
        for name, kind in Schema.of(measures).tables[table].items()
    ]


def split(table: str, column: str) -> tuple[str, str, str, str]:
    """What a name is made of: averaged weights, part of the data, rule, and the quantity.

    A name that has a text of its own is made of nothing else.
    """
    averaged = AVERAGED if column.startswith(AVERAGED) else ""
    name, part, rule = column.removeprefix(averaged), "", ""
    if not _is_said(table, name) and name.partition("_")[0] in PARTS:
        part, _, name = name.partition("_")
    if not _is_said(table, name) and name.partition("_")[0] in RULES:
        rule, _, name = name.partition("_")
    return averaged, part, rule, name


def _is_said(table: str, name: str) -> bool:
    return f"{table}.{name}" in MEANINGS or name in MEANINGS


def _meaning(table: str, column: str) -> str:
    averaged, part, rule, name = split(table, column)
    own = None if part else MEANINGS.get(f"{table}.{name}")
    parts = [
        own or MEANINGS[name],
        f"labels called {RULES[rule]}" if rule else "",
        WHERE.get(part, ""),
        "at the running average of the weights" if averaged else "",
    ]
    return "; ".join(filter(None, parts))


def _null(measures: MeasureSet, table: str, column: str) -> str:
    for name in (f"{table}.{column}", column):
        if name in NULLS:
            return NULLS[name]
    is_of_test = table == "runs" and column.removeprefix(AVERAGED).startswith("test_")
    # The founding set alone has grown, in the tables that it began with.
    has_grown = measures is CLASSIFICATION and table not in YOUNGER_TABLES
    is_younger = has_grown and column in FOUNDING.younger(table) and column not in EXPERIMENT
    return ", or ".join([TUNING] * is_of_test + [OLDER] * is_younger)


def _unit(table: str, column: str) -> str:
    """The unit of a recorded value: what pages show in percent is recorded as a fraction."""
    if unit := UNITS.get(split(table, column)[3]):
        return unit
    metric = metric_of(column)
    return "fraction" if metric.factor == 100.0 else metric.unit
