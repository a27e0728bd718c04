"""How training goes: the first epoch against guessing, and the epoch with the best likelihood."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from activation_study.catalogue import tasks


def guessing_loss(head: str, num_classes: int) -> float:
    """Return a head's training loss where every image gets the class frequencies, in nats.

    Softmax: ln K. Sigmoid: the entropy of one label, which is 1 with probability 1/K; Keras takes
    the mean over the K outputs.

    Raises:
        ValueError: The head's loss is not a likelihood.
    """
    if head.startswith("softmax") and head != "softmax_mse":
        return math.log(num_classes)
    if head in ("sigmoid", "sigmoid_prior"):
        p = 1.0 / num_classes
        return -p * math.log(p) - (1 - p) * math.log(1 - p)
    raise ValueError(f"head: received {head!r}; accepted: softmax, sigmoid, sigmoid_prior")


def relative_to_guessing(early: pd.DataFrame, summary: pd.DataFrame) -> pd.DataFrame:
    """Return the training losses within the first epoch, divided by that of guessing.

    They are means over windows of steps, each named by its last step; the columns of the runs'
    summary come along.
    """
    units = [
        guessing_loss(head, tasks.get(task).num_outputs)
        for head, task in summary[["head", "task"]].itertuples(index=False)
    ]
    losses = early.merge(summary.assign(unit=units), on="key", suffixes=("", "_at_the_end"))
    return losses.assign(train_loss=losses["train_loss"] / losses["unit"])


def first_step_below(losses: pd.DataFrame, fields: list[str]) -> pd.Series:
    """Return the step at which the mean training loss first falls below that of guessing.

    Returns:
        The last step of that window, of each arm (told by `fields`); inf where there is none in the
        first epoch.
    """
    arms = losses.groupby([*fields, "step"], dropna=False, observed=True)
    is_below = arms["train_loss"].mean().unstack("step") < 1.0
    return is_below.idxmax(axis=1).astype(float).where(is_below.any(axis=1), math.inf)


def at_best_likelihood(history: pd.DataFrame, prefix: str = "") -> pd.DataFrame:
    """Return of each run the epoch whose validation images have the best likelihood.

    Args:
        history: One row a run and epoch; the untrained network does not count.
        prefix: What the columns of the reading begin with.

    Returns:
        One row a run, with the columns of the history; none of a run that is never finite.
    """
    nll = history[f"{prefix}validation_nll"]
    counted = history[(history["epoch"] > 0) & np.isfinite(nll)]
    return counted.loc[nll[counted.index].groupby(counted["key"]).idxmin()]
