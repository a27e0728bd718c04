"""Simulated runs for the tests of figures and tables: small, and with arms that diverge."""

import dataclasses

import pytest

from activation_study import studies
from report.simulated_runs import core_of, publish


def small(study):
    """Give a study two tuning seeds and four evaluation seeds."""
    return dataclasses.replace(
        study,
        tuning=dataclasses.replace(study.tuning, seeds=(0, 1)),
        seeds=lambda arm: range(100, 104),
        default_seeds=tuple(range(100, 104)),
        tier="quick",
    )


@pytest.fixture(scope="session")
def study():
    """Four activations, both heads."""
    return small(core_of("relu", "tanh", "sigmoid", "exponential"))


@pytest.fixture(scope="session")
def record_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("record")


@pytest.fixture(scope="session")
def runs(study, record_folder):
    return publish(study, record_folder)


@pytest.fixture(scope="session")
def depth_runs(tmp_path_factory):
    """Three activations at two depths, one head."""
    return publish(small(studies.get("depth-by-activation")), tmp_path_factory.mktemp("depth"))


@pytest.fixture
def read_twice(runs):
    """Runs with a second reading, 0.01 better with softmax."""
    summary = runs.summary.copy()
    gain = 0.01 * (summary["head"] == "softmax")
    for column in ("validation_accuracy", "test_accuracy"):
        summary[f"averaged_{column}"] = summary[column] + gain
    return dataclasses.replace(runs, summary=summary)


@pytest.fixture
def read_once(runs):
    """Runs as the first round recorded them."""
    younger = runs.summary.filter(regex="^averaged_").columns
    return dataclasses.replace(runs, summary=runs.summary.drop(columns=younger))
