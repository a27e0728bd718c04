"""Runs of tables that are made up by hand."""

from dataclasses import replace

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.measures.measure_set import MeasureSet

OF_EVERY_RUN = ("history", "early", "layers", "units")


def made_runs(summary: pd.DataFrame, measures: MeasureSet, **tables: pd.DataFrame) -> Runs:
    """Runs of which nothing is recorded but a summary and some tables."""
    none = pd.DataFrame(columns=["key"])
    tables = dict.fromkeys(OF_EVERY_RUN, none) | tables
    return Runs(summary, tables, measures, tier="quick")


def with_tables(runs: Runs, **tables: pd.DataFrame) -> Runs:
    """The runs, with these tables in the place of their own."""
    return replace(runs, tables={**runs.tables, **tables})
