"""Judges the claims on trial from recorded runs, by the rules registered in `data/claims.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from activation_study.engine.records.records import Runs
from activation_study.errors import ClaimsError, IncompleteRecordError
from activation_study.registry import unknown_name
from activation_study.report import demonstrations
from activation_study.report.claims import claims_file
from activation_study.report.claims.contrasts import judge_contrasts
from activation_study.report.claims.demonstrated import judge_demonstration
from activation_study.report.claims.evaluation import Evaluation
from activation_study.report.claims.factorial import judge_factorial
from activation_study.report.claims.rules import (
    Claim,
    ClaimsFile,
    ContrastRule,
    DemonstrationRule,
    FactorialRule,
    Rule,
    ThresholdRule,
    WinnersRule,
)
from activation_study.report.claims.thresholds import judge_threshold
from activation_study.report.claims.verdict import Finding, Verdict
from activation_study.report.claims.winners import judge_winners

__all__ = ["Claim", "ClaimsError", "Verdict", "judge", "judge_all", "load_claims"]


def load_claims(path: Path | str | None = None) -> list[Claim]:
    """Return every claim of a file, in its order; None reads the published one.

    Raises:
        ClaimsError: the file breaks its schema; says where, what was received, what is accepted.
    """
    return list(claims_file.read(path).claims)


def _find(claim: Claim, rule: Rule, evaluation: Evaluation | None) -> Finding:
    """Apply a claim's rule.

    Raises:
        IncompleteRecordError: the runs are missing, too few, or of another study.
    """
    if isinstance(rule, DemonstrationRule):
        return judge_demonstration(rule, demonstrations.run)
    name = None if evaluation is None else evaluation.runs.name
    if evaluation is None or name not in (None, rule.study):
        received = "none" if evaluation is None else f"those of the study {name!r}"
        raise IncompleteRecordError(f"needs runs of the study {rule.study!r}, received {received}")
    match rule:
        case ContrastRule():
            return judge_contrasts(claim, rule, evaluation)
        case ThresholdRule():
            return judge_threshold(rule, evaluation)
        case WinnersRule():
            return judge_winners(rule, evaluation)
        case FactorialRule():
            return judge_factorial(rule, evaluation)


def _judge(claim: Claim, evaluation: Evaluation | None) -> Verdict:
    if claim.rule is None:
        return Verdict(claim, Finding("not tried yet", "no rule is registered yet"))
    try:
        finding = _find(claim, claim.rule, evaluation)
    except IncompleteRecordError as error:
        finding = Finding("incomplete record", str(error))
    if claim.study is None or evaluation is None:
        return Verdict(claim, finding)
    return Verdict(claim, finding, len(evaluation.runs.summary), evaluation.runs.tier)


def _evaluation(runs: Runs | None, register: ClaimsFile) -> Evaluation | None:
    if runs is not None and not hasattr(runs, "summary"):
        raise ValueError(
            f"received runs of type {type(runs).__name__}; accepted: what run() and load() return, "
            "or None."
        )
    return None if runs is None else Evaluation(runs, register)


def judge(claim_id: str, runs: Runs | None = None, *, path: Path | str | None = None) -> Verdict:
    """Judge one claim.

    Args:
        claim_id: permanent id of the claim.
        runs: runs of the study that its rule names; None for a numerical demonstration.
        path: file of claims; None for the published one.

    Returns:
        The verdict; "not tried yet" without a rule, "incomplete record" where runs are missing.

    Raises:
        ValueError: unknown id, which names the accepted ones and the nearest; or something else
            than runs.
        ClaimsError: the file of claims breaks its schema.
    """
    register = claims_file.read(path)
    return _judge(register.get(claim_id), _evaluation(runs, register))


def judge_all(
    runs: Runs | Mapping[str, Runs] | None = None, *, path: Path | str | None = None
) -> list[Verdict]:
    """Judge every claim, in the order of the file.

    Args:
        runs: the runs of one study, or study -> runs.
        path: file of claims; None for the published one.

    Raises:
        ValueError: something else than runs, or a study that no rule names.
        ClaimsError: the file of claims breaks its schema.
    """
    register = claims_file.read(path)
    studies = {claim.study for claim in register.claims if claim.study}
    if isinstance(runs, Mapping):
        for name in runs:
            if name not in studies:
                raise unknown_name("study in the rules", name, sorted(studies))
        evaluations = {name: _evaluation(own, register) for name, own in runs.items()}
    else:
        evaluations = dict.fromkeys(studies, _evaluation(runs, register))
    return [_judge(claim, evaluations.get(claim.study or "")) for claim in register.claims]
