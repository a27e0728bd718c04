"""Recorded runs as data frames."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import pyarrow as pa

from activation_study.experiment import Experiment, accepted_names
from activation_study.measures.classification import CLASSIFICATION
from activation_study.measures.measure_set import MeasureSet
from activation_study.registry import unknown_name

ROLES = ("is_tuning", "is_tuned", "is_default", "is_curve")
"""Columns that tell what a run is for in its study: choosing rates, judged at the rate chosen for
the first criterion, judged at Keras's default rate, judged at every rate (one run can be several of
the last three)."""

TUNED_FOR = "tuned_for_"
"""Before a criterion, the column of the runs that are judged at the rate chosen for it."""

OUTLINE = ("dataset", "learning_rate", "depth", "width", "epochs", "seed")
"""What is printed of runs beside activation, head and results: fields where they vary."""


class Frames(Mapping[str, pd.DataFrame]):
    """Data frames by name, each made when it is first asked for: most questions need few of them.

    Args:
        makers: Name -> what makes the frame.
    """

    def __init__(self, makers: Mapping[str, Callable[[], pd.DataFrame]]) -> None:
        self._makers = dict(makers)
        self._made: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        # Asked of the makers: a mapping by default makes the frame to see whether it is there.
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def _each(
    frames: Mapping[str, pd.DataFrame], change: Callable[[str, pd.DataFrame], pd.DataFrame]
) -> Frames:
    """The frames, each changed when it is first asked for."""
    return Frames(
        {name: functools.partial(lambda name: change(name, frames[name]), name) for name in frames}
    )


@dataclass(frozen=True)
class Roles:
    """Experiments, and what each is for.

    Args:
        experiments: Each once.
        keys: Role, a column of the summary -> keys of its experiments; none for a plain list.
        arms: Key -> name of the arm. Two arms share runs only where they are one experiment in two
            spellings; the first of them has the runs.
    """

    experiments: list[Experiment]
    keys: Mapping[str, set[str]] = field(default_factory=dict)
    arms: Mapping[str, str] = field(default_factory=dict)

    def given_to(self, runs: Runs) -> Runs:
        """Says of every run its arm (column ``arm``), and whether it has each role."""
        if not self.keys:
            return runs
        key = runs.summary["key"]
        columns = {role: key.isin(of_them) for role, of_them in self.keys.items()}
        arm_of = key.map(self.arms).fillna("").astype(object)
        return replace(runs, summary=runs.summary.assign(arm=arm_of, **columns))


@dataclass(frozen=True, eq=False)
class Runs:
    """Recorded runs as tidy data frames, joined by the column ``key``; each object equals itself.

    Args:
        summary: One row a run: experiment, roles in the study, outcome, measures, provenance.
        tables: The other tables by name: those of every run, and those of the set of measures.
        measures: What the runs are measured by.
        name: Name of the study, or None.
        tier: ``"full"`` or ``"quick"``.
    """

    summary: pd.DataFrame
    tables: Mapping[str, pd.DataFrame]
    measures: MeasureSet = CLASSIFICATION
    name: str | None = None
    tier: str = "full"

    @property
    def history(self) -> pd.DataFrame:
        """One row a run and epoch; epoch 0 is before the first step."""
        return self._table("history")

    @property
    def early(self) -> pd.DataFrame:
        """Training loss within the first epoch, averaged over windows of steps."""
        return self._table("early")

    @property
    def layers(self) -> pd.DataFrame:
        """One row a run, epoch and hidden layer."""
        return self._table("layers")

    @property
    def units(self) -> pd.DataFrame:
        """Life histories of the units that were ever dead: one character an epoch."""
        return self._table("units")

    @property
    def reliability(self) -> pd.DataFrame:
        """One row a run and bin of the top label's probability."""
        return self._table("reliability")

    @property
    def confusion(self) -> pd.DataFrame:
        """One row a run, true class and predicted class."""
        return self._table("confusion")

    def _table(self, name: str) -> pd.DataFrame:
        if name not in self.tables:
            raise AttributeError(
                f"runs measured by {self.measures.name!r} have no table {name!r}; accepted: "
                f"{', '.join(self.tables) or 'none'}"
            )
        return self.tables[name]

    def __len__(self) -> int:
        return len(self.summary)

    def __repr__(self) -> str:
        of = f" of study {self.name!r}" if self.name else ""
        return f"<Runs: {len(self):,} run{'s' * (len(self) != 1)}{of}, tier {self.tier}>"

    def __str__(self) -> str:
        """The runs in a few columns, the first and the last ones of many."""
        columns = [
            *("hidden", "head"),
            *(name for name in OUTLINE if self.summary[name].nunique(dropna=False) > 1),
            f"validation_{self.measures.last_epoch[0]}",
            *(f"test_{name}" for name in self.measures.at_the_end[:2]),
            *("diverged", "wall_seconds"),
        ]
        return f"{self!r}\n{self.summary[columns].to_string(index=False, max_rows=20)}"

    def __add__(self, other: Runs) -> Runs:
        """The runs of two studies as those of none, each in its roles.

        Raises:
            ValueError: They are measured in different ways, or have runs in common, of which each
                would have two roles.
        """
        both = self.measures.name, other.measures.name
        shared = set(self.summary["key"]) & set(other.summary["key"])
        if len(set(both)) > 1 or shared:
            raise ValueError(
                f"received runs measured by {both[0]!r} and by {both[1]!r}, {len(shared)} of them "
                "in common; accepted: two studies that are measured alike and share no run"
            )

        def of_both(mine: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
            return pd.concat([mine, theirs], ignore_index=True)

        summary = of_both(self.summary, other.summary)
        # A run has no role that its study does not know.
        for role in map(str, summary):
            if role in ROLES or role.startswith(TUNED_FOR):
                summary[role] = summary[role].eq(True)
        tables = _each(self.tables, lambda name, frame: of_both(frame, other.tables[name]))
        return replace(self, summary=summary, tables=tables, name=None)

    def where(self, **conditions: Any) -> Runs:
        """Returns the runs whose summary has these values; a list stands for any of its values.

        None stands for what is not there: a run has no ``test_accuracy`` where it did not read the
        test set. The name of a function of one's own stands for every version of it.

        Raises:
            ValueError: The summary has no such column, or a name is in no run and no catalogue.
        """
        chosen = pd.Series(True, index=self.summary.index)
        for column, value in conditions.items():
            if column not in self.summary:
                raise ValueError(
                    f"runs have no column {column!r}; accepted: {', '.join(self.summary.columns)}"
                )
            is_single = isinstance(value, str) or not isinstance(value, Iterable)
            values = [value] if is_single else list(value)
            self._check_names(column, values)
            found = self.summary[column].isin(values)
            if column == "hidden":
                # A function of one's own is recorded as its name and a digest.
                found |= self.summary[column].str.partition("@")[0].isin(values)
            # A column of numbers holds None (the whole training part, say) as NaN.
            if any(value is None for value in values):
                found |= self.summary[column].isna()
            chosen &= found
        keys = set(self.summary.loc[chosen, "key"])

        def of_them(frame: pd.DataFrame) -> pd.DataFrame:
            return frame[frame["key"].isin(keys)].reset_index(drop=True)

        tables = _each(self.tables, lambda _, frame: of_them(frame))
        return replace(self, summary=of_them(self.summary), tables=tables)

    def _check_names(self, column: str, values: list[Any]) -> None:
        """Refuses a name that is in no run and no catalogue: most likely a slip of the pen."""
        accepted = accepted_names().get(column)
        if accepted is None:
            return
        recorded = self.summary[column].dropna().astype(str)
        known = {*accepted, *recorded, *recorded.str.partition("@")[0]}
        for value in values:
            if value is not None and value not in known:
                raise unknown_name(column, value, sorted(known))


def runs_from_tables(
    table_of: Callable[[str], pa.Table],
    names: Iterable[str],
    measures: MeasureSet,
    name: str | None,
    tier: str,
) -> Runs:
    """Makes runs of Arrow tables, adding empty role columns and a plain name of the arm.

    Args:
        table_of: Gives a table by its name: at once that of the runs, another when it is asked for.
        names: Of all tables.
        measures: What measured the runs.
        name: Name of the study, or None.
        tier: Its tier.
    """

    def frame_of(table: str) -> pd.DataFrame:
        return table_of(table).to_pandas()

    summary = frame_of("runs")
    for role in ROLES:
        summary[role] = False
    summary["arm"] = summary["hidden"] + " with " + summary["head"]
    others = (table for table in names if table != "runs")
    tables = Frames({table: functools.partial(frame_of, table) for table in others})
    return Runs(summary, tables, measures, name, tier)
