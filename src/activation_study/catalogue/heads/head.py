r"""Output heads: output activation, loss, and how scores are read as predictions.

A head maps scores :math:`z` of shape (batch, K), the output layer before its activation, to outputs
:math:`o` of shape (batch, K), and compares them with targets :math:`y` of the same shape: one-hot
rows, 0/1 for each label, or numbers, as the task's are. What Keras computes for a pair of
activation and loss is not always what the two names say (`effective_loss` states it):

- `keras.activations.softmax` and `sigmoid` leave their input on the tensor as ``_keras_logits``,
  and *both* cross-entropies silently take it as logits. Their pairs are therefore computed
  stably and are not clipped. But "sigmoid + categorical_crossentropy" written with Keras's own
  sigmoid becomes a *softmax* cross-entropy. `sigmoid_normalized` uses a sigmoid without that mark,
  so that its loss is the one that the names say.
- Without the mark, probabilities are clipped to [1e-7, 1 - 1e-7]: beyond it the gradient is zero.
- `binary_crossentropy` and `mean_squared_error` average over the K classes.

Keras is imported only where a tensor or a loss is made; all else is NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from activation_study.catalogue import quiet_tensorflow
from activation_study.catalogue.heads import functions
from activation_study.measures.measure_set import Targets
from activation_study.registry import Registry

if TYPE_CHECKING:
    import keras

_LOSSES = {
    "categorical_crossentropy": "CategoricalCrossentropy",
    "binary_crossentropy": "BinaryCrossentropy",
    "mean_squared_error": "MeanSquaredError",
}

Map = Callable[[np.ndarray], np.ndarray]
"""Maps scores of shape (examples, outputs)."""


def same_width(num_targets: int) -> int:
    """One output for each target."""
    return num_targets


class Read(NamedTuple):
    """What scores are read as: `Head.readings`, and `second_readings` and `decide` if any."""

    predictions: np.ndarray
    second: np.ndarray | None
    decided: np.ndarray | None


@dataclass(frozen=True)
class Head:
    """An output activation with its loss.

    Attributes:
        name: the name used in an experiment.
        output_activation: what `keras.layers.Activation` takes: a Keras name or a function.
        loss: Keras's name of the loss, or a function of targets and outputs, both of shape (batch,
            outputs), that returns the loss of each example.
        effective_loss: LaTeX of what Keras computes for one example, as a function of scores z,
            outputs o and targets y.
        description: one sentence on the head and on how its outputs become a distribution.
        numpy_outputs: scores to outputs, in NumPy.
        readings: kind of targets -> scores to predictions, in NumPy; of another kind the head
            cannot be asked. Predictions of one label are its distribution, those of labels the
            probability of each.
        prior_bias: whether the output bias starts at the log-odds of the task's prior.
        loss_gradient: ``"true"``, or ``"p - y"`` where the gradient that trains is outputs less
            targets though that is not the gradient of the loss shown.
        num_outputs: number K of the task's targets -> width of the output layer.
        wanted: (the task's targets, K) -> what the loss is given, in NumPy: classes of shape (n,)
            or a float matrix (n, outputs); None for the targets as they are.
        second_readings: as `readings`, by another output activation than the one that trains.
        decide: scores -> the labels that the head itself calls, bool (examples, K), where it needs
            no threshold; None where it does.
    """

    name: str
    output_activation: str | Callable[[Any], Any]
    loss: str | Callable[[Any, Any], Any]
    effective_loss: str
    description: str
    numpy_outputs: Map
    readings: Mapping[Targets, Map]
    prior_bias: bool = False
    loss_gradient: Literal["true", "p - y"] = "true"
    num_outputs: Callable[[int], int] = same_width
    wanted: Callable[[np.ndarray, int], np.ndarray] | None = None
    second_readings: Mapping[Targets, Map] = field(default_factory=dict)
    decide: Map | None = None

    def make_loss(self) -> keras.losses.Loss:
        """Return a fresh Keras loss: ``loss(targets, outputs)`` is the mean over the batch."""
        quiet_tensorflow.load()
        import keras

        if isinstance(self.loss, str):
            return getattr(keras.losses, _LOSSES[self.loss])()

        each = self.loss

        class Own(keras.losses.Loss):
            def call(self, y_true: Any, y_pred: Any) -> Any:
                return each(y_true, y_pred)

        return Own()

    def initial_bias(self, prior: float | np.ndarray) -> float | np.ndarray:
        """Return the initial bias of the output layer: 0, or the log-odds of the prior.

        There every sigmoid says how often a target is 1; for K equal classes it is -ln(K - 1).
        """
        if not self.prior_bias:
            return 0.0
        log_odds = -np.log(1.0 / np.asarray(prior) - 1.0)
        return log_odds if log_odds.ndim else float(log_odds)

    def outputs(self, scores: np.ndarray) -> np.ndarray:
        """Return what the network emits for scores, shape (examples, K), as float64 of that shape.

        Raises:
            ValueError: `scores` is not a matrix of finite numbers.
        """
        return self.numpy_outputs(_checked(scores))

    def predictions(self, scores: np.ndarray, targets: Targets) -> np.ndarray:
        """Return what scores, shape (examples, K), are read as where targets are of this kind.

        They are float64 of shape (examples, targets). Of one label, every row is non-negative and
        sums to 1.

        Raises:
            ValueError: `scores` is not a matrix of finite numbers, or the head cannot be read so.
        """
        if targets not in self.readings:
            raise ValueError(
                f"head {self.name!r} cannot be read as {targets}; accepted: "
                f"{', '.join(self.readings)}."
            )
        return self.readings[targets](_checked(scores))

    def read(self, scores: np.ndarray, targets: Targets) -> Read:
        """Return all that scores of shape (examples, outputs) are read as.

        Raises:
            ValueError: As of `predictions`.
        """
        second = self.second_readings.get(targets)
        return Read(
            self.predictions(scores, targets),
            second(_checked(scores)) if second else None,
            self.decide(_checked(scores)) if self.decide else None,
        )


def _checked(scores: np.ndarray) -> np.ndarray:
    array = np.asarray(scores, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] < 1:
        raise ValueError(
            f"scores: received an array of shape {array.shape}; accepted: (examples, classes)."
        )
    if not np.isfinite(array).all():
        raise ValueError(
            "scores: received values that are not finite; accepted: finite scores. "
            "A run whose scores are not finite has diverged and has no distribution."
        )
    return array


_SIGMOID_LOSS = (
    r"\frac{1}{K}\sum_k \left[\ln(1 + e^{z_k}) - y_k z_k\right]"
    r"\quad\text{(from the scores, not clipped)}"
)
_SIGMOIDS: Mapping[Targets, Callable[[np.ndarray], np.ndarray]] = {
    "one label": functions.normalized_sigmoid,
    "labels": functions.sigmoid,
}
_NORMALIZED = "Outputs divided by their sum are the distribution."

# fmt: off
HEADS = Registry("head", [
    Head("softmax", "softmax", "categorical_crossentropy",
         r"\ln\sum_j e^{z_j} - \sum_k y_k z_k\quad\text{(from the scores, not clipped)}",
         "Softmax with categorical cross-entropy. Outputs are the distribution.",
         functions.softmax, {"one label": functions.softmax, "labels": functions.softmax}),
    Head("sigmoid", "sigmoid", "binary_crossentropy", _SIGMOID_LOSS,
         f"K independent sigmoids with binary cross-entropy. {_NORMALIZED}",
         functions.sigmoid, _SIGMOIDS),
    Head("sigmoid_prior", "sigmoid", "binary_crossentropy", _SIGMOID_LOSS,
         "As sigmoid, with the output bias started at the log-odds of the prior, -ln(K - 1) for K "
         f"classes of one frequency, so that every output starts near it. {_NORMALIZED}",
         functions.sigmoid, _SIGMOIDS, prior_bias=True),
    Head("sigmoid_normalized", functions.unmarked_sigmoid, "categorical_crossentropy",
         r"-\sum_k y_k \ln\operatorname{clip}\left("
         r"\frac{\sigma(z_k)}{\sum_j \sigma(z_j)},\,10^{-7},\,1 - 10^{-7}\right)",
         "Sigmoid with categorical cross-entropy, which divides its inputs by their sum. "
         f"{_NORMALIZED}",
         functions.sigmoid, {"one label": functions.normalized_sigmoid}),
    Head("softmax_mse", "softmax", "mean_squared_error",
         r"\frac{1}{K}\sum_k \left(\operatorname{softmax}(z)_k - y_k\right)^2",
         "Softmax with squared error. Outputs are the distribution.",
         functions.softmax, {"one label": functions.softmax}),
    Head("sigmoid_mse", "sigmoid", "mean_squared_error",
         r"\frac{1}{K}\sum_k \left(\sigma(z_k) - y_k\right)^2",
         f"K independent sigmoids with squared error. {_NORMALIZED}",
         functions.sigmoid, _SIGMOIDS),
    Head("linear_mse", "linear", "mean_squared_error",
         r"\frac{1}{K}\sum_k \left(z_k - y_k\right)^2",
         "Linear outputs with squared error. Outputs clipped at 0 and divided by their sum are the "
         "distribution; it is uniform where no output is positive.",
         functions.identity,
         {"one label": functions.normalized_positive_part, "numbers": functions.identity}),
    Head("double_softmax", functions.double_softmax, "categorical_crossentropy",
         r"\ln\sum_j e^{p_j} - \sum_k y_k p_k,\quad p = \operatorname{softmax}(z)",
         "Negative control: a softmax before a loss that applies its own. "
         "Outputs are the distribution.",
         functions.softmax_twice, {"one label": functions.softmax_twice}),
])
# fmt: on
names, get, register = HEADS.names, HEADS.get, HEADS.add
