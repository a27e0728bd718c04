"""Judges claims about a whole grid: is there a universal winner, and do combinations matter."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import scipy.stats

from activation_study.report.analysis import statistics
from activation_study.report.analysis.arms import (
    IncompleteRecordError,
    Runs,
    cell_name,
    evaluation_keys,
    evaluation_runs,
    repaired,
    select,
)
from activation_study.report.claims.claims_file import Claim, ClaimsFile
from activation_study.report.claims.finding import Finding

ROUNDING = 1e-12
"""Difference of two means that is none: the same sum in another order."""


_Settings = Mapping[tuple[str, str], pd.DataFrame]
"""Head and rate -> seeds by activations."""


def setting(runs: Runs, head: str, rate: str, metric: str, over: str, minimum: int) -> pd.DataFrame:
    """Return a metric as a table of seeds by activations, on the seeds that all of them have.

    Raises:
        IncompleteRecordError: fewer common seeds than the minimum.
        ValueError: several runs of one activation and seed.
    """
    frame = select(evaluation_runs(runs.summary, rate), {"head": head})
    if frame.duplicated([over, "seed"]).any():
        raise ValueError(
            f"Setting (head {head}, {rate} rate): received several runs of one seed; accepted is "
            "one for each activation."
        )
    frame = frame.assign(value=repaired(frame, metric))
    table = frame.pivot(index="seed", columns=over, values="value").dropna()
    if len(table) < minimum or table.shape[1] < 2:
        raise IncompleteRecordError(
            f"head {head}, {rate} rate: {len(table)} of at least {minimum} seeds common to "
            f"{table.shape[1]} activations recorded"
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


def _misled(tables: _Settings, rule: Mapping[str, Any], margin: float) -> str:
    """Say how often one seed at the default rate has the wrong winner; needs both rates."""
    if not {"default", "tuned"} <= set(rule["rates"]):
        return ""
    shares = [
        misleading_share(tables[head, "default"], tables[head, "tuned"], margin)
        for head in rule["heads"]
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


def judge_winners(claim: Claim, runs: Runs, register: ClaimsFile) -> Finding:
    """Judge whether one activation is best everywhere.

    Raises:
        IncompleteRecordError: a setting has too few common seeds.
    """
    assert claim.rule is not None
    rule, minimum = claim.rule, register.minimum_pairs[runs.tier]
    sign = 1.0 if rule["better"] == "higher" else -1.0
    margin = register.margins[rule["metric"]]
    tables = {
        (head, rate): sign * setting(runs, head, rate, rule["metric"], rule["over"], minimum)
        for head, rate in itertools.product(rule["heads"], rule["rates"])
    }
    if len({tuple(table.columns) for table in tables.values()}) > 1:
        raise IncompleteRecordError("the settings do not hold the same activations")
    num_conditions = sum(map(len, tables.values()))
    counts = pd.concat([wins(table) for table in tables.values()]).groupby(level=0).sum()
    shares = (counts / num_conditions).sort_values(ascending=False)
    good = {key: as_good_as_best(table, margin, register.alpha) for key, table in tables.items()}
    everywhere = sorted(set.intersection(*good.values()))
    champion, top_share = str(shares.index[0]), float(shares.iloc[0])
    best = {key: str(table.mean().idxmax()) for key, table in tables.items()}
    # A joint best is a best, and the last bit of a mean depends on the order of its seeds.
    always = all(
        table[champion].mean() >= table.mean().max() - ROUNDING for table in tables.values()
    )
    if top_share > rule["majority"]:
        verdict = "refuted" if always else "depends"
    else:
        verdict = "no practical difference" if everywhere else "supported"
    rows = pd.DataFrame(
        [
            {
                "name": f"{head} head, {rate} rate",
                "num_pairs": len(tables[head, rate]),
                "best": best[head, rate],
                "num_as_good": len(good[head, rate]),
                "one_seed_winners": int((wins(tables[head, rate]) > 0).sum()),
            }
            for head, rate in tables
        ]
    )
    condition = (
        f"most wins: {champion}, {top_share:.0%} of {num_conditions} conditions; as good as the "
        f"best in every setting: {', '.join(everywhere) or 'none'}"
    )
    used = {
        (head, rate): evaluation_keys(runs.summary, {"head": head}, rate, table.index)
        for (head, rate), table in tables.items()
    }
    condition += _misled(tables, rule, margin) + _shared(used.values())
    keys = frozenset[str]().union(*used.values())
    return Finding(
        verdict, condition, rows, top_share, None, f"share of conditions won by {champion}",
        "share of conditions", float(rule["majority"]), keys,
    )  # fmt: skip


def analyse_variance(cube: np.ndarray, factors: Sequence[str]) -> pd.DataFrame:
    """Two-way analysis of variance with seeds as blocks, by plain sums of squares.

    Args:
        cube: values, shape (rows, columns, seeds), complete.
        factors: names of the rows' and the columns' factor.

    Returns:
        One row for each source: sum of squares, degrees of freedom, share, F and its p-value.
    """
    num_rows, num_columns, num_seeds = cube.shape
    grand = cube.mean()
    rows = cube.mean(axis=(1, 2)) - grand
    columns = cube.mean(axis=(0, 2)) - grand
    seeds = cube.mean(axis=(0, 1)) - grand
    cells = cube.mean(axis=2) - grand - rows[:, None] - columns[None, :]
    squares = {
        factors[0]: num_columns * num_seeds * (rows**2).sum(),
        factors[1]: num_rows * num_seeds * (columns**2).sum(),
        "interaction": num_seeds * (cells**2).sum(),
        "seed": num_rows * num_columns * (seeds**2).sum(),
    }
    total = ((cube - grand) ** 2).sum()
    squares["residual"] = max(0.0, total - sum(squares.values()))
    freedom = [num_rows - 1, num_columns - 1, (num_rows - 1) * (num_columns - 1), num_seeds - 1]
    freedom.append(cube.size - 1 - sum(freedom))
    table = pd.DataFrame(
        {"name": list(squares), "sum_of_squares": list(squares.values()), "freedom": freedom}
    )
    table["share"] = table["sum_of_squares"] / total if total > 0 else 0.0
    mean_squares = table["sum_of_squares"] / table["freedom"]
    with np.errstate(divide="ignore", invalid="ignore"):
        table["f"] = (mean_squares / mean_squares.iloc[-1]).where(table["name"] != "residual")
    table["p_value"] = scipy.stats.f.sf(table["f"], table["freedom"], freedom[-1])
    return table


def judge_factorial(claim: Claim, runs: Runs, register: ClaimsFile) -> Finding:
    """Judge whether two factors interact by more than the margin.

    Raises:
        IncompleteRecordError: fewer than two levels, or too few common seeds.
        ValueError: several runs of one combination and seed.
    """
    assert claim.rule is not None
    rule, minimum = claim.rule, register.minimum_pairs[runs.tier]
    first, second = rule["factors"]
    frame = evaluation_runs(runs.summary, rule["rate"])
    diverged = sorted(set(frame.loc[frame["diverged"].astype(bool), first]))
    frame = frame[~frame[first].isin(diverged)].assign(value=lambda f: repaired(f, rule["metric"]))
    if frame.duplicated([first, second, "seed"]).any():
        raise ValueError(
            f"Grid of {first} and {second}: received several runs of one seed; accepted is one for "
            "each combination."
        )
    table = frame.pivot_table(index=first, columns=[second, "seed"], values="value", dropna=False)
    levels = sorted(set(frame[second]))
    common = [
        seed
        for seed in sorted(set(frame["seed"]))
        if all((level, seed) in table and table[level, seed].notna().all() for level in levels)
    ]
    if len(common) < minimum or len(table) < 2 or len(levels) < 2:
        raise IncompleteRecordError(
            f"{len(common)} of at least {minimum} seeds common to "
            f"{len(table)} x {len(levels)} cells"
        )
    cube = np.stack([table[level][common].to_numpy(dtype=float) for level in levels], axis=1)
    means = cube.mean(axis=2)
    effects = means - means.mean(axis=1, keepdims=True) - means.mean(axis=0) + means.mean()
    i, j = np.unravel_index(np.abs(effects).argmax(), effects.shape)
    variance = analyse_variance(cube, rule["factors"])
    p_value = float(variance.loc[variance["name"] == "interaction", "p_value"].iloc[0])
    margin = register.margins[rule["metric"]]
    if abs(effects[i, j]) <= margin:
        verdict = "no practical difference"
    else:
        verdict = "supported" if p_value < register.alpha else "inconclusive"
    shares = ", ".join(f"{row['name']} {row['share']:.0%}" for _, row in variance.iterrows())
    condition = f"shares of variance: {shares}; F-test of the interaction: p = {p_value:.2g}"
    if diverged:
        condition += f"; left out, because a run diverged: {', '.join(map(str, diverged))}"
    largest = cell_name({first: table.index[i], second: levels[j]})
    return Finding(
        verdict, condition, variance, float(effects[i, j]), None,
        f"largest effect of a combination: {largest}", rule["metric"], margin,
        frozenset(frame["key"][frame["seed"].isin(common)]),
    )  # fmt: skip
