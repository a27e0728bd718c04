"""Dead units: how many there are, what they cost, when they die, and what kills them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.experiment import DEFAULT_LEARNING_RATE, DEFAULTS
from activation_study.experiment.fields import DEFAULT_RATES
from activation_study.report.analysis.derived.layer_columns import of_layers
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.statistics import intervals_by

CAUSES: dict[str, Mapping[str, object]] = {
    "Keras's defaults": {},
    "rate 0.01": {"learning_rate": 1e-2},
    "rate 0.0316": {"learning_rate": 3.16e-2},
    "rate 0.1": {"learning_rate": 1e-1},
    "8 layers": {"depth": 8},
    "8 layers, He's weights": {"depth": 8, "initializer": "he_normal"},
    "8 layers, PyTorch's weights": {"depth": 8, "initializer": "pytorch"},
    "8 layers, bias \N{MINUS SIGN}1": {"depth": 8, "bias_initial_value": -1.0},
    "bias \N{MINUS SIGN}1": {"bias_initial_value": -1.0},
    "standardised pixels": {"input_scale": "standard"},
    "pixels 0 to 255": {"input_scale": "raw"},
    "pixels 0 to 255, batch normalization": {"input_scale": "raw", "normalization": "batch"},
}
"""What may kill the units of a ReLU network, and in what such a network differs from the usual."""

_FIELDS = (
    *("depth", "initializer", "bias_initial_value", "input_scale", "normalization"),
    "learning_rate",
)


def judged_runs(runs: Runs) -> pd.DataFrame:
    """Return the runs that are judged, with what is derived of their layers, and ``accuracy``.

    The latter is that of the test images at the last weights, failed runs counted.

    Raises:
        IncompleteRecordError: None is recorded.
    """
    if len(runs):
        summary = runs.summary[~runs.summary["is_tuning"]]
        if len(summary):
            accuracy = with_failures_counted(summary, "test_accuracy").rename("accuracy")
            found = pd.DataFrame(of_layers(runs)).reindex(summary["key"]).set_axis(summary.index)
            return pd.concat([summary, accuracy, found], axis="columns")
    raise IncompleteRecordError("no run of this study is recorded yet")


def lesioned(runs: Runs, rate: float = DEFAULT_LEARNING_RATE) -> pd.DataFrame:
    """Return the runs of the full width at a rate, of which a share was dead from the start.

    Raises:
        IncompleteRecordError: None is recorded.
    """
    rows = judged_runs(runs)
    rows = rows[(rows["width"] == rows["width"].max()) & (rows["learning_rate"] == rate)]
    if rows.empty:
        raise IncompleteRecordError(f"no network is recorded yet that was harmed at rate {rate:g}")
    return rows.sort_values(["seed", "dead_share"])


def costs(rates: Runs, lesion: Runs, hidden: str = "relu") -> pd.DataFrame:
    """Set what a rate costs beside what the units that it kills cost by themselves.

    The latter is read off the networks of which a share was dead from the start, at the default
    rate: seed by seed, on straight lines between the shares.

    Args:
        rates: Runs at several rates.
        lesion: Runs of which a share of the units was dead from the start.
        hidden: Function of the former.

    Returns:
        Indexed by rate, means over the seeds that both have: ``dead`` (share at the end, on all
        training images), ``accuracy``, ``unharmed`` (at the default rate, none killed),
        ``by_death`` (with as many dead from the start), and ``gap``, accuracy less the latter, with
        the ends ``low`` and ``high`` of its 95 % interval.

    Raises:
        IncompleteRecordError: One of the two is missing.
    """
    reference = lesioned(lesion)
    rows = judged_runs(rates)
    rows = rows[(rows["hidden"] == hidden) & rows["seed"].isin(reference["seed"])]
    if rows.empty:
        raise IncompleteRecordError("no seed is recorded yet at both kinds of networks")
    by_seed = {
        seed: own.sort_values("dead_end")[["dead_end", "accuracy"]].to_numpy(float).T
        for seed, own in reference.groupby("seed")
    }
    unharmed = reference[reference["dead_share"] == 0].set_index("seed")["accuracy"]
    rows = rows.assign(
        unharmed=rows["seed"].map(unharmed),
        by_death=[
            np.interp(dead, *by_seed[seed])
            for seed, dead in rows[["seed", "dead_end"]].itertuples(index=False)
        ],
    )
    gaps = intervals_by(rows["accuracy"] - rows["by_death"], rows["learning_rate"])
    columns = {"dead_end": "dead", "accuracy": "accuracy", "unharmed": "unharmed"}
    means = rows.groupby("learning_rate")[[*columns, "by_death"]].mean().rename(columns=columns)
    return means.join(gaps.rename(columns={"mean": "gap"})[["gap", "low", "high"]])


def by_layer(runs: Runs, column: str = "dead_all", hidden: str = "relu") -> pd.DataFrame:
    """Return the mean of a column of the layers at the end, a row a rate, a column a layer.

    Raises:
        IncompleteRecordError: None is recorded.
    """
    rows = judged_runs(runs)
    rows = rows[rows["hidden"] == hidden][["key", "learning_rate"]]
    layers = runs.layers
    last = layers[layers["epoch"] == layers.groupby("key")["epoch"].transform("max")]
    return last.merge(rows, on="key").pivot_table(column, "learning_rate", "layer")


def histories(runs: Runs, rate: float, hidden: str = "relu") -> pd.DataFrame:
    """Return what became of each unit that was ever dead, on the thousand images of the probe.

    Returns:
        Columns ``seed``, ``layer``, ``unit``, ``dead`` (a text with 1 for each look at which it was
        0 on all of them: at birth and after each epoch) and ``died`` (the first such look).
    """
    rows = judged_runs(runs)
    is_wanted = (rows["hidden"] == hidden) & (rows["learning_rate"] == rate)
    units = runs.units.merge(rows[is_wanted][["key", "seed"]], on="key")
    units = units.assign(died=units["dead"].str.find("1"))
    units = units[units["died"] >= 0].sort_values(["seed", "layer", "died", "unit"])
    return units[["seed", "layer", "unit", "dead", "died"]].reset_index(drop=True)


def causes(record: Mapping[str, Sequence[Runs]]) -> pd.DataFrame:
    """Return how many units of ReLU networks end dead, by what was done to them.

    Args:
        record: What the networks are trained by -> runs of studies of causes. Where several of
            these have the same cause, the first one counts.

    Returns:
        Columns ``trained``, ``cause``, ``born``, ``dead`` and ``most`` (shares of units that are 0
        on all training images: of all units at birth, of all at the end, and of the layer that has
        the most at the end), ``accuracy`` and ``num_runs``, in the mean over the runs; in the order
        of ``CAUSES``, what is not recorded left out.
    """
    found: dict[tuple[str, str], list[float]] = {}
    for trained, studies in record.items():
        for runs in filter(len, studies):
            rows = judged_runs(runs)
            rows = rows[rows["hidden"] == "relu"]
            usual = DEFAULTS | {"learning_rate": rows["optimizer"].map(DEFAULT_RATES)}
            layers = runs.layers
            last = layers[layers["epoch"] == layers.groupby("key")["epoch"].transform("max")]
            rows = rows.assign(most=rows["key"].map(last.groupby("key")["dead_all"].max()))
            for cause, changes in CAUSES.items():
                is_it = pd.Series(True, index=rows.index)
                for field in _FIELDS:
                    is_it &= rows[field] == changes.get(field, usual[field])
                    # What is usual with one optimizer is no change of it.
                    is_it &= (field not in changes) | (rows[field] != usual[field])
                means = rows.loc[is_it, ["dead_birth", "dead_end", "most", "accuracy"]].mean()
                if is_it.any():
                    found.setdefault((trained, cause), [*means, is_it.sum()])
    columns = ["born", "dead", "most", "accuracy", "num_runs"]
    listed = [(*names, *values) for names, values in found.items()]
    rows = pd.DataFrame(listed, columns=["trained", "cause", *columns])
    return rows.sort_values("cause", key=lambda names: names.map(list(CAUSES).index), kind="stable")
