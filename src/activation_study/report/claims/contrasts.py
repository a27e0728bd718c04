"""Judges claims by paired contrasts: equivalence first, then Holm-adjusted differences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis import statistics
from activation_study.report.analysis.arms import BEST, cell_name
from activation_study.report.claims.evaluation import Evaluation
from activation_study.report.claims.rules import Claim, ClaimsFile, Contrast, ContrastRule
from activation_study.report.claims.show import describe_groups
from activation_study.report.claims.verdict import Finding

CONTRARY = {"better": {"worse"}, "worse": {"better"}, "equivalent": {"better", "worse"}}
PREDICTED = {"arm_better": "better", "arm_worse": "worse", "equivalent": "equivalent"}
STATISTICS = (
    *("effect", "low", "high", "p_value", "holm_p_value", "equivalence_p_value"),
    "probability_of_superiority",
)
"""Columns of what is computed of a contrast, in their order."""


@dataclass(frozen=True)
class Comparison:
    """The runs that answer a contrast.

    Attributes:
        row: what is reported of them beside the statistics: names, metric, rates, margin.
        pairs: values of the arm and of the reference on common seeds, shape (2, seeds).
        keys: keys of the arm's and of the reference's runs.
    """

    row: dict[str, Any]
    pairs: np.ndarray
    keys: tuple[frozenset[str], frozenset[str]]

    @property
    def p_value(self) -> float:
        """Of the paired t-test of no difference; 1 where a value is no number."""
        if not np.isfinite(self.pairs).all():
            return 1.0
        return statistics.paired_t_p_value(self.pairs[0] - self.pairs[1], alternative="two-sided")


def compare(contrast: Contrast, evaluation: Evaluation) -> Comparison:
    """Find the pairs of runs of a contrast.

    Raises:
        IncompleteRecordError: fewer common seeds than the tier needs.
    """
    arm, reference = contrast.fixed | contrast.arm, contrast.fixed | contrast.reference
    if reference.get("hidden") == BEST:
        others = {column: value for column, value in reference.items() if column != "hidden"}
        excludes = frozenset({*evaluation.register.best_excludes, str(arm.get("hidden"))})
        reference["hidden"] = evaluation.best(others, excludes)
    sides = (arm, reference)
    values = [evaluation.values(where, contrast.rate, contrast.metric) for where in sides]
    pairs = pd.concat(values, axis="columns", join="inner").sort_index()
    if len(pairs) < evaluation.minimum:
        raise IncompleteRecordError(
            f"{contrast.name}: {len(pairs)} of at least {evaluation.minimum} common seeds recorded"
        )
    runs = [evaluation.arm(where, contrast.rate) for where in sides]
    rates = dict.fromkeys(f"{each['learning_rate'].iloc[0]:g}" for each in runs)
    row = {
        "name": contrast.name,
        "metric": contrast.metric,
        "rate": contrast.rate,
        "rates": " and ".join(rates),
        "arm": cell_name(arm),
        "reference": cell_name(reference),
        "predicted": contrast.predicted,
        "margin": evaluation.register.margin(contrast),
        "num_pairs": len(pairs),
    }
    keys = [frozenset(each["key"][each["seed"].isin(pairs.index)]) for each in runs]
    return Comparison(row, pairs.to_numpy(dtype=float).T, (keys[0], keys[1]))


Answer = Comparison | IncompleteRecordError


def compare_chapter(
    chapter: str, study: str, evaluation: Evaluation
) -> dict[tuple[str, str], tuple[Answer, float]]:
    """Compare every contrast registered in a chapter, a family for Holm's adjustment.

    Returns:
        Claim and contrast -> what was compared, or why it cannot be; and the adjusted p-value. One
        that these runs cannot answer counts as p = 1: it takes its place in the family, so a
        verdict does not change when its neighbours are recorded or not, except towards caution.

    Raises:
        ValueError: a contrast names what no run has; says in which claim.
    """
    family: dict[tuple[str, str], Answer] = {}
    for claim in evaluation.register.claims:
        rule = claim.rule
        if claim.chapter != chapter or not isinstance(rule, ContrastRule):
            continue
        for contrast in rule.contrasts:
            try:
                if rule.study != study:
                    raise IncompleteRecordError(f"needs runs of the study {rule.study!r}")
                family[claim.id, contrast.name] = compare(contrast, evaluation)
            except IncompleteRecordError as error:
                family[claim.id, contrast.name] = error
            except ValueError as error:
                raise ValueError(f"claim {claim.id!r} of the same chapter: {error}") from error
    raw = [each.p_value if isinstance(each, Comparison) else 1.0 for each in family.values()]
    adjusted = map(float, statistics.holm(raw))
    return {key: (each, p) for (key, each), p in zip(family.items(), adjusted, strict=True)}


def outcome(mean: float, equivalence_p: float, holm_p: float, better: str, alpha: float) -> str:
    """Return `equivalent`, `better`, `worse` or `inconclusive`, seen from the arm."""
    if equivalence_p < alpha:
        return "equivalent"
    if holm_p < alpha and mean != 0:
        return "better" if (mean > 0) == (better == "higher") else "worse"
    return "inconclusive"


def _row(compared: Comparison, better: str, holm_p: float, register: ClaimsFile) -> dict[str, Any]:
    """Return everything that is reported of one contrast."""
    if not np.isfinite(compared.pairs).all():
        return compared.row | dict.fromkeys(STATISTICS, math.nan) | {"outcome": "inconclusive"}
    a, b = compared.pairs
    found = statistics.paired_difference(
        a, b, resamples=register.bootstrap.resamples, seed=register.bootstrap.seed
    )
    equivalence_p = statistics.equivalence_test(a, b, compared.row["margin"])
    p_values = (found.p_value, holm_p, equivalence_p)
    values = (found.mean, found.low, found.high, *p_values, found.probability_of_superiority)
    result = outcome(found.mean, equivalence_p, holm_p, better, register.alpha)
    return compared.row | dict(zip(STATISTICS, values, strict=True)) | {"outcome": result}


def combine_all(outcomes: list[str], predictions: list[str]) -> str:
    """Return the verdict where every contrast was predicted to come out in a stated way."""
    pairs = list(zip(outcomes, (PREDICTED[name] for name in predictions), strict=True))
    if all(found == wanted for found, wanted in pairs):
        return "supported"
    if all(found == "inconclusive" for found in outcomes):
        return "inconclusive"
    if all(found == "equivalent" != wanted for found, wanted in pairs):
        return "no practical difference"
    return "refuted" if all(found in CONTRARY[wanted] for found, wanted in pairs) else "depends"


def combine_mixed(outcomes: list[str]) -> str:
    """Return the verdict on the claim that results vary from setting to setting."""
    found = set(outcomes)
    if "better" in found and found & {"worse", "equivalent"}:
        return "supported"
    if found in ({"better"}, {"worse"}):
        return "refuted"
    if found == {"equivalent"}:
        return "no practical difference"
    return "inconclusive" if found == {"inconclusive"} else "depends"


def judge_contrasts(claim: Claim, rule: ContrastRule, evaluation: Evaluation) -> Finding:
    """Judge a claim by its contrasts.

    Raises:
        IncompleteRecordError: a contrast cannot be computed from these runs.
    """
    chapter = (claim.chapter, rule.study)
    family = evaluation.once(chapter, lambda: compare_chapter(*chapter, evaluation))
    compared, rows = [], []
    for contrast in rule.contrasts:
        found, holm_p = family[claim.id, contrast.name]
        if isinstance(found, IncompleteRecordError):
            raise found
        compared.append(found)
        rows.append(_row(found, contrast.better, holm_p, evaluation.register))
    frame = pd.DataFrame(rows)
    outcomes = frame["outcome"].tolist()
    if rule.combine == "mixed":
        verdict = combine_mixed(outcomes)
    else:
        verdict = combine_all(outcomes, frame["predicted"].tolist())
    sizes = (frame["effect"].abs() / frame["margin"]).fillna(-1.0)
    main = frame.iloc[int(sizes.to_numpy().argmax())]
    return Finding(
        verdict=verdict,
        condition=_condition(rule, verdict, frame, compared, evaluation.register.alpha),
        rows=frame,
        effect=float(main["effect"]),
        interval=(float(main["low"]), float(main["high"])),
        effect_of=f"{main['name']}: {main['arm']} minus {main['reference']}",
        is_difference=True,
        metric=str(main["metric"]),
        margin=float(main["margin"]),
        keys=frozenset[str]().union(*(keys for each in compared for keys in each.keys)),
    )


def _condition(
    rule: ContrastRule,
    verdict: str,
    rows: pd.DataFrame,
    compared: Sequence[Comparison],
    alpha: float,
) -> str:
    """Say what came out where, and what the outcomes alone would hide."""
    said = describe_groups(rows)
    if verdict == "depends" and rule.combine == "all":
        hits = sum(rows["outcome"] == rows["predicted"].map(PREDICTED))
        said = f"as claimed in {hits} of {len(rows)} comparisons: {said}"
    small = rows[(rows["outcome"] == "equivalent") & (rows["holm_p_value"] < alpha)]
    if len(small):
        lower = pd.Series([contrast.better == "lower" for contrast in rule.contrasts])
        ahead = int(((small["effect"] < 0) == lower[small.index]).sum())
        said += (
            f"; smaller than the margin, yet real (Holm-adjusted p below {alpha:g}): the arm is "
            f"ahead in {ahead} and behind in {len(small) - ahead} of the equivalent ones"
        )
    if repeated := num_repeated([(each.row["metric"], *each.keys) for each in compared]):
        said += (
            f"; {repeated} of the comparisons {'is' if repeated == 1 else 'are'} made of runs of "
            "another, because tuning chose the default rate"
        )
    return said


def num_repeated(compared: Sequence[tuple[str, AbstractSet[str], AbstractSet[str]]]) -> int:
    """Count the comparisons that say nothing new, as another has all their runs.

    Args:
        compared: the metric, the keys of the arm's and those of the reference's runs of each. Of
            two that are equal the second repeats the first.
    """

    def repeats(i: int, j: int) -> bool:
        one, other = compared[i], compared[j]
        is_within = one[0] == other[0] and one[1] <= other[1] and one[2] <= other[2]
        return i != j and is_within and (one != other or j < i)

    everyone = range(len(compared))
    return sum(any(repeats(i, j) for j in everyone) for i in everyone)
