r"""The type of an output head: output activation, loss, and how scores are read as predictions.

A head maps scores :math:`z` of shape (batch, outputs), the output layer before its activation, to
outputs :math:`o` of that shape, and compares them with targets :math:`y` of that shape: one-hot
rows, 0/1 for each label, numbers, or what the head itself makes of these. What Keras computes for a
pair of activation and loss is not always what the two names say (`effective_loss` states it):

- `keras.activations.softmax` and `sigmoid` leave their input on the tensor as ``_keras_logits``,
  and *both* cross-entropies silently take it as logits. Their pairs are therefore computed
  stably and are not clipped. But "sigmoid + categorical_crossentropy" written with Keras's own
  sigmoid becomes a *softmax* cross-entropy, and "softmax + binary_crossentropy" one of sigmoids.
  `sigmoid_normalized` and `softmax_bce` use activations without that mark, so that their loss is
  the one that the names say.
- Without the mark, probabilities are clipped to [1e-7, 1 - 1e-7]: beyond it the gradient is zero.
- TensorFlow's softmax cross-entropy returns p - y for its gradient, which is the gradient of its
  loss only where a row of targets sums to 1 (`loss_gradient`).
- `binary_crossentropy`, `hinge` and the squared error average over the outputs.

Keras is imported only where a tensor or a loss is made; all else is NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from activation_study.catalogue import quiet_tensorflow
from activation_study.measures.measure_set import Targets

if TYPE_CHECKING:
    import keras

Map = Callable[[np.ndarray], np.ndarray]
"""Maps scores of shape (examples, outputs)."""

Loss = str | Callable[[Any, Any], Any]
"""Keras's name of a loss, or a function of targets and outputs, both of shape (batch, outputs),
that returns the loss of each example."""


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
        loss: the loss, or one for each kind of targets.
        effective_loss: LaTeX of what Keras computes for one example, as a function of scores z,
            outputs o and targets y.
        description: what the head is, and how its scores become predictions.
        numpy_outputs: scores to outputs, in NumPy.
        readings: kind of targets -> scores to predictions, in NumPy; of another kind the head
            cannot be asked. Predictions of one label are its distribution, those of labels the
            probability of each.
        prior_bias: whether the output bias starts at the log-odds of the task's prior.
        loss_gradient: ``"true"``, or ``"p - y"`` where the gradient that trains is outputs less
            targets though that is not the gradient of the loss shown.
        num_outputs: number K of the task's targets, or of its classes -> width of the output layer;
            0 where the head does not fit that number.
        wanted: (the task's targets, K) -> what the loss is given, in NumPy: classes of shape (n,)
            or a float matrix (n, outputs); None for the targets as they are.
        weights: prior -> what the wanted is multiplied by, of shape (outputs,); None for 1.
        second_readings: as `readings`, by another output activation than the one that trains.
        decide: scores -> the labels that the head itself calls, bool (examples, K), where it needs
            no threshold; None where it does.
    """

    name: str
    output_activation: str | Callable[[Any], Any]
    loss: Loss | Mapping[Targets, Loss]
    effective_loss: str
    description: str
    numpy_outputs: Map
    readings: Mapping[Targets, Map]
    prior_bias: bool = False
    loss_gradient: Literal["true", "p - y"] = "true"
    num_outputs: Callable[[int], int] = same_width
    wanted: Callable[[np.ndarray, int], np.ndarray] | None = None
    weights: Map | None = None
    second_readings: Mapping[Targets, Map] = field(default_factory=dict)
    decide: Map | None = None

    def fits(self, targets: Targets, num_targets: int) -> bool:
        """Whether the head can be read as targets of this kind and number."""
        return targets in self.readings and self.num_outputs(num_targets) > 0

    def make_loss(self, targets: Targets) -> keras.losses.Loss:
        """Return a fresh Keras loss: ``loss(targets, outputs)`` is the mean over the batch.

        Args:
            targets: kind of the targets.
        """
        quiet_tensorflow.load()
        import keras

        loss = self.loss[targets] if isinstance(self.loss, Mapping) else self.loss
        if isinstance(loss, str):
            return getattr(keras.losses, loss.title().replace("_", ""))()
        each = loss

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
        """Return what the network emits for scores, as float64 of their shape (examples, outputs).

        Raises:
            ValueError: `scores` is not a matrix of finite numbers.
        """
        return self.numpy_outputs(_checked(scores))

    def predictions(self, scores: np.ndarray, targets: Targets) -> np.ndarray:
        """Return what scores, shape (examples, outputs), are read as for targets of this kind.

        They are float64 of shape (examples, K). Of one label, every row is non-negative and sums to
        1; of labels, each is from 0 to 1.

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
        decide = self.decide if targets == "labels" else None
        return Read(
            self.predictions(scores, targets),
            second(_checked(scores)) if second else None,
            decide(_checked(scores)) if decide else None,
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
