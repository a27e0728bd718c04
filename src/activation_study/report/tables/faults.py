"""A table of what to look at where a network does not learn."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.hidden_layers.faults import FAULTS, outcomes
from activation_study.report.tables.table import Table, says_what_is_missing


@says_what_is_missing
def faults_table(record: Mapping[str, Runs]) -> Table:
    """List every recorded fault: what one sees, where to look, the cause, the cure, what it gives.

    Args:
        record: Study -> its runs.
    """
    found = outcomes(record, FAULTS)
    if not found:
        raise IncompleteRecordError("no network that does not learn is recorded yet")
    rows = [
        {
            "what you see": fault.symptom,
            "look at": fault.look,
            "if it is": f"{fault.cause} ({fault.name})",
            "do": fault.cure,
            "right before": _said(found[fault.name], "ill"),
            "right after": _said(found[fault.name], "well"),
        }
        for fault in FAULTS
        if fault.name in found
    ]
    note = (
        "Right: of the test images, mean over the seeds, at the last weights. Dead: share of the "
        "hidden units that are 0 on every training image."
    )
    return Table(pd.DataFrame(rows), note, stacks=True)


def _said(found: Mapping[str, float], side: str) -> str:
    parts = [f"{100 * found[f'{side}_accuracy']:.1f} %"]
    stuck, infinite, runs = (
        int(found[f"{side}_num_{what}"]) for what in ("stuck", "infinite", "runs")
    )
    if stuck:
        parts.append(f"{stuck} of {runs} runs at chance")
    if infinite:
        parts.append(f"{infinite} of {runs} with a loss that is not finite")
    if found[f"{side}_dead"] >= 0.01:
        parts.append(f"{100 * found[f'{side}_dead']:.0f} % dead")
    return ", ".join(parts)
