"""Fixtures and settings for the whole suite."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

# Before anything imports TensorFlow or Matplotlib, here and in every process that a test starts.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["MPLBACKEND"] = "agg"
# The tier that a test means is the tier that it sets.
os.environ.pop("ACTIVATION_STUDY_TIER", None)

import hypothesis
import numpy as np
import pytest

# A busy machine is no failure, and the gate must say the same twice.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.settings.load_profile("suite")


def pytest_collection_finish() -> None:
    """Spare the modules, once all are imported, from being searched for garbage at each graph."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def rng() -> np.random.Generator:
    """A generator that gives the same draws in every run of the suite."""
    return np.random.default_rng(20240229)


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    """Close what a test has drawn, so that figures do not pile up."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
