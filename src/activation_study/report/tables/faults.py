"""A table of what to look at where a network does not learn."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.hidden_layers.faults import FAULTS, outcomes
from activation_study.report.claims.claim import cited_at
from activation_study.report.tables.table import Table, says_what_is_missing


@says_what_is_missing
def faults_table(record: Mapping[str, Runs], *, brief: bool = False) -> Table:
    """List every recorded fault: what one sees, cause, cure, what that gives, and a verdict.

    Args:
        record: Study -> its runs.
        brief: Whether only the faults are listed that have a verdict, each in fewer words.
    """
    found = outcomes(record, FAULTS)
    if not found:
        raise IncompleteRecordError("no network that does not learn is recorded yet")
    shown = [each for each in FAULTS if each.name in found and (each.claim or not brief)]
    rows = [
        {
            "what you see": f"{fault.symptom}. {fault.look}",
            "cause": f"{fault.name[:1].upper()}{fault.name[1:]}." + f" {fault.cause}" * (not brief),
            "do": fault.cure,
            "right before → after": _said(found[fault.name], brief=brief),
            "see": f'<a href="{cited_at(fault.claim)}">{fault.claim}</a>' if fault.claim else "",
        }
        for fault in shown
    ]
    note = (
        "Right: of the test images, mean over the seeds, at the last weights. Dead: share of the "
        "hidden units that are 0 on every training image."
    )
    if brief:
        note = note.partition(" Dead")[0]
    return Table(pd.DataFrame(rows), note, markup=("see",), stacks=True)


def _said(found: Mapping[str, float], *, brief: bool) -> str:
    ill, well = (f"{100 * found[f'{side}_accuracy']:.2f}\u00a0%" for side in ("ill", "well"))
    stuck, infinite, runs = (
        int(found[f"ill_num_{what}"]) for what in ("stuck", "infinite", "runs")
    )
    notes = []
    if brief:
        return f"{ill} → {well}"
    if stuck:
        notes.append(f"{stuck} of {runs} runs at chance")
    if infinite:
        notes.append(f"{infinite} of {runs} with a loss that is not finite")
    if found["ill_dead"] >= 0.01:
        notes.append(f"{100 * found['ill_dead']:.0f}\u00a0% dead")
    return f"{ill} → {well}" + (f". Before: {', '.join(notes)}" if notes else "")
