"""Every table of the book: each takes recorded runs, or verdicts, and returns a table."""

from activation_study.report.tables.record import (
    Table,
    count_verdicts,
    mean_accuracy,
    provenance,
    ranking_table,
    record,
    tuned_rates,
    untried_table,
    verdict_table,
)

__all__ = [
    "Table",
    "count_verdicts",
    "mean_accuracy",
    "provenance",
    "ranking_table",
    "record",
    "tuned_rates",
    "untried_table",
    "verdict_table",
]
