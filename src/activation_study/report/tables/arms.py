"""The tables that set the arms of a study beside each other."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd

from activation_study.catalogue.spelling import with_minus, written
from activation_study.engine.records.records import Runs
from activation_study.errors import IncompleteRecordError
from activation_study.measures.metrics import label_of, metric_of
from activation_study.registry import unknown_name
from activation_study.report.analysis.arms import evaluation_runs, select, varying
from activation_study.report.analysis.derived.skills import skills
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.rates import rank
from activation_study.report.analysis.readings import at_reading, column_of
from activation_study.report.analysis.statistics import SeedMean
from activation_study.report.claims import claims_file
from activation_study.report.claims.box.wording import IMAGES, Amounts
from activation_study.report.claims.verdict import Verdict
from activation_study.report.tables.table import Table, says_what_is_missing
from activation_study.report.tables.verdicts import verdict_number


@says_what_is_missing
def ranking_table(runs: Runs, *, head: str = "softmax", reading: str = "last") -> Table:
    """List every arm of a head, tuned: rate, measure, difference to the best by tuning."""
    found = rank(runs, head=head, reading=reading, excludes=claims_file.read().best_excludes)
    metric = metric_of(found.metric)
    signed = functools.partial(metric.number, signed=True)
    rows = [
        {
            "hidden activation": row["arm"],
            "chosen rate": f"{row['learning_rate']:g}",
            label_of(found.metric): metric.shown(row["mean"]),
            f"difference in {metric.difference_unit}".removesuffix(" in "): signed(row["effect"]),
            "95 % interval": f"{signed(row['low'])} to {signed(row['high'])}",
            "diverged": f"{row['num_diverged']} of {row['num_runs']}",
        }
        for row in found.rows.iloc[::-1].to_dict("records")
    ]
    note = (
        f"Head: {head}. Differences are to {found.reference}, the best in the tuning runs, on the "
        "seeds both have. A run that diverged counts with what it reached."
    )
    return Table(pd.DataFrame(rows), note)


Measure = str | tuple[str, str]
"""A column of the summary; of two, what heads are asked and what the reference is."""


@says_what_is_missing
def heads_table(
    runs: Runs, measures: Mapping[str, Measure], *, reference: str, reading: str = "last"
) -> Table:
    """List what each head, tuned, gains or costs beside one of them, seed by seed.

    Args:
        runs: Runs of a study whose arms differ in the head, and perhaps in other fields; within
            each of their combinations heads are compared.
        measures: Heading -> what is compared below it, named as at the last weights; the first is
            what rows are sorted by. The reference may be asked something else, such as what it
            calls at a half where others have a rule of their own.
        reference: Head that stands first, with what it reaches.
        reading: ``"last"`` or ``"averaged"`` weights.

    Raises:
        ValueError: The reference is not among these runs.
    """
    frame = evaluation_runs(at_reading(runs, reading).summary, "tuned") if len(runs) else None
    if frame is None or frame.empty:
        raise IncompleteRecordError("no run at the tuned rate is recorded yet")
    if reference not in set(frame["head"]):
        raise unknown_name("head among these runs", reference, sorted(frame["head"].unique()))
    others = [field for field in varying(frame) if field != "head"]
    asked = {
        heading: (each, each) if isinstance(each, str) else each
        for heading, each in measures.items()
    }
    names = {name: column_of(frame, name, reading) for each in asked.values() for name in each}
    counted = {name: with_failures_counted(frame, column) for name, column in names.items()}
    rows = []
    # Where nothing else varies, all runs are of one dataset.
    for setting, group in frame.groupby(others or ["dataset"], sort=False):
        values = {
            name: group.assign(value=each).pivot(index="seed", columns="head", values="value")
            for name, each in counted.items()
        }
        means = values[next(iter(names))].mean().drop(reference)
        order = means.sort_values(ascending=False, kind="stable").index
        for head in (reference, *order):
            row = dict(zip(others, map(written, setting), strict=False))
            row["output layer"] = written(head)
            for heading, (own, base) in asked.items():
                level = values[base][reference]
                row[heading] = (
                    _level(Amounts(base), level)
                    if head == reference
                    else _difference(Amounts(own), values[own][head] - level)
                )
            rows.append(row)
    note = (
        f"The row of {written(reference)} says what it reaches, the others how much more or less, "
        "seed by seed, with half of the 95 % interval; each at its tuned rate. "
        f"Exact matches are images of {IMAGES:,}."
    )
    return Table(pd.DataFrame(rows), note)


@says_what_is_missing
def skills_table(record: Mapping[str, Runs], reading: str = "averaged") -> Table:
    """List what each head reaches in each trial of ``skills``, and its skill."""
    rows = [
        {
            "targets": row["trial"],
            "output layer": f"{written(row['head'])}{' (of the card)' * row['is_advised']}",
            "reached": metric_of(row["measure"]).shown(row["value"]),
            "skill": with_minus(f"{row['mean']:.3f}"),
            "95 % interval": with_minus(f"{row['low']:.3f} to {row['high']:.3f}"),
        }
        for row in skills(record, reading).to_dict("records")
    ]
    return Table(pd.DataFrame(rows), stacks=True)


def _level(amounts: Amounts, values: pd.Series) -> str:
    """Write the mean over seeds."""
    mean = float(values.mean())
    return amounts.number(mean, signed=False) if amounts.is_counted else amounts.metric.shown(mean)


def _difference(amounts: Amounts, gaps: pd.Series) -> str:
    """Write the mean of differences and half of its interval; nothing where there are none."""
    gaps = gaps.dropna()
    if len(gaps) < 2:
        return ""
    mean = SeedMean.of(gaps.to_numpy())
    reach = mean.interval()[1] - mean.value
    return f"{amounts.number(mean.value)}\u00a0±\u00a0{amounts.number(reach, signed=False)}"


_PLAIN: Mapping[str, Any] = {"normalization": "none", "initializer": "glorot_uniform"}

LAYERS = (
    ("2, to begin with", "core-2", {"hidden": "relu"}, "hidden-usual",
     "mean of ReLU, tanh and sigmoid, against GELU, SiLU or Mish"),
    ("2, where a few images count", "core-2", {"hidden": "gelu"}, "gelu-beats-relu",
     "against ReLU, in the mean over both output layers"),
    ("2, or", "core-2", {"hidden": "silu"}, "swish-beats-relu",
     "against ReLU, in the mean over both output layers"),
    ("2, better not", "softmax-hidden",
     {**_PLAIN, "hidden": "softmax", "depth": 2, "width": 128, "post_normalization": "none"},
     "softmax-hidden", "against ReLU, both after half as many epochs"),
    ("16", "depth", {**_PLAIN, "hidden": "relu", "initializer": "he_normal", "depth": 16},
     "avoid-sigmoid-tanh", "sigmoid or tanh, against ReLU, in 8 and 16"),
    ("16", "depth", {**_PLAIN, "hidden": "gelu", "depth": 16}, "gelu-needs-its-gain",
     "larger first weights, in 8"),
    ("16", "depth", {**_PLAIN, "hidden": "selu", "initializer": "lecun_normal", "depth": 16},
     "selu-glorot-is-lecun", "Keras's default weights instead"),
    ("16, if sigmoids it must be", "depth",
     {**_PLAIN, "hidden": "sigmoid", "normalization": "batch", "depth": 16}, "batch-norm-rescues",
     "against none, in 8 and 16"),
    ("16, better not", "depth", {**_PLAIN, "hidden": "sigmoid", "depth": 16},
     "centred-weights-rescue", "with weights that centre, in 8 and 16"),
)  # fmt: skip
"""How many layers, the study and the fields of the network, and the claim that tells more of it,
with what its difference is of."""


@says_what_is_missing
def layers_table(record: Mapping[str, Runs], verdicts: Mapping[str, Verdict]) -> Table:
    """List hidden layers to copy: activation, first weights, rate, and what they reach.

    Args:
        record: Study -> its runs.
        verdicts: Claim -> its verdict.
    """
    rows = []
    for when, study, cell, claim, what in LAYERS:
        frame = at_reading(record[study], "averaged").summary
        chosen = select(evaluation_runs(frame, "tuned"), {"head": "softmax", **cell})
        column = column_of(frame, "test_accuracy", "averaged")
        right = metric_of(column).shown(float(with_failures_counted(chosen, column).mean()))
        weights = cell.get("initializer", "glorot_uniform")
        code = "" if weights == "glorot_uniform" else f', kernel_initializer="{weights}"'
        is_normalized = cell.get("normalization") == "batch"
        rows.append(
            {
                "layers": when,
                "to copy": f'<code>Dense(128, "{cell["hidden"]}"{code})</code>'
                + ", <code>BatchNormalization()</code> before the activation" * is_normalized,
                "rate for Adam": f"{chosen['learning_rate'].iloc[0]:g}",
                "right": right,
                "see": f"{escape(what)}: {verdict_number(verdicts[claim])._repr_html_()}",
            }
        )
    note = (
        "Right: of the test images, mean over the seeds, with softmax outputs, at averaged weights "
        "and the best of the rates tried. First weights, where none are named: Glorot's, Keras's "
        "default."
    )
    return Table(pd.DataFrame(rows), note, markup=("to copy", "see"), stacks=True)
