"""One published run beside what came of it when it was trained again."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from activation_study.engine.records import schema
from activation_study.engine.records.schema import Schema
from activation_study.engine.records.tables import comparable, to_tables
from activation_study.engine.run import Run
from activation_study.engine.sweeps.messages import in_words
from activation_study.engine.sweeps.worker import Failure
from activation_study.experiment import Experiment
from activation_study.report.reproduction import comparison, tolerances

EQUAL, WITHIN, DIFFERENT = "equal bit for bit", "within tolerance", "DIFFERENT"
STARTED, UNMEASURED = "start and outcome compared", "no tolerances measured"
VERDICTS = (EQUAL, WITHIN, STARTED, UNMEASURED, DIFFERENT)

RESULT = "runs.validation_accuracy"
"""Where not even this is comparable, no more than start and outcome was compared."""

ALWAYS_NAMED = ("hidden", "head", "learning_rate", "seed")
"""Fields that every line of an audit names."""

PLATFORM = ("tensorflow", "keras", "numpy", "cpu", "threads", "onednn")
"""Provenance that decides a run's numbers; of Python's version, only major and minor."""


def shown_of(found: Iterable[str]) -> list[str]:
    """The verdicts to count: the usual ones, and others where they were found."""
    shown = {EQUAL, WITHIN, DIFFERENT, *found}
    return [verdict for verdict in VERDICTS if verdict in shown]


@dataclass(frozen=True)
class AuditedRun:
    """One published run beside what came of it now.

    Args:
        study: That in whose files it is published.
        cell: The experiment in a few words.
        provenance: Where the recorded run was made.
        same_platform: Whether this process has the CPU type and the versions of the recorded run;
            False of a run that differs and adds in no fixed order.
        verdict: One of ``VERDICTS``; all but ``EQUAL`` and ``DIFFERENT`` only where the platform
            differs.
        difference: The first unequal column or, across platforms, the largest difference.
        reason: Why the run could not be made at all; empty where it could.
        num_unequal: Columns whose values differ in any digit.
        not_comparable: Quantities that rounding could make anything of.
        not_recorded: What one of the two runs has alone: measures that are younger than the
            recorded one, and those of KMNIST's images where these are missing.
    """

    key: str
    study: str
    cell: str
    provenance: dict[str, Any]
    same_platform: bool
    verdict: str
    difference: comparison.Difference | None = None
    reason: str = ""
    num_unequal: int = 0
    not_comparable: tuple[str, ...] = ()
    not_recorded: tuple[str, ...] = ()

    def __str__(self) -> str:
        line = f"{self.verdict:26}  {self.key[:12]}  {self.cell}"
        if self.reason:
            return f"{line}: could not be retrained: {self.reason}"
        if self.difference is None:
            return line if self.same_platform else f"{line} (recorded elsewhere, or earlier)"
        found = self.difference
        values = f"{found.name}, recorded {found.recorded}, retrained {found.retrained}"
        if self.same_platform or self.verdict == UNMEASURED:
            return f"{line}: {values} ({self.num_unequal} columns differ)"
        return f"{line}: largest difference {found.tolerances:.2g} of its tolerance: {values}"


def beside(
    row: pd.Series,
    experiment: Experiment,
    recorded: comparison.Tables,
    outcome: Run | Failure,
    at_edge: bool,
) -> AuditedRun:
    """Compares a recorded run, and its row of ``runs`` with the study, with what training gave now.

    See ``comparison.compare`` for ``at_edge``.
    """
    own = {name: row[name] for name in schema.PROVENANCE}
    named = f"{row['study']}: {in_words(experiment, ALWAYS_NAMED)}"
    audited = functools.partial(AuditedRun, row["key"], row["study"], named, own)
    if isinstance(outcome, Failure):
        reason = outcome.reason.strip().splitlines()[-1]
        return audited(False, DIFFERENT, reason=reason)
    same = _platform(own) == _platform(outcome.provenance)
    measured_by = Schema.of(experiment.parts.task.measures)
    retrained = to_tables([outcome], schema=measured_by)
    recorded, retrained, younger = comparable(recorded, retrained, measured_by)
    recorded, retrained, missing = comparison.without_missing(recorded, retrained)
    audited = functools.partial(audited, not_recorded=(*younger, *missing))
    unequal = comparison.inequalities(recorded, retrained)
    if not unequal:
        return audited(same, EQUAL)
    same = same and not _adds_in_any_order(experiment)
    is_measured = experiment.task in tolerances.TASKS and tolerances.measured()
    if same or not is_measured:
        verdict = DIFFERENT if same else UNMEASURED
        return audited(same, verdict, difference=unequal[0], num_unequal=len(unequal))
    largest, not_comparable = comparison.compare(recorded, retrained, at_edge=at_edge)
    chaotic = row["diverged"] or outcome.summary["diverged"]
    passed = STARTED if chaotic or RESULT in not_comparable else WITHIN
    verdict = passed if largest.tolerances <= 1.0 else DIFFERENT
    return audited(same, verdict, largest, "", len(unequal), not_comparable)


def _adds_in_any_order(experiment: Experiment) -> bool:
    # Only a run that differs needs TensorFlow here, which takes seconds to import.
    from activation_study.engine.training.loop import Loop

    return Loop(experiment).adds_in_any_order()


def _platform(own: dict[str, Any]) -> tuple[str, ...]:
    python = ".".join(str(own["python"]).split(".")[:2])
    return (python, *(str(own[name]) for name in PLATFORM))
