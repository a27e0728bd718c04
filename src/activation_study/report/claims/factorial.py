"""Judges whether two factors interact: by the largest effect of a combination, and an F-test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import scipy.stats

from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.arms import cell_name
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.claims.evaluation import Evaluation, check_one_run_each
from activation_study.report.claims.rules import FactorialRule
from activation_study.report.claims.verdict import Finding


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


def judge_factorial(rule: FactorialRule, evaluation: Evaluation) -> Finding:
    """Judge whether two factors interact by more than the margin.

    Raises:
        IncompleteRecordError: fewer than two levels, or too few common seeds.
        ValueError: several runs of one combination and seed.
    """
    register = evaluation.register
    first, second = rule.factors
    frame = evaluation.at(rule.rate)
    diverged = sorted(set(frame.loc[frame["diverged"].astype(bool), first]))
    frame = frame[~frame[first].isin(diverged)]
    frame = frame.assign(value=with_failures_counted(frame, rule.metric))
    check_one_run_each(frame, [first, second, "seed"], f"Grid of {first} and {second}")
    levels = [sorted(set(frame[factor])) for factor in rule.factors]
    shape = (len(levels[0]), len(levels[1]))
    table = frame.pivot(index=[first, second], columns="seed", values="value")
    common = table.reindex(pd.MultiIndex.from_product(levels)).dropna(axis="columns")
    if common.shape[1] < evaluation.minimum or min(shape) < 2:
        raise IncompleteRecordError(
            f"{common.shape[1]} of at least {evaluation.minimum} seeds common to "
            f"{shape[0]} x {shape[1]} cells"
        )
    cube = common.to_numpy(dtype=float).reshape(*shape, -1)
    means = cube.mean(axis=2)
    effects = means - means.mean(axis=1, keepdims=True) - means.mean(axis=0) + means.mean()
    i, j = np.unravel_index(np.abs(effects).argmax(), effects.shape)
    variance = analyse_variance(cube, rule.factors)
    p_value = float(variance.loc[variance["name"] == "interaction", "p_value"].iloc[0])
    margin = register.margins[rule.metric]
    if abs(effects[i, j]) <= margin:
        verdict = "no practical difference"
    else:
        verdict = "supported" if p_value < register.alpha else "inconclusive"
    shares = ", ".join(f"{row['name']} {row['share']:.0%}" for _, row in variance.iterrows())
    condition = f"shares of variance: {shares}; F-test of the interaction: p = {p_value:.2g}"
    if diverged:
        condition += f"; left out, because a run diverged: {', '.join(map(str, diverged))}"
    return Finding(
        verdict=verdict,
        condition=condition,
        rows=variance,
        effect=float(effects[i, j]),
        effect_of=f"largest effect of a combination: "
        f"{cell_name({first: levels[0][i], second: levels[1][j]})}",
        is_difference=True,
        metric=rule.metric,
        margin=margin,
        keys=frozenset(frame["key"][frame["seed"].isin(common.columns)]),
    )
