"""How firm a verdict is: on halves of its seeds, and where a rate moves within its tie."""

from __future__ import annotations

import math
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
    labels, directions = Counter[str](), Counter[str]()
    for half, holm_p in _halves(court, claim, compared):
        primary, rows, _, label = court.conclude(claim, half, holm_p)
        labels[_word(rule, rows, label)] += 1
        directions.update([primary.direction] if primary else [])
    holm_p = court.adjusted(court.family(claim)).get(claim.id, math.nan)
    _, rows, _, label = court.conclude(claim, compared, holm_p)
    return Sensitivity(
        label=_word(rule, rows, label),
        halves=dict(labels.most_common()),
        directions=dict(directions.most_common()),
        moves=tuple(_moves(court, claim, rule)),
    )


def _halves(court: Court, claim: Claim, compared: Compared) -> Iterator[tuple[Compared, float]]:
    """Yield what halves of the seeds, drawn at random, say of a claim, and its adjusted p-value.

    The draws are the same ones for all claims of a family, which is adjusted on each once.
    """
    # A count stands in no family.
    family = court.family(claim) if isinstance(claim.rule, ContrastRule) else {claim.id: compared}
    first = next(iter(family))
    if first not in court.halves:
        rng = np.random.default_rng(SEED)
        drawn = [
            {
                name: each.half(rng) if isinstance(each, Compared) else each
                for name, each in family.items()
            }
            for _ in range(HALVES)
        ]
        court.halves[first] = [(halves, court.adjusted(halves)) for halves in drawn]
    for halves, adjusted in court.halves[first]:
        half = halves[claim.id]
        assert isinstance(half, Compared)
        yield half, adjusted[claim.id]


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
            holm_p = court.adjusted(family).get(claim.id, math.nan)
            _, rows, _, label = court.conclude(claim, compared, holm_p)
            name, word = setting_name(dict(cell.fields)), _word(rule, rows, label)
            yield Move(name, str(cell.criterion), evaluation.rate(cell), rate, word)


def _word(rule: ContrastRule | CountRule, rows: tuple[Row, ...], label: str) -> str:
    """Return a label without the number of rows, which varies with any seed."""
    if isinstance(rule, CountRule):
        share = sum(row.direction == "as claimed" for row in rows) / len(rows)
        return f"{'at least' if share >= rule.at_least else 'less than'} {rule.at_least:.0%}"
    return label.partition(":")[0] if label.startswith("depends") else label
