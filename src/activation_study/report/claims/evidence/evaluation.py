"""The evaluation runs of one study, looked up once for all the claims that are judged on them."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from activation_study.catalogue.spelling import written
from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.measures.metrics import label_of, metric_of
from activation_study.report.analysis.arms import select, values_by_seed
from activation_study.report.analysis.derived import RANGES, with_derived
from activation_study.report.claims import against_studies
from activation_study.report.claims.box.wording import setting_name
from activation_study.report.claims.evidence.conclude import Compared
from activation_study.report.claims.parts import Value
from activation_study.report.claims.rules import Cell, ContrastRule, CountRule

ROUNDING = 1e-10
"""Differences that are none."""

Moved = Mapping[tuple[frozenset[tuple[str, Value]], str | None], float]
"""An arm and a criterion -> the rate to read in the place of the chosen one."""


@dataclass(frozen=True)
class _Effect:
    """One setting: effect by seed, mean of the reference, both rates, runs, what it is made of."""

    values: pd.Series
    reference: float
    rates: tuple[float | None, float | None]
    keys: set[str]
    identity: tuple[object, ...]


class Evaluation:
    """A study's evaluation runs by cell.

    Attributes:
        runs: the runs of the study.
        minimum: seeds that a cell needs at the tier of these runs.
    """

    def __init__(self, runs: Runs, minimum: int) -> None:
        self.runs = runs
        self.minimum = minimum
        # In one piece, of which a hundred columns are taken in one step: text of Arrow's is not.
        text: pd.Index[str] = runs.summary.select_dtypes("string").columns
        self._summary: pd.DataFrame = runs.summary.astype(dict.fromkeys(text, object)).copy()
        self._arms: dict[frozenset[tuple[str, Value]], pd.DataFrame] = {}
        self._cells: dict[tuple[Cell, float], tuple[pd.Series, frozenset[str]]] = {}
        self._rates: dict[tuple[frozenset[tuple[str, Value]], str], float] = {}

    @functools.cached_property
    def _derived(self) -> pd.DataFrame:
        """The summary with what follows from other tables, which few rules ask for."""
        return with_derived(self.runs).summary

    def arm(self, fields: frozenset[tuple[str, Value]]) -> pd.DataFrame:
        """Return all runs of an arm, those that chose its rates among them."""
        if fields not in self._arms:
            self._arms[fields] = select(self._summary, dict(fields))
        return self._arms[fields]

    def rate(self, cell: Cell) -> float:
        """Return the learning rate of a cell.

        Raises:
            IncompleteRecordError: none is chosen yet.
            ValueError: the study has no such criterion, or the arm is several.
        """
        if cell.rate == "default":
            return DEFAULT_LEARNING_RATE
        if cell.rate != "tuned":
            return float(cell.rate)
        place = (cell.fields, str(cell.criterion))
        if place not in self._rates:
            self._rates[place] = self._chosen(cell)
        return self._rates[place]

    def _chosen(self, cell: Cell) -> float:
        """Return the learning rate that an arm has for a criterion."""
        runs = select(self.arm(cell.fields), {f"tuned_for_{cell.criterion}": True})
        rates = runs["learning_rate"].unique()
        name = setting_name(dict(cell.fields))
        if len(rates) == 0:
            raise IncompleteRecordError(
                f"of {name}, not all runs are recorded that choose its learning rate for "
                f"{label_of(str(cell.criterion))}"
            )
        if len(rates) > 1:
            raise ValueError(
                f"{name}: received runs tuned to {', '.join(f'{rate:g}' for rate in rates)}; "
                "accepted is one arm with one rate. Pin what else varies."
            )
        return float(rates[0])

    def tied_neighbours(self, cell: Cell) -> list[float]:
        """Return the rates beside a tuned cell's that tie with the best of its tuning.

        A rate ties where it is behind by at most one standard error of the difference, seed by
        seed. The chosen rate is one of those that tie, not always the best.
        """
        runs = self.arm(cell.fields)
        runs = runs[runs["is_tuning"]].assign(criterion=lambda frame: frame[cell.criterion])
        table = runs.pivot(index="seed", columns="learning_rate", values="criterion")
        merits = table.dropna(axis="columns")
        if metric_of(str(cell.criterion)).better == "lower":
            merits = -merits
        rates, chosen = merits.columns.to_numpy(float).tolist(), self.rate(cell)
        if chosen not in rates or len(merits) < 2:
            return []
        behind = merits.rsub(merits[merits.mean().idxmax()], axis="index")
        is_tied = behind.mean() <= behind.sem() + ROUNDING
        place = rates.index(chosen)
        beside = rates[max(place - 1, 0) : place] + rates[place + 1 : place + 2]
        return [rate for rate in beside if is_tied[rate]]

    def at(self, cell: Cell, rate: float) -> pd.DataFrame:
        """Return all evaluation runs of a cell's arm at a rate, whatever they were run for.

        Raises:
            IncompleteRecordError: fewer seeds than the tier needs.
            ValueError: several runs of one seed.
        """
        runs = self.arm(cell.fields)
        runs = runs[np.isclose(runs["learning_rate"], rate, rtol=1e-9) & ~runs["is_tuning"]]
        name = f"{setting_name(dict(cell.fields))}, at the learning rate {rate:g}"
        if runs["seed"].duplicated().any():
            raise ValueError(
                f"{name}: received several runs of one seed; accepted is one. Pin what else varies."
            )
        if len(runs) < self.minimum:
            raise IncompleteRecordError(
                f"of {name}, {len(runs)} seeds are recorded and {self.minimum} are needed"
            )
        return runs

    def values(self, cell: Cell, rate: float) -> tuple[pd.Series, frozenset[str]]:
        """Return a cell's column by seed at a rate, and the keys of the runs that it rests on."""
        if (cell, rate) not in self._cells:
            runs = used = self.at(cell, rate)
            if cell.column not in runs and cell.column in self._derived:
                runs = runs.assign(**{cell.column: self._derived[cell.column]})
            if cell.column in RANGES:
                arm = self.arm(cell.fields)
                used = arm[arm["is_curve"] & arm["seed"].isin(runs["seed"])]
            self._cells[cell, rate] = values_by_seed(runs, cell.column), frozenset(used["key"])
        return self._cells[cell, rate]

    def side(self, cells: list[Cell], moved: Moved) -> tuple[pd.Series, list[float], set[str]]:
        """Return the mean over cells by seed, their rates and the keys of their runs."""
        values, rates, keys = [], [], set[str]()
        for cell in cells:
            rate = moved.get((cell.fields, cell.criterion)) or self.rate(cell)
            of_cell, used = self.values(cell, rate)
            values.append(of_cell)
            rates.append(rate)
            keys |= used
        table = pd.concat(values, axis="columns", join="inner")
        # A seed without a finite value is not left out: nothing can be concluded.
        return table.mean(axis="columns", skipna=False), rates, keys

    def compare(self, rule: ContrastRule | CountRule, moved: Moved | None = None) -> Compared:
        """Return what the runs say of a rule before any test.

        Raises:
            IncompleteRecordError: fewer common seeds than the tier needs.
        """
        if isinstance(rule, CountRule):
            return self._members(rule, moved or {})
        found = [self._effect(rule, setting, moved or {}) for setting in rule.settings]
        groups: dict[object, list[int]] = {}
        for number, each in enumerate(found):
            groups.setdefault(each.identity, []).append(number)
        names = [setting_name(setting) for setting in rule.settings]
        compared = Compared(
            settings=rule.settings,
            effects=[each.values for each in found],
            names=names,
            rates=[each.rates for each in found],
            groups=[tuple(group) for group in groups.values()],
            reference=float(np.mean([each.reference for each in found])),
            keys=frozenset[str]().union(*(each.keys for each in found)),
        )
        counts = [*map(len, compared.effects), len(compared.seeds)]
        self._check_enough([*names, "all settings"], counts)
        return compared

    def _effect(self, rule: ContrastRule, setting: Mapping[str, Value], moved: Moved) -> _Effect:
        """Return one setting's difference, or difference of differences."""
        found = self._difference(*rule.sides_of(setting), moved)
        if rule.less is None:
            return found
        less = self._difference(*rule.sides_of(setting, rule.less), moved)
        return replace(
            found,
            values=_minus(found.values, less.values),
            keys=found.keys | less.keys,
            identity=(*found.identity, *less.identity),
        )

    def _difference(self, arm: list[Cell], reference: list[Cell] | float, moved: Moved) -> _Effect:
        values, rates, keys = self.side(arm, moved)
        if not isinstance(reference, list):
            made_of = _made_of(arm, rates)
            return _Effect(values - reference, reference, (_common(rates), None), keys, made_of)
        others, other_rates, other_keys = self.side(reference, moved)
        return _Effect(
            values=_minus(values, others),
            reference=float(others.mean()),
            rates=(_common(rates), _common(other_rates)),
            keys=keys | other_keys,
            identity=(*_made_of(arm, rates), *_made_of(reference, other_rates)),
        )

    def _members(self, rule: CountRule, moved: Moved) -> Compared:
        """Return the level of every member of a list, in the mean over settings."""
        members = against_studies.members(rule)
        effects, rates, keys = [], [], set[str]()
        for member in members:
            cells = [cell for one in rule.settings for cell in rule.cells(one, {rule.each: member})]
            effect, own_rates, used = self.side(cells, moved)
            effects.append(effect)
            rates.append((_common(own_rates), None))
            keys |= used
        names = [written(member) for member in members]
        self._check_enough(names, [len(effect) for effect in effects])
        settings: list[dict[str, Value]] = [{rule.each: member} for member in members]
        groups = [(number,) for number in range(len(members))]
        return Compared(settings, effects, names, rates, groups, math.nan, frozenset(keys))

    def _check_enough(self, names: list[str], counts: list[int]) -> None:
        for name, count in zip(names, counts, strict=True):
            if count < self.minimum:
                raise IncompleteRecordError(
                    f"of {name or 'the two sides'}, {count} seeds are recorded that all have in "
                    f"common and {self.minimum} are needed"
                )


def _made_of(cells: list[Cell], rates: list[float]) -> tuple[object, ...]:
    """Return what two settings that coincide have in common."""
    pairs = zip(cells, rates, strict=True)
    return tuple((cell.fields, cell.column, rate) for cell, rate in pairs)


def _minus(a: pd.Series, b: pd.Series) -> pd.Series:
    """Return the difference on the seeds of both; what is not finite stays so."""
    return (a - b).loc[a.index.intersection(b.index)]


def _common(rates: list[float]) -> float:
    """Return the rate that all cells have; NaN where they have several."""
    return rates[0] if len(set(rates)) == 1 else math.nan
