"""How a run that failed counts: by the rule of the claims file, not as a missing value."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from activation_study.catalogue import datasets, heads, tasks
from activation_study.measures.metrics import metric_of
from activation_study.registry import unknown_name


def with_failures_counted(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a measure with the values of failed runs replaced by the rule of the claims file.

    An epoch never reached becomes one more than the epochs trained, a step of the first epoch one
    more than it has; what a run that diverged could not be measured for becomes what a guess scores
    in its task, where a guess has a score. Other missing values stay missing, such as what a head
    that has no rule of its own decides.

    Raises:
        ValueError: the frame has no such column; names the nearest.
    """
    if column not in frame:
        raise unknown_name("metric", column, map(str, frame.columns))
    values = frame[column].astype(float)
    is_finite = values.map(math.isfinite)
    metric = metric_of(column)
    if metric.unit == "epochs":
        trained = frame["epochs"] + frame.get("second_epochs", 0)
        return values.where(is_finite, trained.astype(float) + 1)
    if metric.unit == "steps":
        whole = frame["dataset"].map(lambda name: datasets.spec(name).train_size)
        steps = np.ceil(frame["train_size"].fillna(whole) / frame["batch_size"])
        return values.where(is_finite, steps.astype(float) + 1)
    for task in frame["task"].unique():
        guess = tasks.get(_bare(task)).guess.get(metric.name)
        if guess is not None:
            failed = ~is_finite & frame["diverged"].astype(bool) & (frame["task"] == task)
            if metric.name.startswith("own_"):
                failed &= frame["head"].map(lambda name: heads.get(_bare(name)).decide is not None)
            values = values.mask(failed, guess)
    return values


def _bare(name: str) -> str:
    """Return a recorded name without the digest of its code, which one's own parts have."""
    return name.partition("@")[0]
