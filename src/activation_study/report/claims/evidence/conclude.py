"""The two answers to a claim from differences by seed: its direction and its size.

Plain functions of matrices, seeds by settings: a verdict, its halves of seeds and its neighbouring
rates are concluded alike.
"""

from __future__ import annotations

import copy
import functools
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from activation_study.report.analysis.statistics import SeedMean, holm
from activation_study.report.claims.parts import Direction, Size, Value
from activation_study.report.claims.rules import ContrastRule, CountRule
from activation_study.report.claims.verdict import Primary, Row


@dataclass(frozen=True)
class Compared:
    """What the runs say of a rule before any test.

    Attributes:
        settings: every combination of the levels of `over`, or every member of the list.
        effects: seed -> effect, one series for each setting; NaN where a value is not finite.
        names: what each setting is called.
        rates: learning rate of arm and reference by setting; NaN for several, None for a number.
        groups: for each distinct comparison the settings, by number, that coincide in it.
        reference: mean of the reference over settings and seeds; a relative margin is a share.
        keys: of the runs.
    """

    settings: Sequence[dict[str, Value]]
    effects: Sequence[pd.Series]
    names: Sequence[str]
    rates: Sequence[tuple[float | None, float | None]]
    groups: Sequence[tuple[int, ...]]
    reference: float
    keys: frozenset[str]

    @functools.cached_property
    def seeds(self) -> np.ndarray:
        """Seeds that all settings have, ascending."""
        return functools.reduce(np.intersect1d, (each.index.to_numpy() for each in self.effects))

    @functools.cached_property
    def values(self) -> list[np.ndarray]:
        """Effects on all seeds that each setting has."""
        return [each.to_numpy() for each in self.effects]

    @functools.cached_property
    def matrix(self) -> np.ndarray:
        """Effects on the seeds that all settings have, shape (seeds, settings)."""
        return np.stack([each.loc[self.seeds].to_numpy() for each in self.effects], axis=1)

    def half(self, rng: np.random.Generator) -> Compared:
        """Return the same on a random half of the common seeds, at least two of them."""
        chosen = np.sort(rng.permutation(len(self.seeds))[: max(2, len(self.seeds) // 2)])
        made = copy.copy(self)
        matrix = self.matrix[chosen]
        vars(made).update(seeds=self.seeds[chosen], matrix=matrix, values=list(matrix.T))
        return made


def margin_of(rule: ContrastRule, compared: Compared, margins: dict[str, float]) -> float:
    """Return the largest effect that does not matter, in the metric's unit."""
    if rule.relative_margin is not None:
        return rule.relative_margin * abs(compared.reference)
    return rule.margin or margins[rule.metric]


def size_of(mean: SeedMean, margin: float) -> Size:
    """Return whether an effect matters, by its 90 % interval against the margin."""
    low, high = mean.interval(0.90)
    if low > margin or high < -margin:
        return "matters"
    return "too small to matter" if -margin < low and high < margin else "open"


def direction_of(
    rule: ContrastRule, mean: SeedMean, p_value: float, margin: float, alpha: float
) -> Direction:
    """Return whether the effect is as claimed, at an adjusted p-value."""
    size, shown = size_of(mean, margin), p_value < alpha
    if rule.expected == "same":
        if size == "too small to matter":
            return "as claimed"
        return "contrary" if shown and size == "matters" else "not shown"
    if rule.expected == "no_worse":
        low, high = mean.interval(0.90)
        better = (-high, -low) if rule.lower_is_better else (low, high)
        if better[0] > -margin:
            return "as claimed"
        return "contrary" if better[1] < -margin else "not shown"
    if not shown or mean.value == 0 or math.isnan(mean.value):
        return "not shown"
    # A claim of dependence names no direction: any that is shown is what it speaks of.
    is_claimed = rule.expected is None or (mean.value > 0) == (rule.expected == "higher")
    return "as claimed" if is_claimed else "contrary"


@dataclass(frozen=True)
class Level:
    """The difference between two levels of a field, over the other fields' levels."""

    field: str
    mean: SeedMean
    holm_p: float


def level_differences(rule: ContrastRule, compared: Compared) -> list[Level]:
    """Return every pairwise difference between levels, adjusted by Holm within a field."""
    matrix, found = compared.matrix, []
    for field, levels in rule.over.items():
        means = [
            matrix[:, [setting[field] == level for setting in compared.settings]].mean(axis=1)
            for level in levels
        ]
        pairs = [SeedMean.of(a - b) for a, b in itertools.combinations(means, 2)]
        adjusted = holm([pair.p_value() for pair in pairs])
        found += [Level(field, pair, float(p)) for pair, p in zip(pairs, adjusted, strict=True)]
    return found


def depends_on(levels: Sequence[Level], margin: float, alpha: float) -> list[str]:
    """Return the fields two levels of which are shown to differ, and by more than the margin."""
    shown = [one.field for one in levels if one.holm_p < alpha and abs(one.mean.value) > margin]
    return list(dict.fromkeys(shown))


def estimand(rule: ContrastRule, compared: Compared) -> tuple[SeedMean, float]:
    """Return the primary estimand over seeds and its unadjusted p-value.

    Of a claim of dependence it is the largest difference between two levels, with the p-value that
    Holm's adjustment gives it among all pairs of the field.
    """
    if rule.asks == "mean":
        mean = SeedMean.of(compared.matrix.mean(axis=1))
        return mean, mean.p_value()
    levels = level_differences(rule, compared)
    largest = max(levels, key=lambda each: (-each.holm_p, abs(each.mean.value)))
    return largest.mean, largest.holm_p


def primary_of(
    rule: ContrastRule, compared: Compared, holm_p: float, margin: float, alpha: float
) -> Primary:
    """Return the primary estimand with its two answers."""
    mean, p_value = estimand(rule, compared)
    if rule.asks == "mean":
        direction, size = direction_of(rule, mean, holm_p, margin, alpha), size_of(mean, margin)
    else:
        levels = level_differences(rule, compared)
        is_shown = holm_p < alpha and abs(mean.value) > margin
        is_small = all(size_of(one.mean, margin) == "too small to matter" for one in levels)
        direction = "as claimed" if is_shown else "not shown"
        size = "matters" if is_shown else "too small to matter" if is_small else "open"
    low, high = mean.interval(0.95)
    low_90, high_90 = mean.interval(0.90)
    return Primary(
        effect=mean.value,
        low=low,
        high=high,
        low_90=low_90,
        high_90=high_90,
        p_value=p_value,
        holm_p=holm_p,
        num_seeds=mean.num_values,
        margin=margin,
        reference=compared.reference,
        direction=direction,
        size=size,
    )


def rows_of(
    rule: ContrastRule | CountRule, compared: Compared, margin: float, alpha: float
) -> tuple[Row, ...]:
    """Return every distinct comparison, or every member of a list, on its own.

    Args:
        rule: the rule.
        compared: what the runs say of it.
        margin: of a contrast; a count has none.
        alpha: level of the tests, after Holm's adjustment over the rows.
    """
    means = [SeedMean.of(compared.values[group[0]]) for group in compared.groups]
    if isinstance(rule, CountRule):
        is_above = rule.relation == ">="
        raw = [mean.p_value(rule.bound, "greater" if is_above else "less") for mean in means]
    else:
        raw = [mean.p_value() for mean in means]
    rows = []
    for mean, p_value, group in zip(means, map(float, holm(raw)), compared.groups, strict=True):
        answers: tuple[Direction, Size] = ("as claimed" if p_value < alpha else "not shown", "open")
        if isinstance(rule, ContrastRule):
            answers = direction_of(rule, mean, p_value, margin, alpha), size_of(mean, margin)
        numbers = (mean.value, *mean.interval(), mean.num_values, p_value)
        first, *others = group
        merged = tuple(compared.names[other] for other in others)
        rows.append(
            Row(compared.names[first], *numbers, *answers, *compared.rates[first], merged=merged)
        )
    return tuple(rows)
