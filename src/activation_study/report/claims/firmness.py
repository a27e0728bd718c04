"""How firm a verdict is: on halves of its seeds, and where a rate moves within its tie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from activation_study.errors import IncompleteRecordError
from activation_study.report.claims import against_studies
from activation_study.report.claims.box.wording import setting_name
from activation_study.report.claims.claim import Claim
from activation_study.report.claims.evidence.conclude import Compared
from activation_study.report.claims.rules import ContrastRule, CountRule
from activation_study.report.claims.verdict import Move, Row, Sensitivity

if TYPE_CHECKING:
    from activation_study.report.claims.judging import Court

HALVES = 100
SEED = 20261126


def sensitivity_of(court: Court, claim: Claim) -> Sensitivity | None:
    """Return how firm a verdict is; None where no runs judge the claim."""
    rule, compared = claim.rule, court.compared(claim) if claim.study else None
    if not isinstance(rule, ContrastRule | CountRule) or not isinstance(compared, Compared):
        return None
    rng = np.random.default_rng(SEED)
    labels, directions = Counter[str](), Counter[str]()
    for _ in range(HALVES):
        # A count stands in no family.
        halves = {
            name: each.half(rng) if isinstance(each, Compared) else each
            for name, each in ({claim.id: compared} | dict(court.family(claim))).items()
        }
        half = halves[claim.id]
        assert isinstance(half, Compared)
        primary, rows, _, label = court.conclude(claim, half, halves)
        labels[_word(rule, rows, label)] += 1
        directions.update([primary.direction] if primary else [])
    _, rows, _, label = court.conclude(claim, compared, court.family(claim))
    return Sensitivity(
        label=_word(rule, rows, label),
        halves=dict(labels.most_common()),
        directions=dict(directions.most_common()),
        moves=tuple(_moves(court, claim, rule)),
    )


def _moves(court: Court, claim: Claim, rule: ContrastRule | CountRule) -> Iterator[Move]:
    """Judge a claim anew with one rate moved, for each neighbour that ties with a chosen one."""
    evaluation = court.evaluation(rule.study)
    cells = [cell for cell in against_studies.cells_of(rule) if cell.criterion]
    arms = {(cell.fields, cell.criterion): cell for cell in cells}
    for arm, cell in arms.items():
        for rate in evaluation.tied_neighbours(cell):
            try:
                compared = evaluation.compare(rule, {arm: rate})
            except IncompleteRecordError:
                continue
            family = {**court.family(claim), claim.id: compared}
            _, rows, _, label = court.conclude(claim, compared, family)
            name, word = setting_name(dict(cell.fields)), _word(rule, rows, label)
            yield Move(name, str(cell.criterion), evaluation.rate(cell), rate, word)


def _word(rule: ContrastRule | CountRule, rows: tuple[Row, ...], label: str) -> str:
    """Return a label without the number of rows, which varies with any seed."""
    if isinstance(rule, CountRule):
        share = sum(row.direction == "as claimed" for row in rows) / len(rows)
        return f"{'at least' if share >= rule.at_least else 'less than'} {rule.at_least:.0%}"
    return label.partition(":")[0] if label.startswith("depends") else label
