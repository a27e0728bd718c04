"""A fault and its cure are looked up where they were run, and nowhere else."""

import numpy as np
import pandas as pd
import pytest

from activation_study import studies
from activation_study.catalogue.heads import get as head
from activation_study.experiment import DEFAULTS
from activation_study.facts.hidden_layers.faults import faults as said_of
from activation_study.measures.classification import CLASSIFICATION
from activation_study.report.analysis.hidden_layers.faults import FAULTS, Fault, outcomes
from activation_study.report.figures import faults as figure
from activation_study.report.tables import faults_table
from report.made_runs import made_runs

RAW = FAULTS[0]


def run(accuracy: float, seed: int, divergence: str = "", **fields) -> dict:
    usual = DEFAULTS | {"optimizer": "sgd", "learning_rate": 0.01, "evaluation": "test"}
    roles = {"is_tuned": False, "is_tuning": False, "is_default": True, "is_curve": False}
    outcome = {"test_accuracy": accuracy, "divergence": divergence, "diverged": bool(divergence)}
    return usual | roles | outcome | fields | {"seed": seed, "key": f"{fields}{seed}"}


@pytest.fixture
def record():
    summary = pd.DataFrame(
        [
            run(0.1036, 0, "chance", input_scale="raw"),
            run(0.1136, 1, "chance", input_scale="raw"),
            run(0.9000, 0),
            run(0.9100, 1),
            # Neither the tuning run nor the deeper network is one of the pair.
            run(0.5, 0, evaluation="validation", is_tuning=True),
            run(0.5, 0, depth=8),
        ]
    )
    return {RAW.study: made_runs(summary, CLASSIFICATION)}


def test_means_and_failures_are_of_the_two_cells_alone(record):
    found = outcomes(record, FAULTS)
    assert list(found) == [RAW.name]
    row = found[RAW.name]
    assert row["ill_accuracy"] == pytest.approx((0.1036 + 0.1136) / 2)
    assert row["well_accuracy"] == pytest.approx(0.905)
    assert (row["ill_num_stuck"], row["ill_num_runs"], row["well_num_stuck"]) == (2, 2, 0)
    assert np.isnan(row["ill_dead"])


def test_page_figure_and_table_say_the_same(record):
    said = said_of(record)
    assert (said["raw_ill"], said["raw_well"]) == ("10.86 %", "90.50 %")
    assert FAULTS[-1].name in said["not_recorded"]
    assert "from 10.86 % to 90.50 %" in figure(record).alt
    frame = faults_table(record).frame
    said = "10.86\u00a0% → 90.50\u00a0%. Before: 2 of 2 runs at chance"
    assert list(frame["right before → after"]) == [said]


def test_nothing_recorded_is_said_and_not_drawn():
    assert "no network" in faults_table({}).note
    assert "no network" in figure({}).alt
    assert said_of({})["raw_ill"] == "not recorded yet"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_and_its_cure_are_arms_of_their_study(fault: Fault):
    study = studies.get(fault.study)
    starts = [study.base.replace(**arm.fields).describe() for arm in study.arms]
    for change in ({}, fault.well):
        cell = {**fault.both, **fault.ill, **change}
        rate = cell.pop("learning_rate", "tuned")
        assert rate == "tuned" or rate in study.tuning.rates
        assert any(all(arm[name] == value for name, value in cell.items()) for arm in starts)
    if "head" in fault.ill:
        assert head(fault.ill["head"])
