"""Judges the claims on trial from recorded runs, by the rules registered in `data/claims.yml`."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from activation_study import studies
from activation_study.engine.records.records import Runs
from activation_study.errors import ClaimsError, IncompleteRecordError
from activation_study.registry import unknown_name
from activation_study.report import demonstrations
from activation_study.report.analysis.statistics import holm
from activation_study.report.claims import claims_file
from activation_study.report.claims.claim import Claim, ClaimsFile
from activation_study.report.claims.evidence import conclude, record
from activation_study.report.claims.evidence.demonstrated import checks_of
from activation_study.report.claims.evidence.evaluation import Evaluation
from activation_study.report.claims.evidence.kept import kept
from activation_study.report.claims.firmness import sensitivity_of
from activation_study.report.claims.rules import (
    ContrastRule,
    CountRule,
    DemonstrationRule,
    WithdrawnRule,
)
from activation_study.report.claims.verdict import (
    Primary,
    Row,
    Score,
    Sensitivity,
    Verdict,
    count_label,
    label_of,
)

Answer = conclude.Compared | IncompleteRecordError
Family = Mapping[str, Answer]
"""Claim -> what the runs say of its rule, or why they cannot."""

__all__ = ["Claim", "ClaimsError", "Verdict", "judge", "judge_all", "load_claims"]


def load_claims(path: Path | str | None = None) -> list[Claim]:
    """Return every claim of a file, in its order; None reads the published one.

    Raises:
        ClaimsError: the file breaks its schema; says where, what was received, what is accepted.
    """
    return list(claims_file.read(path).claims)


class Court:
    """The claims of a file and the runs that judge them, compared once.

    Args:
        register: the file of claims.
        runs: study -> its runs; a study that is not among them is loaded when it is needed.
    """

    def __init__(self, register: ClaimsFile, runs: Mapping[str, Runs]) -> None:
        self.register = register
        self._runs = dict(runs)
        self._evaluations: dict[str, Evaluation] = {}
        self._compared: dict[str, Answer] = {}
        self.halves: dict[str, list[tuple[Family, dict[str, float]]]] = {}

    def evaluation(self, study: str) -> Evaluation:
        """Return the evaluation runs of a study."""
        if study not in self._evaluations:
            runs = self._runs.get(study) or record.recorded(study)
            minimum = self.register.minimum_pairs["quick" if runs.tier == "quick" else "full"]
            self._evaluations[study] = Evaluation(runs, minimum)
        return self._evaluations[study]

    def compared(self, claim: Claim) -> Answer:
        """Return what the runs say of a claim's rule, or why they cannot."""
        assert isinstance(claim.rule, ContrastRule | CountRule)
        if claim.id not in self._compared:
            try:
                found = self.evaluation(claim.rule.study).compare(claim.rule)
                self._compared[claim.id] = found
            except IncompleteRecordError as error:
                self._compared[claim.id] = error
            except ValueError as error:
                raise ValueError(f"claim {claim.id!r}: {error}") from error
        return self._compared[claim.id]

    def family(self, claim: Claim) -> Family:
        """Return the claims whose primary estimands are adjusted together with this one's."""
        if claim.control:
            return {claim.id: self.compared(claim)}
        return {
            one.id: self.compared(one)
            for one in self.register.claims
            if one.chapter == claim.chapter
            and isinstance(one.rule, ContrastRule)
            and not one.control
        }

    def adjusted(self, family: Family) -> dict[str, float]:
        """Return the p-values of a family's primary estimands, adjusted by Holm, by claim.

        One that these runs cannot answer counts as p = 1: it takes its place, so a verdict does
        not change when its neighbours are recorded or not, except towards caution.
        """
        raw = []
        for name, compared in family.items():
            rule = self.register.get(name).rule
            if isinstance(compared, conclude.Compared) and isinstance(rule, ContrastRule):
                raw.append(conclude.estimand(rule, compared)[1])
            else:
                raw.append(1.0)
        return dict(zip(family, map(float, holm(raw)), strict=True))

    def judge(self, claim: Claim) -> Verdict:
        """Judge one claim."""
        rule = claim.rule
        if rule is None:
            return Verdict(claim, "not tried yet", "not tried yet", reason="There is no rule yet.")
        if isinstance(rule, WithdrawnRule):
            return Verdict(claim, "withdrawn", "withdrawn", reason=rule.why)
        if isinstance(rule, DemonstrationRule):
            checks = checks_of(rule, demonstrations.run)
            label = "holds" if all(check.holds for check in checks) else "does not hold"
            return Verdict(claim, "demonstrated", label, checks=checks)
        compared = self.compared(claim)
        runs = self.evaluation(rule.study).runs
        if isinstance(compared, IncompleteRecordError):
            lacks = f"{compared}. To go on: activation-study run {rule.study}."
            return Verdict(
                claim,
                "incomplete record",
                "no answer yet",
                reason=lacks[:1].upper() + lacks[1:],
                num_study_runs=len(runs.summary),
                tier=runs.tier,
            )
        holm_p = self.adjusted(self.family(claim)).get(claim.id, math.nan)
        primary, rows, on, label = self.conclude(claim, compared, holm_p)
        return Verdict(
            claim,
            "judged",
            label,
            primary=primary,
            rows=rows,
            depends_on=tuple(on),
            forecast=_score(rule, primary, rows),
            keys=compared.keys,
            num_study_runs=len(runs.summary),
            tier=runs.tier,
        )

    def conclude(
        self, claim: Claim, compared: conclude.Compared, holm_p: float
    ) -> tuple[Primary | None, tuple[Row, ...], list[str], str]:
        """Return the primary estimand, the rows, what they depend on, and the label.

        Args:
            claim: what is concluded upon.
            compared: what runs say of its rule.
            holm_p: its adjusted p-value; a rule that counts has none.
        """
        rule, alpha = claim.rule, self.register.alpha
        if isinstance(rule, CountRule):
            rows = conclude.rows_of(rule, compared, math.nan, alpha)
            return None, rows, [], count_label(rule, rows)
        assert isinstance(rule, ContrastRule)
        margin = conclude.margin_of(rule, compared, self.register.margins)
        primary = conclude.primary_of(rule, compared, holm_p, margin, alpha)
        rows = conclude.rows_of(rule, compared, margin, alpha)
        on = conclude.depends_on(conclude.level_differences(rule, compared), margin, alpha)
        return primary, rows, on, label_of(rule, primary, rows, on)


def _score(rule: ContrastRule | CountRule, primary: Primary | None, rows: tuple[Row, ...]) -> Score:
    """Return how the sealed forecast of a rule fared."""
    forecast = rule.forecast
    if primary is not None:
        effect, direction = primary.effect, primary.direction
        is_size = None if forecast.size is None else forecast.size == primary.size
    else:
        assert isinstance(rule, CountRule)
        effect = sum(row.direction == "as claimed" for row in rows)
        direction, is_size = rule.answer(int(effect), len(rows)), None
    is_within = forecast.low <= effect <= forecast.high
    return Score(forecast.direction == direction, is_size, is_within)


def _by_study(runs: Runs | Mapping[str, Runs] | None, register: ClaimsFile) -> dict[str, Runs]:
    """Return runs by the name of their study.

    Raises:
        ValueError: something else than runs, or of an unknown study.
    """
    if runs is None:
        return {}
    named = set(filter(None, (claim.study for claim in register.claims)))
    known = studies.STUDIES | studies.UNPUBLISHED
    if not isinstance(runs, Mapping):
        if not hasattr(runs, "summary"):
            raise ValueError(
                f"received runs of type {type(runs).__name__}; accepted: what run() and load() "
                "return, or None."
            )
        # Runs of a plain list of experiments have no name, and of another study no say.
        return {runs.name: runs} if runs.name else dict.fromkeys(named, runs)
    for name in runs:
        if name not in known:
            raise unknown_name("study", name, known)
    return dict(runs)


def _court(register: ClaimsFile, runs: Runs | Mapping[str, Runs] | None) -> Court:
    """Return the court that has compared these runs before, where there is one."""
    return _seated(register, frozenset(_by_study(runs, register).items()), record.state())


# A page asks claim by claim, each of which is judged beside the others of its chapter.
@functools.lru_cache(maxsize=4)
def _seated(register: ClaimsFile, runs: frozenset[tuple[str, Runs]], state: record.State) -> Court:
    return Court(register, dict(runs))


def judge(
    claim_id: str,
    runs: Runs | Mapping[str, Runs] | None = None,
    *,
    path: Path | str | None = None,
) -> Verdict:
    """Judge one claim.

    Args:
        claim_id: permanent id of the claim.
        runs: runs of one study, or study -> runs, in the place of the recorded ones; the same
            object is read once. A claim is judged together with the others of its chapter: what
            that needs is loaded.
        path: file of claims; None for the published one.

    Returns:
        The verdict; "not tried yet" without a rule, "incomplete record" where runs are missing.

    Raises:
        ValueError: unknown id, which names the accepted ones and the nearest; or something else
            than runs.
        ClaimsError: the file of claims breaks its schema.
    """
    register = claims_file.read(path)
    claim = register.get(claim_id)
    court = _court(register, runs)
    return replace(court.judge(claim), sensitivity=sensitivity_of(court, claim))


def sensitivity(
    claim_id: str,
    runs: Runs | Mapping[str, Runs] | None = None,
    *,
    path: Path | str | None = None,
) -> Sensitivity | None:
    """Return what small changes make of a verdict; None where no runs judge the claim.

    See `judge` for the arguments and the errors.
    """
    return judge(claim_id, runs, path=path).sensitivity


def judge_all(
    runs: Runs | Mapping[str, Runs] | None = None,
    *,
    path: Path | str | None = None,
    firm: bool = False,
) -> list[Verdict]:
    """Judge every claim, in the order of the file; how firm each is only where `firm` asks for it.

    Those of the record itself are judged once for all processes, as long as nothing changes. See
    `judge` for the other arguments and the errors.
    """
    register = claims_file.read(path)

    def judged() -> list[Verdict]:
        court = _court(register, runs)
        found = [court.judge(claim) for claim in register.claims]
        if not firm:
            return found
        return [replace(each, sensitivity=sensitivity_of(court, each.claim)) for each in found]

    own = runs is None and path is None
    return kept(judged, "-firm" if firm else "") if own else judged()
