"""Claims, their rules, and the verdicts computed from recorded runs."""

from activation_study.report.claims.asking import ask
from activation_study.report.claims.claims_file import read
from activation_study.report.claims.evidence.record import recorded
from activation_study.report.claims.judging import judge, judge_all, load_claims, sensitivity
from activation_study.report.claims.past import first_round

__all__ = [
    "ask",
    "first_round",
    "judge",
    "judge_all",
    "load_claims",
    "read",
    "recorded",
    "sensitivity",
]
