"""Rules against the studies that they name: what no run can answer is refused when it is read."""

from __future__ import annotations

import functools
from typing import Any

from activation_study import studies
from activation_study.engine.records.schema import Schema, measures_of
from activation_study.registry import unknown_name
from activation_study.report.analysis import derived
from activation_study.report.claims.rules import Cell, ContrastRule, CountRule, Rule


def check(rule: Rule | None) -> None:
    """Check the study, the columns, the criteria, the fields and the values of a rule.

    Raises:
        ValueError: one of them is not there; names what is accepted and the nearest.
    """
    if isinstance(rule, ContrastRule | CountRule):
        for cell in cells_of(rule):
            _check_cell(rule.study, cell)


def cells_of(rule: ContrastRule | CountRule) -> list[Cell]:
    """Return everything that a rule reads, each cell once."""
    found: list[Cell] = []
    for setting in rule.settings:
        if isinstance(rule, CountRule):
            for member in members(rule):
                found += rule.cells(setting, {rule.each: member})
            continue
        for changes in (None, rule.less):
            arm, reference = rule.sides_of(setting, changes)
            found += [*arm, *(reference if isinstance(reference, list) else [])]
    return list(dict.fromkeys(found))


def members(rule: CountRule) -> tuple[Any, ...]:
    """Return the list that a rule counts in: its own, or every level that its study has."""
    if isinstance(rule.among, str):
        return tuple(levels(rule.study, rule.each))
    return rule.among


def levels(study: str, field: str) -> list[Any]:
    """Return the values of a field in a study's arms, in their order.

    Raises:
        ValueError: there is no such study or field.
    """
    arms = _arms(study)
    if field not in arms[0]:
        raise unknown_name("field of an experiment", field, arms[0])
    return list(dict.fromkeys(arm[field] for arm in arms))


@functools.lru_cache
def _arms(study: str) -> list[dict[str, Any]]:
    """Return every arm of a study with all its fields."""
    known = studies.get(study)
    return [known.base.replace(**arm.fields).describe() for arm in known.arms]


@functools.lru_cache
def _columns(study: str) -> tuple[list[str], tuple[str, ...]]:
    """Return the columns of a study's summary and the criteria of its tuning."""
    known = studies.get(study)
    columns = [*Schema.of(measures_of([known.base.task])).arrow("runs").names, *derived.NAMES]
    return columns, known.tuning.criteria_of(known.base)


@functools.lru_cache(maxsize=4096)
def _check_cell(study: str, cell: Cell) -> None:
    columns, criteria = _columns(study)
    if cell.column not in columns:
        raise unknown_name("metric, in its reading,", cell.column, columns)
    if cell.criterion is not None and cell.criterion not in criteria:
        raise unknown_name(f"criterion of the study {study!r}", cell.criterion, criteria)
    for field, value in cell.fields:
        if value not in (accepted := levels(study, field)):
            raise unknown_name(f"{field} in the study {study!r}", value, map(str, accepted))
    matching = [arm for arm in _arms(study) if all(arm[f] == value for f, value in cell.fields)]
    if len(matching) != 1:
        raise ValueError(
            f"received {dict(cell.fields)}, which {len(matching)} arms of the study {study!r} "
            "have; accepted: fields that one arm has."
        )
