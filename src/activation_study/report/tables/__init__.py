"""Every table of the book: each takes recorded runs, or verdicts, and returns a table."""

from activation_study.report.tables import costs, rounding
from activation_study.report.tables.arms import (
    heads_table,
    layers_table,
    ranking_table,
    skills_table,
)
from activation_study.report.tables.centring import signs_table, steps_table
from activation_study.report.tables.faults import faults_table
from activation_study.report.tables.functions import formulas, properties
from activation_study.report.tables.gains import gains_table
from activation_study.report.tables.losses import levels_table, pairs_table
from activation_study.report.tables.record import (
    provenance,
    record,
    repeated_effects,
    repetitions,
)
from activation_study.report.tables.table import Table
from activation_study.report.tables.verdicts import (
    findings_table,
    rounds_table,
    untried_table,
    verdict_line,
    verdict_number,
    verdict_tables,
)

__all__ = [
    "Table",
    "costs",
    "faults_table",
    "findings_table",
    "formulas",
    "gains_table",
    "heads_table",
    "layers_table",
    "levels_table",
    "pairs_table",
    "properties",
    "provenance",
    "ranking_table",
    "record",
    "repeated_effects",
    "repetitions",
    "rounding",
    "rounds_table",
    "signs_table",
    "skills_table",
    "steps_table",
    "untried_table",
    "verdict_line",
    "verdict_number",
    "verdict_tables",
]
