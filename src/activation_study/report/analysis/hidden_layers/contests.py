"""Who wins where each activation is trained once, and in which settings a comparison turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.arms import curve_runs, evaluation_runs, select
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.readings import at_reading, column_of, tuned_values
from activation_study.report.analysis.statistics import SeedMean


def by_seed(
    runs: Runs,
    hidden: Sequence[str],
    rate: str = "default",
    metric: str = "test_accuracy",
    reading: str = "last",
) -> pd.DataFrame:
    """Return a measure of some activations with softmax outputs on the seeds that all have.

    Args:
        runs: Runs of a study.
        hidden: Hidden activations.
        rate: ``"default"`` or ``"tuned"``.
        metric: Column of the last reading.
        reading: ``"last"`` or ``"averaged"`` weights.

    Returns:
        A row a seed, a column an activation, failed runs counted.

    Raises:
        IncompleteRecordError: No seed is recorded of all of them.
    """
    frame = at_reading(runs, reading).summary
    if len(runs):
        frame = evaluation_runs(frame, rate).query("head == 'softmax'")
    if frame.empty:
        raise IncompleteRecordError(f"no run at the {rate} rate is recorded yet")
    frame = frame.assign(value=with_failures_counted(frame, column_of(frame, metric, reading)))
    table = frame.pivot_table(index="seed", columns="hidden", values="value")
    table = table.reindex(columns=list(hidden)).dropna(axis="columns", how="all").dropna()
    if table.empty:
        raise IncompleteRecordError("no seed is recorded with all of these activations yet")
    return table


def ranks(values: pd.DataFrame) -> pd.DataFrame:
    """Return the place of each activation on each seed, 1 for the largest; a tie has the better."""
    return values.rank(axis="columns", ascending=False, method="min").astype(int)


def chances(values: pd.DataFrame) -> pd.DataFrame:
    """Return how often one activation is ahead of another if each is trained once.

    Over all pairs of seeds, a tie counted as half. The rows are ahead of the columns; on the
    diagonal stands missing.
    """
    array = values.to_numpy()
    # Seeds of one by seeds of the other by one by the other.
    gaps = array[:, None, :, None] - array[None, :, None, :]
    won = ((np.sign(gaps) + 1) / 2).mean(axis=(0, 1))
    found = pd.DataFrame(won, index=values.columns, columns=values.columns)
    return found.mask(np.eye(len(found), dtype=bool))


@dataclass(frozen=True)
class Setting:
    """Where activations are compared.

    Attributes:
        runs: Runs of a study.
        cell: Fields that its runs have, besides the activation.
        rate: ``"tuned"``, ``"default"``, or one rate for all.
    """

    runs: Runs
    cell: Mapping[str, object]
    rate: str | float = "tuned"

    def values(self, metric: str, reading: str) -> pd.DataFrame:
        """Return a measure of each activation, a row a seed, failed runs counted."""
        if not len(self.runs):
            raise IncompleteRecordError("no run is recorded yet")
        if self.rate == "tuned":
            frame = tuned_values(self.runs, metric, reading)
        else:
            summary = self.runs.summary
            if self.rate == "default":
                frame = evaluation_runs(summary, "default")
            else:
                frame = curve_runs(summary)
                frame = frame[frame["learning_rate"] == self.rate]
            column = column_of(frame, metric, reading)
            frame = frame.assign(value=with_failures_counted(frame, column))
        frame = select(frame, self.cell)
        return frame.pivot_table(index="seed", columns="hidden", values="value")


def settings_of(core: Runs, descent: Runs, little: Runs, cnn: Runs) -> dict[str, Setting]:
    """Return the settings in which the page on the choice compares activations.

    Args:
        core: Adam, all images, several rates.
        descent: Plain descent, by initial weights.
        little: A thousand images.
        cnn: A small convolutional network.
    """
    usual = {"head": "softmax"}
    return {
        "own rate": Setting(core, usual),
        "default rate": Setting(core, usual, "default"),
        "ten times that": Setting(core, usual, 0.01),
        "plain descent": Setting(descent, {"initializer": "glorot_uniform"}),
        "1,000 images": Setting(little, {}),
        "small CNN": Setting(cnn, {}),
    }


def compare(
    settings: Mapping[str, Setting],
    pairs: Sequence[tuple[str, str]],
    margin: float,
    metric: str = "test_accuracy",
    reading: str = "averaged",
) -> pd.DataFrame:
    """Return how far the first of each pair is ahead of the second in each setting.

    Paired by seed. ``answer`` is ``"same"`` where the 90 % t interval lies within the margin, else
    ``"ahead"`` or ``"behind"`` where the 95 % interval leaves 0 out, else ``"open"``.
    Nothing is adjusted for the number of comparisons.

    Args:
        settings: What each setting is called, and its runs; one that is not recorded is left out.
        pairs: Hidden activations, the first against the second.
        margin: Largest difference that does not matter.
        metric: Column of the last reading.
        reading: ``"last"`` or ``"averaged"`` weights.

    Returns:
        Columns ``setting``, ``arm``, ``reference``, ``effect``, ``low``, ``high``, ``num_seeds``
        and ``answer``; a row for each pair that a setting has on two seeds or more.

    Raises:
        IncompleteRecordError: There is no such pair.
    """
    rows = []
    for name, setting in settings.items():
        try:
            values = setting.values(metric, reading)
        except IncompleteRecordError:
            continue
        for arm, reference in pairs:
            if not {arm, reference} <= set(values):
                continue
            gaps = (values[arm] - values[reference]).dropna()
            if len(gaps) < 2:
                continue
            mean = SeedMean.of(gaps.to_numpy())
            low, high = mean.interval()
            rows.append((name, arm, reference, mean.value, low, high, len(gaps),
                         _answer(mean, margin)))  # fmt: skip
    if not rows:
        raise IncompleteRecordError("of no pair of these activations two seeds are recorded yet")
    columns = ["setting", "arm", "reference", "effect", "low", "high", "num_seeds", "answer"]
    return pd.DataFrame(rows, columns=columns)


def _answer(mean: SeedMean, margin: float) -> str:
    least, most = mean.interval(0.90)
    if -margin < least and most < margin:
        return "same"
    low, high = mean.interval()
    if low > 0:
        return "ahead"
    return "behind" if high < 0 else "open"


def turned(table: pd.DataFrame) -> pd.Series:
    """Return for each pair whether it is ahead in one setting and behind in another."""
    answers = table.groupby(["arm", "reference"], sort=False)["answer"].agg(set)
    return answers.map(lambda found: {"ahead", "behind"} <= found)


def budgets(runs: Runs, hidden: Sequence[str], usual: str = "relu") -> pd.DataFrame:
    """Return what test accuracy a seed's runs give, by what they are spent on.

    Four ways: one run of a usual activation at the default rate; a run of each activation at that
    rate; a run of the usual one at each rate; a run of each at each rate. Each takes the run with
    the best validation accuracy. At the last weights, softmax outputs.

    Args:
        runs: Runs of a study that has curves.
        hidden: Activations that may be tried.
        usual: The activation that is taken unless others are tried.

    Returns:
        A row a seed, the columns ``none``, ``functions``, ``rates`` and ``both``; in ``attrs``
        under ``num_runs`` how many runs each way takes.

    Raises:
        IncompleteRecordError: No seed has all these runs.
    """
    if not len(runs):
        raise IncompleteRecordError("no run is recorded yet")
    curve = curve_runs(runs.summary)
    curve = curve[(curve["head"] == "softmax") & curve["hidden"].isin(list(hidden))]
    curve = curve.assign(
        tried=with_failures_counted(curve, "validation_accuracy"),
        tested=with_failures_counted(curve, "test_accuracy"),
    )
    is_usual, is_default = curve["hidden"] == usual, curve["learning_rate"] == 1e-3
    ways = {
        "none": curve[is_usual & is_default],
        "functions": curve[is_default],
        "rates": curve[is_usual],
        "both": curve,
    }
    counts = {name: way.groupby("seed").size() for name, way in ways.items()}
    whole = curve["hidden"].nunique() * curve["learning_rate"].nunique()
    seeds = counts["both"].index[counts["both"] == whole]
    if not len(seeds) or ways["none"].empty:
        raise IncompleteRecordError("no seed has a run of each activation at each rate yet")
    found = pd.DataFrame(
        {
            name: way.loc[way.groupby("seed")["tried"].idxmax()].set_index("seed")["tested"]
            for name, way in ways.items()
        }
    ).loc[seeds]
    found.attrs["num_runs"] = {name: int(each[seeds[0]]) for name, each in counts.items()}
    return found
