"""Judges claims about a whole grid: is there a universal winner."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis import statistics
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.claims.evaluation import Evaluation, check_one_run_each
from activation_study.report.claims.rules import Rate, WinnersRule
from activation_study.report.claims.verdict import Finding

ROUNDING = 1e-12
"""Difference of two means that is none: the same sum in another order."""


_Settings = Mapping[tuple[str, Rate], pd.DataFrame]
"""Head and rate -> seeds by activations."""


def setting(rule: WinnersRule, head: str, rate: Rate, evaluation: Evaluation) -> pd.DataFrame:
    """Return the rule's metric as a table of seeds by activations, on the seeds that all have.

    Raises:
        IncompleteRecordError: fewer common seeds than the tier needs.
        ValueError: several runs of one activation and seed.
    """
    frame = evaluation.arm({"head": head}, rate)
    check_one_run_each(frame, [rule.over, "seed"], f"Setting (head {head}, {rate} rate)")
    frame = frame.assign(value=with_failures_counted(frame, rule.metric))
    table = frame.pivot(index="seed", columns=rule.over, values="value").dropna()
    if len(table) < evaluation.minimum or table.shape[1] < 2:
        raise IncompleteRecordError(
            f"head {head}, {rate} rate: {len(table)} of at least {evaluation.minimum} seeds common "
            f"to {table.shape[1]} activations recorded"
        )
    return table


def as_good_as_best(table: pd.DataFrame, margin: float, alpha: float) -> set[str]:
    """Return the columns shown not worse than the best mean by the margin; higher is better."""
    best = table[table.mean().idxmax()]
    return {
        str(name)
        for name in table
        if name == best.name
        or statistics.non_inferiority_test(table[name].to_numpy(), best.to_numpy(), margin) < alpha
    }


def wins(table: pd.DataFrame) -> pd.Series:
    """Return each column's number of wins over the rows; ties share the win."""
    is_best = table.eq(table.max(axis="columns"), axis="index")
    return is_best.div(is_best.sum(axis="columns"), axis="index").sum()


def misleading_share(default: pd.DataFrame, tuned: pd.DataFrame, margin: float) -> float:
    """Share of one-seed comparisons at the default rate whose winner is worse than the best.

    Worse means at the tuned rate, by more than the margin in the mean over seeds. Ties share
    the comparison.
    """
    shortfall = tuned.mean().max() - tuned.mean()
    wrong = set(shortfall[shortfall > margin].index)
    counts = wins(default)
    return float(sum(counts.get(name, 0.0) for name in wrong) / len(default))


def _misled(tables: _Settings, rule: WinnersRule, margin: float) -> str:
    """Say how often one seed at the default rate has the wrong winner; needs both rates."""
    if not {"default", "tuned"} <= set(rule.rates):
        return ""
    shares = [
        misleading_share(tables[head, "default"], tables[head, "tuned"], margin)
        for head in rule.heads
    ]
    return (
        f"; with one seed, at the default rate, the winner is in {np.mean(shares):.0%} of cases "
        "an activation that, tuned, stays behind the best by more than the margin"
    )


def _shared(used: Collection[frozenset[str]]) -> str:
    """Say how many of the settings' runs stand for two: with the default rate chosen, they do."""
    uses = sum(map(len, used))
    repeated = uses - len(frozenset[str]().union(*used))
    if not repeated:
        return ""
    return (
        f"; {2 * repeated:,} of the {uses:,} runs of the settings are the same {repeated:,} twice, "
        "because tuning chose the default rate"
    )


def judge_winners(rule: WinnersRule, evaluation: Evaluation) -> Finding:
    """Judge whether one activation is best everywhere.

    Raises:
        IncompleteRecordError: a setting has too few common seeds.
    """
    register = evaluation.register
    sign = 1.0 if rule.better == "higher" else -1.0
    margin = register.margins[rule.metric]
    tables = {
        (head, rate): sign * setting(rule, head, rate, evaluation)
        for head, rate in itertools.product(rule.heads, rule.rates)
    }
    if len({tuple(table.columns) for table in tables.values()}) > 1:
        raise IncompleteRecordError("the settings do not hold the same activations")
    num_conditions = sum(map(len, tables.values()))
    shares = pd.DataFrame(map(wins, tables.values())).sum() / num_conditions
    good = {key: as_good_as_best(table, margin, register.alpha) for key, table in tables.items()}
    everywhere = sorted(set.intersection(*good.values()))
    champion, top_share = str(shares.idxmax()), float(shares.max())
    # A joint best is a best, and the last bit of a mean depends on the order of its seeds.
    always = all(
        table[champion].mean() >= table.mean().max() - ROUNDING for table in tables.values()
    )
    if top_share > rule.majority:
        verdict = "refuted" if always else "depends"
    else:
        verdict = "no practical difference" if everywhere else "supported"
    rows = pd.DataFrame(
        {
            "name": f"{head} head, {rate} rate",
            "num_pairs": len(table),
            "best": str(table.mean().idxmax()),
            "num_as_good": len(good[head, rate]),
            "one_seed_winners": int((wins(table) > 0).sum()),
        }
        for (head, rate), table in tables.items()
    )
    condition = (
        f"most wins: {champion}, {top_share:.0%} of {num_conditions} conditions; as good as the "
        f"best in every setting: {', '.join(everywhere) or 'none'}"
    )
    used = [
        evaluation.keys({"head": head}, rate, table.index) for (head, rate), table in tables.items()
    ]
    return Finding(
        verdict=verdict,
        condition=condition + _misled(tables, rule, margin) + _shared(used),
        rows=rows,
        effect=top_share,
        effect_of=f"share of conditions won by {champion}",
        metric="share of conditions",
        margin=rule.majority,
        keys=frozenset[str]().union(*used),
    )
