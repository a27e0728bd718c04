"""Runs of tables that are made up by hand."""

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.measure_set import MeasureSet


def made_runs(summary: pd.DataFrame, measures: MeasureSet, **tables: pd.DataFrame) -> Runs:
    """Runs of which nothing is recorded but a summary and some further tables."""
    none = pd.DataFrame(columns=["key"])
    return Runs(summary, none, none, none, none, tables=tables, measures=measures, tier="quick")
