"""One pass of examples through a model, with every activation seen on the way.

Whatever the model is made of, its layers are called one by one. For the time of the pass, those
that are or have an activation note what goes into it and what comes out; nothing of the model is
built again, and nothing of it is left changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from keras import ops

from activation_study.catalogue import activations
from activation_study.probes.slopes import Function

_LAYERS = (
    keras.layers.ReLU,
    keras.layers.LeakyReLU,
    keras.layers.PReLU,
    keras.layers.ELU,
    keras.layers.Softmax,
)
"""Activations that are layers without an attribute ``activation``."""

_OPAQUE = (
    keras.layers.RNN,
    keras.layers.TimeDistributed,
    keras.layers.MultiHeadAttention,
    keras.layers.GroupQueryAttention,
)
"""Layers whose parts are no hidden layers, or run inside a loop of the backend."""

_OF_LAST_AXIS = (keras.layers.Dense, keras.layers.EinsumDense)


@dataclass(frozen=True)
class Seen:
    """One activation as a pass met it.

    Args:
        name: Of the layer, with a number from its second call in one pass on.
        activation: What the model's author gave: a function, or a layer.
        function: Scores to outputs.
        scores: Tensor that went in.
        outputs: Tensor that came out.
        axis: Axis of the units: channels of a convolution, else the last one.
    """

    name: str
    activation: Any
    function: Function
    scores: Any
    outputs: Any
    axis: int

    def by_unit(self, values: Any) -> np.ndarray:
        """Returns values of the outputs' shape as (examples, units); a position is an example."""
        moved = np.moveaxis(ops.convert_to_numpy(ops.cast(values, "float32")), self.axis, -1)
        return moved.reshape(-1, moved.shape[-1])


@dataclass
class Pass:
    """What was seen of one batch.

    Attributes:
        hidden: The activations in the order in which they ran, without those that give the
            model's outputs.
        first: Input of the first layer that has a kernel; None where none has.
    """

    hidden: list[Seen] = field(default_factory=list)
    first: np.ndarray | None = None
    _data_format: str = ""

    @classmethod
    def of(cls, model: keras.Model, inputs: Any, own: Sequence[type] = ()) -> Pass:
        """Sends a batch through the model as in inference.

        Args:
            model: Any Keras model.
            inputs: What the model is called with.
            own: Classes of layers of the user's own that are activations.
        """
        found = cls()
        parts = _parts(model)
        if not all(part.built for part in [model, *parts] if isinstance(part, keras.Layer)):
            # To build itself, a model calls its layers without values.
            model(inputs, training=False)
            parts = _parts(model)
        with ExitStack() as stack:
            for part in parts:
                found._watch(part, (*_LAYERS, *own), stack)
            outputs = keras.tree.flatten(model(inputs, training=False))
        found._leave_out(outputs)
        return found

    def _watch(self, part: Any, kinds: tuple[type, ...], stack: ExitStack) -> None:
        activation = getattr(part, "activation", None)
        if isinstance(part, kinds) or _is_operation(part):
            stack.enter_context(_replaced(part, "call", self._noting(part, part, part.call)))
        elif callable(activation) and activation is not keras.activations.linear:
            noting = self._noting(part, activation, activation)
            stack.enter_context(_replaced(part, "activation", noting))
        if hasattr(part, "kernel") or hasattr(part, "data_format"):
            stack.enter_context(_replaced(part, "call", self._telling(part)))

    def _noting(self, part: Any, activation: Any, function: Function) -> Function:
        """Returns the function as it is, but that each call is noted."""

        def noted(scores: Any, *args: Any, **kwargs: Any) -> Any:
            outputs = function(scores, *args, **kwargs)
            rank = len(outputs.shape)
            is_first = self._data_format == "channels_first" and not isinstance(part, _OF_LAST_AXIS)
            times = sum(each.name.split(" ")[0] == part.name for each in self.hidden)
            self.hidden.append(
                Seen(
                    name=f"{part.name} ({times + 1})" if times else part.name,
                    activation=activation,
                    function=lambda others: function(others, *args, **kwargs),
                    scores=ops.stop_gradient(scores),
                    outputs=outputs,
                    axis=1 if is_first and rank > 2 else rank - 1,
                )
            )
            return outputs

        return noted

    def _telling(self, part: Any) -> Callable[..., Any]:
        """Returns the call of a layer that also tells its input and the order of its axes."""
        call = part.call

        def told(inputs: Any, *args: Any, **kwargs: Any) -> Any:
            self._data_format = getattr(part, "data_format", None) or self._data_format
            if self.first is None and hasattr(part, "kernel") and ops.is_tensor(inputs):
                self.first = ops.convert_to_numpy(ops.cast(inputs, "float32"))
            return call(inputs, *args, **kwargs)

        return told

    def _leave_out(self, outputs: list[Any]) -> None:
        """Leaves out what the model gives: itself, or the last one in another form."""
        last = self.hidden[-1:] if self.hidden and _is_one_of(self.hidden[-1], outputs) else []
        self.hidden = [
            each
            for each in self.hidden
            if each not in last and not any(each.outputs is output for output in outputs)
        ]


def _parts(model: keras.Model) -> list[Any]:
    """Layers of a model at every depth, and the operations of functional models."""
    found: dict[int, Any] = {}
    waiting = [model]
    while waiting:
        layer = waiting.pop()
        inner = [
            *layer._flatten_layers(include_self=False, recursive=False),
            *(each for each in getattr(layer, "operations", ()) if _is_operation(each)),
        ]
        new = [each for each in inner if id(each) not in found]
        found |= {id(each): each for each in new}
        waiting += [
            each for each in new if isinstance(each, keras.Layer) and not isinstance(each, _OPAQUE)
        ]
    # An activation that is a layer, given to another layer, is noted there.
    given = {id(getattr(each, "activation", None)) for each in found.values()}
    parts = [each for each in found.values() if id(each) not in given]
    return [each for each in parts if not isinstance(each, _OPAQUE)]


def _is_operation(part: Any) -> bool:
    """Whether it is a function of the catalogue in a functional model, such as `ops.relu`."""
    if isinstance(part, keras.Layer) or not isinstance(part, keras.Operation):
        return False
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(part).__name__).lower()
    return name in activations.names() and name != "linear"


def _is_one_of(seen: Seen, outputs: list[Any]) -> bool:
    """Whether a model's output says what an activation gave, cast or reshaped perhaps."""
    values = np.ravel(ops.convert_to_numpy(ops.cast(seen.outputs, "float32")))
    # Where all is equal, a dead layer's zeros for example, equality says nothing.
    if not np.ptp(values) > 0:
        return any(seen.outputs is output for output in outputs)
    sames = (each for each in outputs if np.prod(each.shape) == values.size)
    arrays = (ops.convert_to_numpy(ops.cast(each, "float32")) for each in sames)
    return any(np.array_equal(values, np.ravel(each)) for each in arrays)


@contextmanager
def _replaced(part: Any, name: str, value: Any) -> Iterator[None]:
    """Puts another value in the place of an attribute, past what Keras does when one is set."""
    own = vars(part)
    has_own, before = name in own, own.get(name)
    own[name] = value
    try:
        yield
    finally:
        if has_own:
            own[name] = before
        else:
            del own[name]
