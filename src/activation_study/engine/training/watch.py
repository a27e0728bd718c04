"""What is measured while and after a network trains, collected into tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from activation_study.catalogue.parts import Parts
from activation_study.engine.training.hidden_layers import LayerLook
from activation_study.engine.training.loop import Evaluation
from activation_study.measures.layers import dead_units
from activation_study.measures.layers.gradient_geometry import geometry
from activation_study.measures.measure_set import Scored, Table
from activation_study.measures.metrics import AVERAGED

EARLY_WINDOWS = 40
"""Windows into which the training losses of the first epoch are averaged."""


class Watch:
    """Collects what is seen before the first step and after each epoch."""

    def __init__(self, parts: Parts, lipschitz: float) -> None:
        self._parts = parts
        self._lipschitz = lipschitz
        self.history: list[dict[str, float]] = []
        self.validation: dict[str, Scored] = {}
        self.early: Table = {"step": [], "train_loss": []}
        self._accuracies = np.array([])
        self._layers: list[dict[str, float]] = []
        self._dead: list[list[np.ndarray]] = []
        self._gradient_dead: list[list[np.ndarray]] = []
        self._dead_all: list[list[np.ndarray]] = []

    def record_early(self, losses: np.ndarray, accuracies: np.ndarray) -> None:
        """Averages over windows of (nearly) equal size.

        Args:
            losses: Of each step of the first epoch.
            accuracies: The same; empty where the task has none.
        """
        self._accuracies = accuracies
        seen = {"train_loss": losses, "train_accuracy": accuracies}
        windows = {
            name: np.array_split(values, min(EARLY_WINDOWS, len(values)))
            for name, values in seen.items()
            if values.size
        }
        self.early = {
            "step": np.cumsum([len(window) for window in windows["train_loss"]]).tolist(),
            **{name: [float(each.mean()) for each in parts] for name, parts in windows.items()},
        }

    def record(
        self,
        train_loss: float,
        validation: Mapping[str, Evaluation],
        targets: np.ndarray,
        layers: list[LayerLook],
        dead: list[np.ndarray] | None,
    ) -> None:
        """Records one moment: epoch 0 is before the first step.

        Args:
            train_loss: Mean loss of the epoch's steps.
            validation: The validation part, by the prefix of the reading.
            targets: Of the validation part.
            layers: The hidden layers on the probe set.
            dead: Which of their units are 0 on every training image. None at the moments between
                birth, epoch 1 and the end, when it costs too much; as does the gradients' geometry.
        """
        epoch = len(self.history)
        row = {"epoch": epoch, "train_loss": train_loss}
        for reading, evaluation in validation.items():
            scored = self.validation[reading] = read(self._parts, evaluation, targets)
            quality = self._parts.task.measures.watch(scored.predictions, targets)
            row[f"{reading}validation_loss"] = evaluation.loss
            row |= {f"{reading}validation_{name}": value for name, value in quality.items()}
        self.history.append(row)
        for number, layer in enumerate(layers, start=1):
            summary = dead_units.layer_summary(layer.activations, layer.slopes, self._lipschitz)
            of_gradient = {
                "gradient_norm": float(layer.gradient_norm),
                "gradient_to_kernel": float(layer.gradient_to_kernel),
            }
            row = {"epoch": epoch, "layer": number} | summary | of_gradient
            if dead:
                is_finite = math.isfinite(summary["dead"])
                row["dead_all"] = float(dead[number - 1].mean()) if is_finite else math.nan
                if layer.inputs is not None and layer.errors is not None:
                    row |= geometry(layer.inputs, layer.errors)
            self._layers.append(row)
        if dead:
            self._dead_all.append(dead)
        self._dead.append([dead_units.dead(layer.activations) for layer in layers])
        self._gradient_dead.append([dead_units.gradient_dead(layer.slopes) for layer in layers])

    def tables(self) -> dict[str, Table]:
        """The tables that every run has."""
        return {
            "history": _columns(self.history),
            "early": self.early,
            "layers": _columns(self._layers),
            "units": self._life_histories(),
        }

    def summarize(self, targets: np.ndarray) -> dict[str, Any]:
        """The part of a run's summary that every run has: outcome, validation, course.

        Args:
            targets: Of the validation part.
        """
        measures, last = self._parts.task.measures, self.history[-1]
        history = {name: np.array([row[name] for row in self.history], float) for name in last}
        averaged = history | {
            name.removeprefix(AVERAGED): column
            for name, column in history.items()
            if name.startswith(AVERAGED)
        }
        outcome, course = measures.outcome(history, targets, self._accuracies)
        _, averaged_course = measures.outcome(averaged, targets, self._accuracies)
        return {
            "diverged": outcome != "",
            "divergence": outcome,
            **{name: last[name] for name in measures.summary if name in last},
            **course,
            **{AVERAGED + name: averaged_course[name] for name in measures.averaged_course},
        }

    def _life_histories(self) -> Table:
        """Epoch by epoch, whether a unit was dead: only units that ever were."""
        # Birth, epoch 1 and end, which coincide in a run of fewer epochs.
        landmarks = [*self._dead_all, *self._dead_all[-1:] * 2][:3]
        histories = {
            "dead": self._dead,
            "gradient_dead": self._gradient_dead,
            "dead_all": landmarks,
        }
        table: Table = {name: [] for name in ("layer", "unit", *histories)}
        for layer in range(len(self._dead[0])):
            columns = dead_units.unit_histories(
                *(np.array([look[layer] for look in looks]) for looks in histories.values())
            )
            table["layer"] += [layer + 1] * len(columns["unit"])
            for name, values in columns.items():
                table[name] += values
        return table


def read(parts: Parts, evaluation: Evaluation, targets: np.ndarray) -> Scored:
    """What an evaluation predicts, as the head is read for the task; NaN after divergence."""
    if not np.isfinite(evaluation.scores).all():
        nothing = np.full((len(targets), parts.task.num_outputs), np.nan)
        return Scored(nothing, evaluation.outputs, targets)
    read = parts.head.read(evaluation.scores, parts.task.targets)
    return Scored(read.predictions, evaluation.outputs, targets, read.second, read.decided)


def _columns(rows: list[dict[str, Any]]) -> Table:
    """Columns of rows, of which some have no value for some."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}
