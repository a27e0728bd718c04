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
    """List every recorded fault: what one sees, the cause, the cure, and what that gives.

    Args:
        record: Study -> its runs.
    """
    found = outcomes(record, FAULTS)
    if not found:
        raise IncompleteRecordError("no network that does not learn is recorded yet")
    rows = [
        {
            "what you see": f"{fault.symptom}. {fault.look}",
            "cause": f"{fault.name[:1].upper()}{fault.name[1:]}. {fault.cause}",
            "do": fault.cure,
            "right before → after": _said(found[fault.name]),
        }
        for fault in FAULTS
        if fault.name in found
    ]
    note = (
        "Right: of the test images, mean over the seeds, at the last weights. Dead: share of the "
        "hidden units that are 0 on every training image."
    )
    return Table(pd.DataFrame(rows), note, stacks=True)


def _said(found: Mapping[str, float]) -> str:
    ill, well = (f"{100 * found[f'{side}_accuracy']:.2f}\u00a0%" for side in ("ill", "well"))
    stuck, infinite, runs = (
        int(found[f"ill_num_{what}"]) for what in ("stuck", "infinite", "runs")
    )
    notes = []
    if stuck:
        notes.append(f"{stuck} of {runs} runs at chance")
    if infinite:
        notes.append(f"{infinite} of {runs} with a loss that is not finite")
    if found["ill_dead"] >= 0.01:
        notes.append(f"{100 * found['ill_dead']:.0f}\u00a0% dead")
    return f"{ill} → {well}" + (f". Before: {', '.join(notes)}" if notes else "")
