"""Networks that do not learn, each beside the one that a single change makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from activation_study.engine.records.records import Runs
from activation_study.report.analysis.arms import evaluation_runs, select
from activation_study.report.analysis.derived import with_derived
from activation_study.report.analysis.failures import with_failures_counted
from activation_study.report.analysis.readings import at_reading

Cell = Mapping[str, Any]


@dataclass(frozen=True)
class Fault:
    """A fault, what shows it, and its cure, both of which were run.

    Args:
        name: Identifies it.
        symptom: What one sees.
        look: What to look at, to tell it from other causes.
        cause: What it is.
        cure: What to change.
        study: Study that ran both.
        both: Fields that both networks have, beside the learning rate.
        ill: Fields of the network that does not learn; ``learning_rate`` is ``"tuned"`` or a rate.
        well: What the cure changes of it.
        claim: Whose verdict tells more; none where nothing was claimed of it.
    """

    name: str
    symptom: str
    look: str
    cause: str
    cure: str
    study: str
    both: Cell = field(default_factory=lambda: MappingProxyType({}))
    ill: Cell = field(default_factory=lambda: MappingProxyType({}))
    well: Cell = field(default_factory=lambda: MappingProxyType({}))
    claim: str = ""


def of_cell(summary: pd.DataFrame, cell: Cell) -> dict[str, float]:
    """Return what the judged runs of a cell came to, at the last weights.

    Args:
        summary: Of a study, read so, with the derived columns.
        cell: Fields and their values.

    Returns:
        ``accuracy`` on test images, mean over the seeds; ``dead``, the share of hidden units that
        are 0 on every training image at the end, mean over layers and seeds, NaN where it was not
        counted; ``num_stuck`` and ``num_infinite``, how many ended at chance and with a loss that
        is not finite; ``num_runs``. NaN and 0 where none is recorded.
    """
    cell = dict(cell)
    if (rate := cell.pop("learning_rate", "tuned")) != "tuned":
        cell["learning_rate"] = rate
    judged = (
        evaluation_runs(summary, "tuned")
        if rate == "tuned"
        else summary[summary["evaluation"] != "validation"]
    )
    chosen = select(judged, cell)
    accuracy = with_failures_counted(chosen, "test_accuracy")
    return {
        "accuracy": float(accuracy.mean()),
        "dead": float(chosen["dead_end"].mean()) if "dead_end" in chosen else np.nan,
        "num_stuck": int((chosen["divergence"] == "chance").sum()),
        "num_infinite": int((chosen["divergence"] == "not finite").sum()),
        "num_runs": len(chosen),
    }


def outcomes(record: Mapping[str, Runs], faults: tuple[Fault, ...]) -> dict[str, dict[str, float]]:
    """Return what each fault costs: ``of_cell`` without the cure and with it.

    Args:
        record: Study -> its runs; faults of other studies, or of none yet, are left out.
        faults: What is looked up.

    Returns:
        Name of the fault -> what ``of_cell`` gives, behind ``ill_`` and ``well_``.
    """
    summaries = {
        study: with_derived(at_reading(record[study], "last")).summary
        for study in dict.fromkeys(fault.study for fault in faults)
        if len(record.get(study, ()))
    }
    rows = {}
    for fault in faults:
        if fault.study not in summaries:
            continue
        ill = of_cell(summaries[fault.study], {**fault.both, **fault.ill})
        well = of_cell(summaries[fault.study], {**fault.both, **fault.ill, **fault.well})
        if ill["num_runs"] and well["num_runs"]:
            sides = (("ill", ill), ("well", well))
            rows[fault.name] = {f"{side}_{k}": v for side, of in sides for k, v in of.items()}
    return rows


_PLAIN: Cell = {
    "hidden": "relu", "depth": 2, "normalization": "none", "bias_initial_value": 0.0,
    "initializer": "glorot_uniform", "input_scale": "unit",
}  # fmt: skip
_ALL_DEAD = "Count the units that are 0 on a whole batch: all of a layer?"
_COLLAPSED = "The spread over the images in the last hidden layer, before the first step: nearly 0?"
_STUCK = "One class for every image, the loss stands at 2.30"
_SGD: Cell = {**_PLAIN, "learning_rate": 0.01}
_ADAM: Cell = {**_PLAIN, "learning_rate": 0.001}

FAULTS = (
    Fault("raw pixels, plain descent", _STUCK, _ALL_DEAD, "Pixels from 0 to 255.",
          "Divide by 255.", "dead-causes-sgd", _SGD, {"input_scale": "raw"},
          {"input_scale": "unit"}, claim="raw-pixels-kill"),
    Fault("raw pixels that stay, plain descent", _STUCK, _ALL_DEAD, "Pixels from 0 to 255.",
          "If they must stay so: BatchNormalization before each activation.", "dead-causes-sgd",
          _SGD, {"input_scale": "raw"}, {"normalization": "batch"},
          claim="batch-norm-mends-raw-pixels"),
    Fault("raw pixels, leaky ReLU", "The loss is NaN, or one class for every image",
          "The range of the pixels.", "Pixels from 0 to 255.",
          "Divide by 255.", "dead-causes-sgd", {**_SGD, "hidden": "leaky_relu"},
          {"input_scale": "raw"}, {"input_scale": "unit"}),
    Fault("raw pixels, Adam", "It learns, and less than others report", "The range of the pixels.",
          "Pixels from 0 to 255.", "Divide by 255.", "dead-causes", _ADAM, {"input_scale": "raw"},
          {"input_scale": "unit"}, claim="adam-forgives-raw-pixels"),
    Fault("biases of \N{MINUS SIGN}1, eight layers, Adam", _STUCK, _ALL_DEAD,
          "Scores begin below 0, and most units never fire.",
          "Begin with biases of 0, Keras's default.", "dead-causes",
          {**_ADAM, "depth": 8}, {"bias_initial_value": -1.0}, {"bias_initial_value": 0.0}),
    Fault("PyTorch's first weights, eight layers, plain descent", _STUCK, _COLLAPSED,
          "Each layer shrinks the signal.", "He's weights: kernel_initializer=\"he_normal\".",
          "dead-causes-sgd", {**_SGD, "depth": 8}, {"initializer": "pytorch"},
          {"initializer": "he_normal"}, claim="pytorch-start-kills"),
    Fault("a high rate, Adam", "Accuracy falls or jumps about; many units are dead",
          "Does a lower rate end it?", "Steps that are too large.",
          "A rate of 0.001 from the start.", "dead-rate", {"hidden": "relu"},
          {"learning_rate": 0.0316}, {"learning_rate": 0.001}, claim="death-is-the-loss"),
    Fault("a network that a high rate has damaged", "The rate was too high for some epochs",
          "The units that are 0 on a whole batch.", "Units that no image reaches any more.",
          "Go on at 0.001, with new weights for the dead units.", "revival",
          {"learning_rate": 0.0316}, {"second_phase": "none"}, {"second_phase": "redraw_dead"},
          claim="redraw-mends-more"),
    Fault("sixteen layers of sigmoids, Adam", _STUCK, _COLLAPSED,
          "The mean of a half drowns the signal.", "BatchNormalization before each activation.",
          "depth", {"hidden": "sigmoid", "depth": 16, "initializer": "glorot_uniform"},
          {"normalization": "none"}, {"normalization": "batch"}, claim="batch-norm-rescues"),
    Fault("softmax in four hidden layers, Adam", _STUCK, _COLLAPSED,
          "Outputs that sum to 1 are small and alike.",
          "LayerNormalization after each, or another function.", "softmax-hidden",
          {"hidden": "softmax", "depth": 4}, {"post_normalization": "none"},
          {"post_normalization": "layer"}, claim="softmax-hidden"),
    Fault("no hidden activation", "It stops where a linear model stops", "Is there an activation?",
          "Layers without one are together a single layer.", "Dense(128, activation=\"relu\").",
          "linear-and-step", {"depth": 1, "width": 128, "slope": "own"}, {"hidden": "linear"},
          {"hidden": "relu"}, claim="linear-collapse-trained"),
    Fault("softmax on one unit, 3 against 8", "Accuracy stands at the share of one class",
          "The outputs: all exactly 1?", "Softmax of one number is 1.",
          "One sigmoid, or two units.", "two-units", {}, {"head": "softmax_one_unit"},
          {"head": "sigmoid_one"}, claim="one-unit-softmax-on-threes-and-eights"),
    Fault("softmax twice", "Loss stands well above 0 while accuracy is high",
          "An activation in the model, and from_logits=True?",
          "The loss applies softmax to probabilities.", "Apply it once.", "loss-pairs", {},
          {"head": "double_softmax"}, {"head": "softmax"}, claim="double-softmax-harms"),
    Fault("scores taken for probabilities", "The loss jumps, or stands at 16.12",
          "No activation, and no from_logits=True?", "The loss clips what is not between 0 and 1.",
          "Tell the loss: from_logits=True.", "loss-pairs", {}, {"head": "linear_cce"},
          {"head": "softmax"}),
)  # fmt: skip
"""Each with its cure; what both came to is looked up in the record."""
