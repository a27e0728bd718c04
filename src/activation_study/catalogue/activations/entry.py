"""One hidden activation with what is known about it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

from activation_study.catalogue import quiet_tensorflow
from activation_study.catalogue.activations.own_layers import OwnLayer

if TYPE_CHECKING:
    import keras

Kind = Literal["elementwise", "layerwise", "learned"]
Saturation = Literal["none", "left", "right", "both"]


@dataclass(frozen=True)
class Activation:
    r"""A hidden activation: a function of scores (pre-activations) and its stated properties.

    The range of a layerwise entry holds for every layer; its other properties are those of the
    first unit's output as a function of its own score, in a layer of two units whose other score
    is 0. Those of a learned entry hold at its initial parameters. What is not known of a user's
    own layerwise function, as it depends on the layer's width, is None, or NaN for a number.

    Attributes:
        name: in snake case, as in `keras.activations`.
        kind: ``elementwise``; ``layerwise`` where an output depends on all scores of the layer;
            ``learned`` where the function has trainable parameters or pieces of its own.
        formula: LaTeX, in the score :math:`z`, without dollar signs.
        reference: short citation.
        range: infimum and supremum of the outputs.
        zero_centred: the function is odd, f(-z) = -f(z), so that scores symmetric about 0 give
            outputs of mean 0. ELU and its kin only approach this and are not zero-centred in this
            sense.
        monotone: never decreasing in z.
        bounded: both ends of the range are finite.
        saturates: where the derivative tends to 0: for z to minus infinity (left), plus infinity
            (right), both, none.
        lipschitz: supremum of \|f'\| as backpropagation sees it (inf where there is none). Where
            `continuous` is False this bounds the slope between the jumps, and the function itself
            is not Lipschitz.
        slope_at_zero: f'(0); at a kink or jump the value that Keras's backpropagation uses.
        initializer: recommended Keras initializer of the weights before it.
        trainable: False where the derivative vanishes almost everywhere.
        width_factor: scores needed for each unit.
        continuous: False where the function jumps.
        function: the tensor function of a user's own activation, or what makes its layers; None for
            the built-in ones, found by name.
        mixes_units: the function is a layer of a user's own whose outputs depend on several scores.
        digest: of the code of a user's own activation and of the values that it reads.
        stated: what a user stated of it; the rest was measured.
    """

    name: str
    kind: Kind
    formula: str
    reference: str
    range: tuple[float, float]
    zero_centred: bool
    monotone: bool | None
    bounded: bool | None
    saturates: Saturation | None
    lipschitz: float
    slope_at_zero: float
    initializer: str
    trainable: bool = True
    width_factor: int = 1
    continuous: bool = True
    function: Callable[..., Any] | None = field(default=None, repr=False)
    mixes_units: bool = False
    digest: str = field(default="", repr=False)
    stated: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def make_layer(self, name: str) -> keras.layers.Layer:
        """Return a fresh Keras layer: (batch, width * width_factor) scores to (batch, width)."""
        functions = _functions()
        import keras

        if isinstance(self.function, OwnLayer):
            return self.function.make(name)
        if self.kind == "learned":
            return functions.make_learned_layer(self.name, name)
        return keras.layers.Activation(self._tensor_function(), name=name)

    def __call__(self, scores: Any) -> Any:
        """Return the outputs for scores; learned entries at their initial parameters."""
        functions = _functions()
        return self._tensor_function()(functions.as_scores(scores))

    def slope(self, scores: Any, layer: keras.layers.Layer | None = None) -> Any:
        """Return the derivative at each score, a tensor of the scores' shape.

        Elementwise and learned: by autodiff. Layerwise: the diagonal of the Jacobian, how much a
        unit's output follows its own score.

        Args:
            scores: float tensor of shape (..., units).
            layer: one that `make_layer` made, with what it has learned since; by default the entry
                at its initial parameters.
        """
        functions = _functions()
        tensor = functions.as_scores(scores)
        closed = functions.CLOSED_SLOPES.get(self.name) if self.function is None else None
        if closed is not None:
            return closed(tensor)
        function = layer if layer is not None else self._tensor_function()
        if self.kind == "layerwise" or self.mixes_units:
            return functions.jacobian_diagonal(function, tensor)
        return functions.gradient_slope(function, tensor)

    def _tensor_function(self) -> Callable[..., Any]:
        functions = _functions()
        return functions.resolve(self.name) if self.function is None else self.function


def _functions() -> ModuleType:
    """Imports the module of the functions when one is called: it needs TensorFlow."""
    # In a graph that TensorFlow is tracing there is nothing left to load, and no source to trace.
    if "tensorflow" not in sys.modules:
        quiet_tensorflow.load()

    from activation_study.catalogue.activations import functions

    return functions
