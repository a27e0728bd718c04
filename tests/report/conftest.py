"""Simulated runs for the tests of figures and tables: small, and with arms that diverge."""

import dataclasses

import pytest

from report.simulated_runs import core_of, publish


@pytest.fixture(scope="session")
def study():
    """Four activations, both heads, two tuning seeds and four evaluation seeds."""
    core = core_of("relu", "tanh", "sigmoid", "exponential")
    tuning = dataclasses.replace(core.tuning, seeds=(0, 1))
    return dataclasses.replace(
        core,
        tuning=tuning,
        seeds=lambda arm: range(100, 104),
        default_seeds=tuple(range(100, 104)),
        tier="quick",
    )


@pytest.fixture(scope="session")
def record_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("record")


@pytest.fixture(scope="session")
def runs(study, record_folder):
    return publish(study, record_folder)
