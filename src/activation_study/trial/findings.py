"""What a trial found, in numbers; nothing here is worded or drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from activation_study.catalogue import tasks
from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.arms import curve_runs, evaluation_runs
from activation_study.report.analysis.derived.layer_columns import of_layers
from activation_study.report.analysis.hidden_layers import contests
from activation_study.report.analysis.readings import at_reading
from activation_study.report.claims import claims_file
from activation_study.trial.plan import CNN, DEEP, DESCENT, LITTLE, MAIN, REFERENCE
from activation_study.trial.subject.relatives import Relative
from activation_study.trial.subject.source import Subject
from activation_study.trial.timing import StepCost

READING = "averaged"
"""Weights are read at their running average, as on the book's pages."""

TUNED, DEFAULT, HIGH = "its own rate", "Keras's default rate", "ten times Keras's rate"

ACCURACY, CALIBRATION, NLL = "test_accuracy", "test_smooth_calibration_error", "test_nll"
GAP = "test_calibration_gap"

DEAD, UNMOVED = "are dead", "get no gradient"

LEARNT = 2.0
"""How many times as often as a guess a network must be right to have learned anything."""


@dataclass(frozen=True)
class Against:
    """An activation against ReLU in one setting, paired by seed.

    Attributes:
        effect: mean of own minus ReLU's, in the unit of the measure.
        low: lower end of its 95 % interval.
        high: upper end.
        num_seeds: number of pairs.
        answer: ``"ahead"`` (higher), ``"behind"``, ``"same"`` or ``"open"``; see
            ``contests.compare``.
        level: mean of its own.
        reference_level: mean of ReLU's.
        lost: its runs that diverged.
        reference_lost: ReLU's.
    """

    effect: float
    low: float
    high: float
    num_seeds: int
    answer: str
    level: float
    reference_level: float
    lost: int
    reference_lost: int


@dataclass(frozen=True)
class Place:
    """Where an activation stands among others at one kind of rate, by paired differences.

    Attributes:
        of: number of activations, itself included.
        place: by the means, 1 for the best.
        best: the best place that the intervals allow: 1 more than are surely ahead of it.
        worst: the worst one.
        level: its mean accuracy.
        rows: of each other the ``arm``, its mean ``level``, ``effect`` (own minus other) with the
            ends ``low`` and ``high`` of its 95 % interval, ``num_seeds`` and ``answer``, best
            first.
    """

    of: int
    place: int
    best: int
    worst: int
    level: float
    rows: pd.DataFrame


@dataclass(frozen=True)
class Findings:
    """All that a trial found.

    Attributes:
        subject: what was on trial.
        relative: what of the catalogue it is or comes near to.
        cost: of a step.
        runs: setting -> runs.
        ranked: runs of the main setting, with what else is recorded of it.
        places: kind of rate -> place there.
        settings: setting -> accuracy against ReLU's, each at its own rate unless that is said.
        by_rate: rate -> the same where both have that rate.
        measures: measure -> the same of it, at their own rates in the main setting.
        units: kind of rate -> what is wrong with units -> shares of its own and of ReLU's.
        margin: largest difference in accuracy that does not matter.
    """

    subject: Subject
    relative: Relative | None
    cost: StepCost
    runs: Mapping[str, Runs]
    ranked: Runs
    places: Mapping[str, Place]
    settings: Mapping[str, Against]
    by_rate: Mapping[str, Against]
    measures: Mapping[str, Against]
    units: Mapping[str, Mapping[str, tuple[float, float]]]
    margin: float

    @property
    def tier(self) -> str:
        """Tier of the runs."""
        return self.runs[MAIN].tier

    @property
    def main(self) -> Against:
        """The comparison with ReLU, both at their own rates, on the book's network."""
        return self.settings[TUNED]

    @property
    def learns(self) -> bool:
        """Whether it is right more often than a guess, whatever the rate."""
        guess = tasks.get("digits").guess["accuracy"]
        return max(place.level for place in self.places.values()) > LEARNT * guess

    @property
    def turned(self) -> dict[str, Against]:
        """The settings in which the comparison with ReLU comes out the other way."""
        return self._opposed(self.settings)

    @property
    def turned_rates(self) -> dict[str, Against]:
        """The rates for both at which it comes out the other way."""
        return self._opposed(self.by_rate)

    def _opposed(self, table: Mapping[str, Against]) -> dict[str, Against]:
        opposite = {"ahead": ("behind",), "behind": ("ahead",)}
        # Where it is neither, either turns it.
        wanted = opposite.get(self.main.answer, ("ahead", "behind"))
        return {name: row for name, row in table.items() if row.answer in wanted}


def find(
    subject: Subject,
    relative: Relative | None,
    cost: StepCost,
    runs: Mapping[str, Runs],
    others: Runs | None = None,
) -> Findings:
    """Return what the runs of a trial say.

    Args:
        subject: what was on trial.
        relative: of the catalogue.
        cost: of a step.
        runs: setting -> runs.
        others: recorded runs of other activations in the main setting, which no run of it repeats.
    """
    margins = claims_file.read().margins
    own, margin = subject.recorded, margins[ACCURACY]
    main, pair = runs[MAIN], (own, REFERENCE)
    ranked = main if others is None else main + others
    kinds: dict[str, str] = {TUNED: "tuned", DEFAULT: "default"}
    rates = sorted(set(curve_runs(main.summary)["learning_rate"]))
    return Findings(
        subject=subject,
        relative=relative,
        cost=cost,
        runs=runs,
        ranked=ranked,
        places={kind: _place(ranked, own, rate, margin) for kind, rate in kinds.items()},
        settings=_against(_settings(runs), pair, margin),
        by_rate=_against(
            {f"{rate:g}": contests.Setting(main, {}, rate) for rate in rates}, pair, margin
        ),
        measures={
            metric: _against(
                {TUNED: contests.Setting(main, {})}, pair, margins.get(metric, 0.0), metric
            )[TUNED]
            for metric in (CALIBRATION, GAP, NLL)
        },
        units=_units(main, own),
        margin=margin,
    )


def _settings(runs: Mapping[str, Runs]) -> dict[str, contests.Setting]:
    main = runs[MAIN]
    found = {
        TUNED: contests.Setting(main, {}),
        DEFAULT: contests.Setting(main, {}, "default"),
        HIGH: contests.Setting(main, {}, 0.01),
    }
    others = (DEEP, DESCENT, LITTLE, CNN)
    return found | {name: contests.Setting(runs[name], {}) for name in others if name in runs}


def _against(
    settings: Mapping[str, contests.Setting],
    pair: tuple[str, str],
    margin: float,
    metric: str = ACCURACY,
) -> dict[str, Against]:
    """Return the comparison in each setting."""
    found = {}
    table = contests.compare(settings, [pair], margin, metric, READING)
    for row in table.to_dict("records"):
        setting = settings[str(row["setting"])]
        level, reference_level = setting.values(metric, READING)[list(pair)].mean()
        lost, reference_lost = (_lost(setting, hidden) for hidden in pair)
        found[str(row["setting"])] = Against(
            effect=float(row["effect"]),
            low=float(row["low"]),
            high=float(row["high"]),
            num_seeds=int(row["num_seeds"]),
            answer=str(row["answer"]),
            level=float(level),
            reference_level=float(reference_level),
            lost=lost,
            reference_lost=reference_lost,
        )
    return found


def _lost(setting: contests.Setting, hidden: str) -> int:
    """Count the diverged of the evaluation runs of an activation at the rate of a setting."""
    summary = at_reading(setting.runs, READING).summary
    summary = summary[(summary["hidden"] == hidden) & ~summary["is_tuning"]]
    roles = {"tuned": "is_tuned", "default": "is_default"}
    wanted = (
        summary[roles[setting.rate]]
        if isinstance(setting.rate, str)
        else summary["learning_rate"] == setting.rate
    )
    return int((summary["diverged"] & wanted).sum())


def _place(runs: Runs, own: str, rate: str, margin: float) -> Place:
    setting = contests.Setting(runs, {"head": "softmax"}, rate)
    values = setting.values(ACCURACY, READING)
    if own not in values:
        raise IncompleteRecordError(f"no run of {own} at the {rate} rate is recorded yet")
    others = [str(name) for name in values if name != own]
    rows = contests.compare({rate: setting}, [(own, name) for name in others], margin,
                            ACCURACY, READING)  # fmt: skip
    means = values.mean()
    rows = rows.drop(columns=["setting", "arm"]).rename(columns={"reference": "arm"})
    rows["level"] = rows["arm"].map(means)
    rows = rows.sort_values("effect", kind="stable", ignore_index=True)
    ahead, behind = ((rows["answer"] == answer).sum() for answer in ("behind", "ahead"))
    number = len(rows) + 1
    return Place(
        of=number,
        place=1 + int((rows["effect"] < 0).sum()),
        best=1 + int(ahead),
        worst=number - int(behind),
        level=float(means[own]),
        rows=rows,
    )


def _units(runs: Runs, own: str) -> dict[str, dict[str, tuple[float, float]]]:
    """Return the shares of units that end dead, and without gradient, by kind of rate."""
    summary, columns = at_reading(runs, READING).summary, of_layers(runs)
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for kind, rate in ((TUNED, "tuned"), (DEFAULT, "default")):
        rows = evaluation_runs(summary, rate)
        found[kind] = {}
        for name, column in ((DEAD, "dead_end"), (UNMOVED, "gradient_dead_end")):
            shares = rows["key"].map(columns[column]).groupby(rows["hidden"]).mean()
            found[kind][name] = float(shares[own]), float(shares[REFERENCE])
    return found
