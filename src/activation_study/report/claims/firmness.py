"""How firm a verdict is: on halves of its seeds, and where a rate moves within its tie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.arms import cell_name
from activation_study.report.claims import against_studies, claims_file
from activation_study.report.claims.claim import Claim
from activation_study.report.claims.evidence.conclude import Compared
from activation_study.report.claims.judging import Court, Family, by_study
from activation_study.report.claims.rules import ContrastRule, CountRule

HALVES = 100
SEED = 20261126


@dataclass(frozen=True)
class Move:
    """What the label becomes where one arm's rate moves to a neighbour that ties with it."""

    arm: str
    criterion: str
    rate: float
    moved_to: float
    label: str


@dataclass(frozen=True)
class Sensitivity:
    """What the words of a verdict become under small changes.

    Attributes:
        label: of the verdict as it is.
        halves: label -> in how many of the random halves of the seeds it came out.
        directions: the same of the direction; a count has none.
        moves: every move of a rate that the record can answer.
    """

    label: str
    halves: dict[str, int]
    directions: dict[str, int]
    moves: tuple[Move, ...]

    @property
    def changes(self) -> tuple[Move, ...]:
        """The moves after which the verdict says something else."""
        return tuple(move for move in self.moves if move.label != self.label)

    def __str__(self) -> str:
        """Say which words change, a sentence each."""
        kept, total = self.halves.get(self.label, 0), sum(self.halves.values())
        others = [f"{each!r} {n}" for each, n in self.halves.items() if each != self.label]
        said = [f"On random halves of the seeds the answer is the same in {kept} of {total}"]
        said[0] += f", else {', '.join(others)}." if others else "."
        said += [
            f"With {move.arm} at the rate {move.moved_to:g}, which tied with {move.rate:g}, it is "
            f"{move.label!r}."
            for move in self.changes
        ]
        if self.moves and not self.changes:
            said.append("No neighbouring rate that tied with a chosen one changes it.")
        return " ".join(said)


def sensitivity(
    claim_id: str,
    runs: Runs | Mapping[str, Runs] | None = None,
    *,
    path: Path | str | None = None,
) -> Sensitivity | None:
    """Return how firm a verdict is; None where no runs judge the claim.

    Args:
        claim_id: permanent id of the claim.
        runs: as `judge` takes them.
        path: file of claims; None for the published one.

    Raises:
        ValueError: unknown id, or something else than runs.
        ClaimsError: the file of claims breaks its schema.
    """
    register = claims_file.read(path)
    claim = register.get(claim_id)
    if not isinstance(claim.rule, ContrastRule | CountRule):
        return None
    court = Court(register, by_study(runs, register))
    compared = court.compared(claim)
    if isinstance(compared, IncompleteRecordError):
        return None
    rng = np.random.default_rng(SEED)
    labels, directions = Counter[str](), Counter[str]()
    for _ in range(HALVES):
        family = {
            name: each.half(rng) if isinstance(each, Compared) else each
            for name, each in court.family(claim).items()
        }
        half = family.get(claim.id, compared)
        assert isinstance(half, Compared)
        # A count stands in no family.
        half = half if claim.id in family else compared.half(rng)
        primary, *_, label = court.conclude(claim, half, family)
        labels[label] += 1
        directions.update([primary.direction] if primary else [])
    *_, label = court.conclude(claim, compared, court.family(claim))
    moves = tuple(_moves(court, claim, claim.rule))
    return Sensitivity(label, dict(labels.most_common()), dict(directions.most_common()), moves)


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
            family: Family = court.family(claim)
            if claim.id in family:
                family = {**family, claim.id: compared}
            *_, label = court.conclude(claim, compared, family)
            name = cell_name(dict(cell.fields))
            yield Move(name, str(cell.criterion), evaluation.rate(cell), rate, label)
