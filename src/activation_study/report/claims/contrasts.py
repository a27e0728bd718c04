"""Judges claims by paired contrasts: equivalence first, then Holm-adjusted differences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from activation_study.report.analysis import statistics
from activation_study.report.analysis.arms import (
    BEST,
    IncompleteRecordError,
    Runs,
    best_hidden,
    by_seed,
    cell_name,
    evaluation_keys,
)
from activation_study.report.claims.claims_file import Claim, ClaimsFile
from activation_study.report.claims.finding import Finding, describe_groups

OPPOSITE = {"better": "worse", "worse": "better"}
PREDICTED = {"arm_better": "better", "arm_worse": "worse", "equivalent": "equivalent"}


def _cells(
    contrast: Mapping[str, Any], summary: pd.DataFrame, register: ClaimsFile
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the column values of the arm and of the reference, `@best` resolved."""
    fixed = dict(contrast.get("fixed", {}))
    arm, reference = fixed | contrast["arm"], fixed | contrast["reference"]
    if reference.get("hidden") == BEST:
        others = {column: value for column, value in reference.items() if column != "hidden"}
        excludes = {arm["hidden"]} if "hidden" in arm else set()
        reference["hidden"] = best_hidden(summary, others, excludes | {*register.best_excludes})
    return arm, reference


def paired_values(
    contrast: Mapping[str, Any], runs: Runs, register: ClaimsFile
) -> tuple[pd.DataFrame, dict[str, Any], dict[str, Any]]:
    """Return columns `arm` and `reference` indexed by common seed, and the two cells.

    Raises:
        IncompleteRecordError: fewer common seeds than the tier needs.
    """
    minimum = register.minimum_pairs[runs.tier]
    arm, reference = _cells(contrast, runs.summary, register)
    columns = [
        by_seed(runs.summary, cell, contrast["rate"], contrast["metric"], minimum).rename(name)
        for name, cell in (("arm", arm), ("reference", reference))
    ]
    pairs = pd.concat(columns, axis="columns", join="inner").sort_index()
    if len(pairs) < minimum:
        raise IncompleteRecordError(
            f"{contrast['name']}: {len(pairs)} of at least {minimum} common seeds recorded"
        )
    return pairs, arm, reference


def family_p_values(
    chapter: str, study: str | None, runs: Runs, register: ClaimsFile
) -> list[float]:
    """Return the raw p-value of every contrast registered in a chapter, in file order.

    One that these runs cannot answer counts as 1: it takes its place in the family, so a verdict
    does not change when its neighbours are recorded or not, except towards more caution.
    """
    p_values: list[float] = []
    for claim in register.claims:
        if claim.chapter != chapter or claim.rule is None or claim.rule["kind"] != "contrast":
            continue
        for contrast in claim.rule["contrasts"]:
            p_value = 1.0
            if claim.study == study:
                try:
                    pairs, _, _ = paired_values(contrast, runs, register)
                except IncompleteRecordError:
                    p_values.append(p_value)
                    continue
                except ValueError as error:
                    raise ValueError(f"claim {claim.id!r} of the same chapter: {error}") from error
                differences = (pairs["arm"] - pairs["reference"]).to_numpy(dtype=float)
                if np.isfinite(differences).all():
                    p_value = statistics.paired_t_p_value(differences, alternative="two-sided")
            p_values.append(p_value)
    return p_values


def outcome(mean: float, equivalence_p: float, holm_p: float, better: str, alpha: float) -> str:
    """Return `equivalent`, `better`, `worse` or `inconclusive`, seen from the arm."""
    if equivalence_p < alpha:
        return "equivalent"
    if holm_p < alpha and mean != 0:
        return "better" if (mean > 0) == (better == "higher") else "worse"
    return "inconclusive"


def _compared(
    contrast: Mapping[str, Any], runs: Runs, register: ClaimsFile
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the keys of the arm's and of the reference's runs that are compared."""
    pairs, *cells = paired_values(contrast, runs, register)
    arm, reference = (
        evaluation_keys(runs.summary, cell, contrast["rate"], pairs.index) for cell in cells
    )
    return arm, reference


def _row(
    contrast: Mapping[str, Any], holm_p: float, runs: Runs, register: ClaimsFile
) -> dict[str, Any]:
    """Return everything that is reported of one contrast."""
    pairs, arm, reference = paired_values(contrast, runs, register)
    margin = register.margin(contrast)
    rates = runs.summary.set_index("key")["learning_rate"]
    sides = [f"{rates[list(keys)].iloc[0]:g}" for keys in _compared(contrast, runs, register)]
    row: dict[str, Any] = {
        "name": contrast["name"],
        "metric": contrast["metric"],
        "rate": contrast["rate"],
        "rates": " and ".join(dict.fromkeys(sides)),
        "arm": cell_name(arm),
        "reference": cell_name(reference),
        "predicted": contrast["predicted"],
        "margin": margin,
        "num_pairs": len(pairs),
    }
    a, b = pairs["arm"].to_numpy(dtype=float), pairs["reference"].to_numpy(dtype=float)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        missing = dict.fromkeys(
            ("effect", "low", "high", "p_value", "holm_p_value", "equivalence_p_value"), math.nan
        )
        return row | missing | {"probability_of_superiority": math.nan, "outcome": "inconclusive"}
    difference = statistics.paired_difference(
        a, b, resamples=register.resamples, seed=register.seed
    )
    equivalence_p = statistics.equivalence_test(a, b, margin)
    return row | {
        "effect": difference.mean,
        "low": difference.low,
        "high": difference.high,
        "p_value": difference.p_value,
        "holm_p_value": holm_p,
        "equivalence_p_value": equivalence_p,
        "probability_of_superiority": difference.probability_of_superiority,
        "outcome": outcome(
            difference.mean, equivalence_p, holm_p, contrast["better"], register.alpha
        ),
    }


def combine_all(outcomes: list[str], predictions: list[str]) -> str:
    """Return the verdict where every contrast was predicted to come out in a stated way."""
    pairs = list(zip(outcomes, (PREDICTED[name] for name in predictions), strict=True))
    if all(found == wanted for found, wanted in pairs):
        return "supported"
    if all(found == "inconclusive" for found in outcomes):
        return "inconclusive"
    if all(found == "equivalent" != wanted for found, wanted in pairs):
        return "no practical difference"
    contrary = [
        found in ("better", "worse") if wanted == "equivalent" else found == OPPOSITE[wanted]
        for found, wanted in pairs
    ]
    return "refuted" if all(contrary) else "depends"


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


def judge_contrasts(claim: Claim, runs: Runs, register: ClaimsFile) -> Finding:
    """Judge a claim by its contrasts.

    Raises:
        IncompleteRecordError: a contrast cannot be computed from these runs.
    """
    assert claim.rule is not None
    contrasts = claim.rule["contrasts"]
    adjusted = statistics.holm(family_p_values(claim.chapter, claim.study, runs, register))
    start = 0
    for other in register.claims:
        if other.id == claim.id:
            break
        if other.chapter == claim.chapter and other.rule and other.rule["kind"] == "contrast":
            start += len(other.rule["contrasts"])
    rows = pd.DataFrame(
        [
            _row(contrast, float(adjusted[start + i]), runs, register)
            for i, contrast in enumerate(contrasts)
        ]
    )
    outcomes = rows["outcome"].tolist()
    if claim.rule["combine"] == "mixed":
        verdict = combine_mixed(outcomes)
    else:
        verdict = combine_all(outcomes, rows["predicted"].tolist())
    sizes = (rows["effect"].abs() / rows["margin"]).fillna(-1.0)
    main = rows.iloc[int(sizes.to_numpy().argmax())]
    compared = [_compared(contrast, runs, register) for contrast in contrasts]
    return Finding(
        verdict=verdict,
        condition=_condition(claim, verdict, rows, compared, register.alpha),
        rows=rows,
        effect=float(main["effect"]),
        interval=(float(main["low"]), float(main["high"])),
        effect_of=f"{main['name']}: {main['arm']} minus {main['reference']}",
        metric=str(main["metric"]),
        margin=float(main["margin"]),
        keys=frozenset().union(*(arm | reference for arm, reference in compared)),
    )


def _condition(
    claim: Claim,
    verdict: str,
    rows: pd.DataFrame,
    compared: Sequence[tuple[frozenset[str], frozenset[str]]],
    alpha: float,
) -> str:
    """Say what came out where, and what the outcomes alone would hide."""
    assert claim.rule is not None
    said = describe_groups(rows, "outcome")
    if verdict == "depends" and claim.rule["combine"] == "all":
        hits = sum(rows["outcome"] == rows["predicted"].map(PREDICTED))
        said = f"as claimed in {hits} of {len(rows)} comparisons: {said}"
    small = rows[(rows["outcome"] == "equivalent") & (rows["holm_p_value"] < alpha)]
    if len(small):
        lower = [contrast["better"] == "lower" for contrast in claim.rule["contrasts"]]
        ahead = int(((small["effect"] < 0) == pd.Series(lower)[small.index]).sum())
        said += (
            f"; smaller than the margin, yet real (Holm-adjusted p below {alpha:g}): the arm is "
            f"ahead in {ahead} and behind in {len(small) - ahead} of the equivalent ones"
        )
    if repeated := _num_repeated(rows["metric"].tolist(), compared):
        said += (
            f"; {repeated} of the comparisons {'is' if repeated == 1 else 'are'} made of runs of "
            "another, because tuning chose the default rate"
        )
    return said


def _num_repeated(
    metrics: Sequence[str], compared: Sequence[tuple[frozenset[str], frozenset[str]]]
) -> int:
    """Count the contrasts whose runs are all among those of another with the same metric."""
    return sum(
        any(
            metrics[i] == metrics[j]
            and all(own <= other for own, other in zip(compared[i], compared[j], strict=True))
            # Of two with the same runs, the second repeats the first.
            and (compared[i] != compared[j] or j < i)
            for j in range(len(compared))
            if j != i
        )
        for i in range(len(compared))
    )
