"""What is said of recorded columns: every one of them, in its unit."""

from __future__ import annotations

import math

import pytest

from activation_study import settings
from activation_study.engine.records import schema
from activation_study.engine.records.published import PublishedRecord
from activation_study.measures.classification import CLASSIFICATION
from activation_study.measures.metrics import METRICS, label_of, metric_of
from activation_study.measures.multilabel import MULTILABEL
from activation_study.measures.numbers.composition import COMPOSITION
from activation_study.measures.numbers.regression import REGRESSION
from activation_study.report.analysis import derived


def test_every_quantity_has_a_row_and_every_row_is_of_one():
    columns = {
        column
        for found in map(schema.Schema.of, (CLASSIFICATION, MULTILABEL, REGRESSION, COMPOSITION))
        for table, types in found.tables.items()
        for column, kind in types.items()
        if kind in (schema.REAL, schema.COUNT)
        and column not in {*schema.EXPERIMENT, *found.sort_keys[table], "threads"}
    }
    known = {metric_of(column).name for column in {*columns, *derived.NAMES}}
    assert known == set(METRICS.names())


@pytest.mark.parametrize(
    ("column", "label", "value", "difference"),
    [
        ("test_accuracy", "test accuracy", "97.50 %", "+97.50 points"),
        ("area_under_validation_accuracy", "mean validation accuracy over the epochs", "97.50 %",
         "+97.50 points"),
        ("validation_nll", "validation negative log-likelihood", "0.9750 nats", "+0.9750 nats"),
        ("epochs_to_97", "epochs to 97 % validation accuracy", "0.97 epochs", "+0.97 epochs"),
        ("train_seconds", "time to train", "0.97 s", "+0.97 s"),
        ("train_loss", "train loss", "0.975", "+0.975"),
        ("share of runs: 7", "share of runs: 7", "97.5 %", "+97.5 points"),
        ("averaged_test_accuracy", "test accuracy, averaged weights", "97.50 %", "+97.50 points"),
        ("averaged_validation_nll", "validation negative log-likelihood, averaged weights",
         "0.9750 nats", "+0.9750 nats"),
        ("averaged_area_after_first_epoch",
         "mean validation accuracy from epoch 1 on, averaged weights", "97.50 %", "+97.50 points"),
        ("average_precision", "average precision", "97.50 %", "+97.50 points"),
        ("num_pairs", "num pairs", "0.975", "+0.975"),
    ],
)  # fmt: skip
def test_a_column_on_a_page(column, label, value, difference):
    assert label_of(column) == label
    assert metric_of(column).shown(0.975) == value
    assert metric_of(column).shown(0.975, signed=True) == difference
    assert metric_of(column).shown(math.nan) == "not defined"


@pytest.mark.parametrize("table", ["runs", "history", "layers", "reliability", "confusion"])
def test_published_values_lie_within_the_bounds(table):
    record = PublishedRecord(settings.published())
    outside = {*schema.EXPERIMENT, *schema.SORT_KEYS[table]}
    found = set()
    for study in record.studies():
        if not (record.folder / study / f"{table}.parquet").exists():
            continue  # Of a task that has other measures.
        content = record.read(study, table).to_pandas()
        for column, kind in schema.TABLES[table].items():
            if kind == schema.REAL and column not in outside and column in content:
                found.add(column)
                low, high = metric_of(column).bounded
                assert content[column].dropna().between(low, high + 1e-9).all(), (study, column)
    assert found
