"""Every table of the book: each takes recorded runs, or verdicts, and returns a table."""

from activation_study.report.tables.published_record import provenance, record
from activation_study.report.tables.ranking import ranking_table, tuned_rates
from activation_study.report.tables.table import Table
from activation_study.report.tables.verdicts import count_verdicts, untried_table, verdict_table

__all__ = [
    "Table",
    "count_verdicts",
    "provenance",
    "ranking_table",
    "record",
    "tuned_rates",
    "untried_table",
    "verdict_table",
]
