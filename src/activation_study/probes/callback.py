"""A Keras callback that counts, after each epoch, the units that have stopped working."""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import pandas as pd
from keras import ops

from activation_study.checks import real_number, whole_number
from activation_study.errors import DeadUnitsWarning
from activation_study.probes import causes, drawing
from activation_study.probes.counts import MEASURES, Counts
from activation_study.probes.passes import Pass, Seen
from activation_study.probes.slopes import (
    SOFTMAX_STEEPEST,
    mixes_units,
    slopes,
    softmax_slopes,
    steepest,
)
from activation_study.registry import shown
from activation_study.report.drawing.picture import Picture

LOGGED = ("dead", "gradient_dead", "saturated", "dormant_025")
"""Measures that go into the logs of an epoch."""

_WITHIN = ("activation_study.", "keras.")


class DeadUnits(keras.callbacks.Callback):
    """Counts the units of each hidden layer that have stopped working, on a probe set.

    It looks before the first step and after each epoch, at every activation of the model but that
    of its outputs: an argument of a layer, a layer of its own, or an operation of a functional
    model. A unit is a channel over all positions where the layer is a convolution, and over all
    steps where it is a sequence. Not seen are functions that a model of your own calls itself
    without a layer, and what is inside of recurrent and attention layers.

    Each look puts shares of units into the ``logs`` of the epoch, so that ``history`` has them and
    ``EarlyStopping`` can watch them: ``dead`` (0 for every example), ``gradient_dead`` (the
    activation's slope is below a millionth for every example), ``saturated`` (share of pairs of
    unit and example where the slope is under 5 % of its maximum; NaN where that is not known), and
    ``dormant_025`` (mean size at most 2.5 % of the layer's; Sokar et al., 2023). They are means
    over all hidden units; ``dense_dead`` is that of the layer ``dense``. The table also has
    ``dormant_0`` and ``dormant_100``.

    Where a layer has lost more than ``warn_above`` of its units, one `DeadUnitsWarning` says so,
    with the likely cause.

    Args:
        x_probe: Examples as ``fit`` gets them: an array, or a list or dict of arrays for a model of
            several inputs. A thousand will do: the fewer there are, the more units are silent on
            all. The same as in training tell of training, held-out ones do as well.
        batch_size: Examples that are looked at together.
        per_layer: Whether the ``logs`` have the layers, too; the table always has.
        warn_above: Share of a layer's dead, or gradient-dead, units above which it warns.
        activation_layers: Classes of your own layers that are activations.

    Attributes:
        table: One row a look and layer: ``epoch`` (0 before the first step), ``layer`` (from 1),
            ``name``, ``units``, and the measures.
        warning: What it warned of; None where there was nothing.

    Raises:
        ValueError: There is no example, or the parts of the probe set differ in number.
    """

    def __init__(
        self,
        x_probe: Any,
        *,
        batch_size: int = 128,
        per_layer: bool = True,
        warn_above: float = 0.2,
        activation_layers: Sequence[type[keras.layers.Layer]] = (),
    ) -> None:
        super().__init__()
        self._probe = keras.tree.map_structure(_array, x_probe)
        self.examples = _number_of(self._probe)
        self._batch_size = whole_number("batch_size", batch_size, 1, 1_000_000)
        self._per_layer = per_layer
        self._limit = real_number("warn_above", warn_above, 0.0, 1.0)
        self._own = tuple(activation_layers)
        self._begin()

    def _begin(self) -> None:
        self._looks: list[pd.DataFrame] = []
        self.warning: str | None = None

    @property
    def table(self) -> pd.DataFrame:
        """All looks so far."""
        if not self._looks:
            return pd.DataFrame(columns=["epoch", "layer", "name", "units", *MEASURES])
        return pd.concat(self._looks, ignore_index=True)

    def look(self, model: keras.Model) -> pd.DataFrame:
        """Counts the units of a model as it is now; needs no training, and keeps nothing.

        Returns:
            The columns of ``table``, without ``epoch``: one row a hidden layer.

        Raises:
            ValueError: The model refuses the probe set, or no hidden activation was found.
        """
        return self._look(model)[0]

    def _look(self, model: keras.Model) -> tuple[pd.DataFrame, causes.Inputs]:
        watched: dict[str, _Watched] = {}
        inputs = causes.Inputs()
        for start in range(0, self.examples, self._batch_size):
            seen = self._pass(model, start)
            if seen.first is not None:
                inputs.add(seen.first)
            for each in seen.hidden:
                if each.name not in watched:
                    watched[each.name] = _Watched(each)
                watched[each.name].add(each)
        if not watched:
            raise ValueError(
                f"DeadUnits found no hidden activation in the model {model.name!r}. Seen are those "
                "that are an argument of a layer, such as Dense(64, 'relu'), or a layer of their "
                "own, such as keras.layers.ReLU(). If a model of your own calls functions in their "
                "place, use keras.layers.Activation; name classes of your own with "
                "activation_layers=[...]."
            )
        rows = [
            {"layer": layer, "name": name, "units": each.counts.units} | each.counts.shares()
            for layer, (name, each) in enumerate(watched.items(), start=1)
        ]
        return pd.DataFrame(rows), inputs

    def set_model(self, model: keras.Model) -> None:
        """Starts anew where it is given another model."""
        if self._model is not model:
            self._begin()
        super().set_model(model)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Looks at the model before its first step."""
        if not self._looks:
            self._record({})

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Looks at the model after an epoch; a second ``fit`` goes on counting epochs."""
        self._record({} if logs is None else logs)

    def plot(self) -> Picture:
        """Draws the shares over the epochs, a line each hidden layer.

        Raises:
            ValueError: Nothing has been counted yet.
        """
        if not self._looks:
            raise ValueError("nothing is counted yet: give the callback to model.fit first.")
        return drawing.working_units(self.table, self.examples)

    def _record(self, logs: dict[str, Any]) -> None:
        rows, inputs = self._look(self.model)
        self._looks.append(rows.assign(epoch=len(self._looks))[["epoch", *rows]])
        units = rows["units"] / rows["units"].sum()
        logs |= {name: float((rows[name] * units).sum(skipna=False)) for name in LOGGED}
        if self._per_layer:
            for _, row in rows.iterrows():
                logs |= {f"{row['name']}_{name}": float(row[name]) for name in LOGGED}
        self._warn(inputs)

    def _warn(self, inputs: causes.Inputs) -> None:
        if self.warning:
            return
        optimizer = getattr(self.model, "optimizer", None)
        rate = getattr(optimizer, "learning_rate", math.nan)
        rate = float(ops.convert_to_tensor(rate))
        self.warning = causes.warning(self.table, inputs, rate, self.examples, self._limit)
        if self.warning:
            warnings.warn(self.warning, DeadUnitsWarning, stacklevel=_frames_to_the_user())

    def _pass(self, model: keras.Model, start: int) -> Pass:
        end = start + self._batch_size
        batch = keras.tree.map_structure(lambda part: part[start:end], self._probe)
        tensors = keras.tree.map_structure(ops.convert_to_tensor, batch)
        try:
            return Pass.of(model, tensors, self._own)
        except Exception as error:
            got = keras.tree.map_structure(lambda part: part.shape, self._probe)
            raise ValueError(
                f"DeadUnits: the model {model.name!r} cannot be called with the probe set, of "
                f"shape {got} ({type(error).__name__}: {str(error).splitlines()[0]}). Give x_probe "
                "as fit gets its x, without the labels."
            ) from error

    def _repr_html_(self) -> str:
        """Shows the lines over the epochs, and the last look."""
        if not self._looks:
            return f"<p>{self}</p>"
        return self.plot()._repr_html_() + drawing.last_look(self.table)._repr_html_()

    def __str__(self) -> str:
        """Returns the last look as text."""
        if not self._looks:
            return f"DeadUnits on {self.examples:,} probe examples: nothing is counted yet"
        return str(drawing.last_look(self.table))


def _frames_to_the_user() -> int:
    """Returns how far above the caller ``fit`` was called: neither here nor within Keras."""
    frame = sys._getframe(1)
    level = 1
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(_WITHIN):
        frame, level = frame.f_back, level + 1
    return level


class _Watched:
    """One activation, batch by batch.

    Args:
        seen: It on the first of them.
    """

    def __init__(self, seen: Seen) -> None:
        self._is_softmax = False
        self._mixes = mixes_units(seen.function, seen.scores)
        if self._mixes:
            expected = ops.convert_to_numpy(ops.softmax(seen.scores, axis=-1))
            found = ops.convert_to_numpy(seen.outputs)
            self._is_softmax = np.allclose(found, expected, atol=1e-6)
            self.counts = Counts(SOFTMAX_STEEPEST if self._is_softmax else math.nan)
        else:
            self.counts = Counts(steepest(seen.activation, seen.function, seen.scores))

    def add(self, seen: Seen) -> None:
        """Counts a batch."""
        if not self._mixes:
            found = slopes(seen.function, seen.scores)
        elif self._is_softmax:
            found = softmax_slopes(seen.outputs)
        else:
            # How far a unit follows its own score alone is not known.
            found = ops.full_like(seen.outputs, math.nan)
        self.counts.add(seen.by_unit(seen.outputs), seen.by_unit(found))


def _array(part: Any) -> np.ndarray:
    """Returns a part of the probe set as an array, floats in Keras's own precision."""
    if isinstance(part, keras.utils.PyDataset) or hasattr(part, "element_spec"):
        raise ValueError(
            f"x_probe: received {shown(part)}; accepted are arrays: take a batch of the dataset, "
            "such as next(iter(dataset))[0]."
        )
    array = ops.convert_to_numpy(part) if ops.is_tensor(part) else np.asarray(part)
    if array.dtype.kind not in "biuf" or array.ndim == 0:
        raise ValueError(
            f"x_probe: received {shown(part)}; accepted is an array of numbers, one row an example."
        )
    return array.astype(keras.config.floatx()) if array.dtype.kind == "f" else array


def _number_of(probe: Any) -> int:
    numbers = {len(part) for part in keras.tree.flatten(probe)}
    if len(numbers) != 1 or numbers == {0}:
        raise ValueError(
            f"x_probe must have one number of examples, at least one; received {sorted(numbers)}."
        )
    return numbers.pop()
