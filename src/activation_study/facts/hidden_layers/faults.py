"""What the page on networks that do not learn says."""

from __future__ import annotations

from collections.abc import Mapping

from activation_study.engine.records.records import Runs
from activation_study.measures.metrics import metric_of
from activation_study.registry import listed
from activation_study.report import claims
from activation_study.report.analysis.hidden_layers.faults import FAULTS, outcomes

FIRST = FAULTS[0].name
"""The one that the page begins with."""


def recorded_faults() -> dict[str, Runs]:
    """Return the recorded runs of every study that has a fault and its cure."""
    return {name: claims.recorded(name) for name in dict.fromkeys(f.study for f in FAULTS)}


def faults(record: Mapping[str, Runs]) -> dict[str, str]:
    """Return what the page glues.

    Args:
        record: Study -> its runs.

    Returns:
        ``raw_ill`` and ``raw_well``: the share of right answers of the first fault, and mended;
        ``not_recorded``: which faults have no runs yet, or nothing.
    """
    found = outcomes(record, FAULTS)
    shown = metric_of("test_accuracy").shown
    said = dict.fromkeys(("raw_ill", "raw_well"), "not recorded yet")
    if FIRST in found:
        said = {name: shown(found[FIRST][f"{name.removeprefix('raw_')}_accuracy"]) for name in said}
    missing = [fault.name for fault in FAULTS if fault.name not in found]
    said["not_recorded"] = f"Not recorded yet: {listed(missing)}." if missing else ""
    return said
