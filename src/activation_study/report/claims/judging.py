"""Judges the claims on trial from recorded runs, by the rules registered in `data/claims.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from activation_study.registry import unknown_name
from activation_study.report.analysis.arms import IncompleteRecordError, Runs
from activation_study.report.claims import claims_file, contrasts, thresholds, winners
from activation_study.report.claims.claims_file import Claim, ClaimsError, ClaimsFile
from activation_study.report.claims.finding import Finding
from activation_study.report.claims.verdict import Verdict

__all__ = ["Claim", "ClaimsError", "Verdict", "judge", "judge_all", "load_claims"]

_JUDGES = {
    "contrast": contrasts.judge_contrasts,
    "threshold": thresholds.judge_threshold,
    "winners": winners.judge_winners,
    "factorial": winners.judge_factorial,
}


def load_claims(path: Path | str | None = None) -> list[Claim]:
    """Return every claim of a file, in its order; None reads the published one.

    Raises:
        ClaimsError: the file breaks its schema; says where, what was received, what is accepted.
    """
    return list(claims_file.read(path).claims)


def _find(claim: Claim, runs: Runs | None, register: ClaimsFile) -> Finding:
    """Apply the claim's rule.

    Raises:
        IncompleteRecordError: the runs are missing, too few, or of another study.
    """
    assert claim.rule is not None
    if claim.rule["kind"] == "demonstration":
        # Imported here: the demonstrations build tensors, and judging runs must not need that.
        import activation_study.report.demonstrations as demonstrations

        return thresholds.judge_demonstration(claim, demonstrations.run)
    if runs is None or (runs.name is not None and runs.name != claim.study):
        received = "none" if runs is None else f"those of the study {runs.name!r}"
        raise IncompleteRecordError(f"needs runs of the study {claim.study!r}, received {received}")
    return _JUDGES[claim.rule["kind"]](claim, runs, register)


def _judge(claim: Claim, runs: Runs | None, register: ClaimsFile) -> Verdict:
    if claim.rule is None:
        return Verdict(
            claim.id, claim.assertion, claim.chapter, "not tried yet", "no rule is registered yet"
        )
    uses_runs = claim.study is not None and runs is not None
    try:
        finding = _find(claim, runs, register)
    except IncompleteRecordError as error:
        finding = Finding("incomplete record", str(error), rows=Verdict("", "", "", "").rows)
    found = {
        name: getattr(finding, name) for name in finding.__dataclass_fields__ if name != "keys"
    }
    return Verdict(
        claim=claim.id,
        assertion=claim.assertion,
        chapter=claim.chapter,
        study=claim.study,
        num_runs=len(finding.keys),
        num_study_runs=len(runs.summary) if uses_runs and runs is not None else 0,
        tier=runs.tier if uses_runs and runs is not None else "full",
        scope=claim.rule["scope"],
        why=claim.rule["why"],
        registered=claim.rule["registered"],
        **found,
    )


def _check_runs(runs: object, entrance: str) -> None:
    if runs is not None and not hasattr(runs, "summary"):
        raise ValueError(
            f"{entrance}() received runs of type {type(runs).__name__}; accepted: what run() and "
            "load() return, or None."
        )


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
    _check_runs(runs, "judge")
    return _judge(register.get(claim_id), runs, register)


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
    if isinstance(runs, Mapping):
        studies = {claim.study for claim in register.claims if claim.study}
        for name, own in runs.items():
            if name not in studies:
                raise unknown_name("study in the rules", name, sorted(studies))
            _check_runs(own, "judge_all")
    else:
        _check_runs(runs, "judge_all")
    verdicts = []
    for claim in register.claims:
        chosen = runs.get(claim.study or "") if isinstance(runs, Mapping) else runs
        verdicts.append(_judge(claim, chosen, register))
    return verdicts
