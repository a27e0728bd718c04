"""The frozen description of one training run, and its content key."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from activation_study.catalogue.activations.own_layers import OwnLayer
from activation_study.catalogue.activations.registry import Activation
from activation_study.catalogue.parts import Parts
from activation_study.checks import check_name, real_number, whole_number
from activation_study.experiment.combinations import check_together
from activation_study.experiment.fields import (
    DEFAULT_LEARNING_RATE,
    FOUNDING_FIELDS,
    GRAPH_FIELDS,
    PROTOCOLS,
    REAL_NUMBERS,
    WHOLE_NUMBERS,
    accepted_names,
)
from activation_study.files import canonical, sha256
from activation_study.registry import shown

T = TypeVar("T")


def _names_its_fields(made: type[T]) -> type[T]:
    """Lets a class refuse other fields than its own with the nearest name, as a ValueError."""
    initialize = made.__init__

    @functools.wraps(initialize)
    def checked(self: T, *unnamed: Any, **fields: Any) -> None:
        if unnamed:
            raise ValueError(
                f"an experiment's fields are given by name, {FIELDS[0]}=... for example; received "
                f"{shown(unnamed[0])} without one"
            )
        check_fields(fields)
        initialize(self, **fields)

    made.__init__ = checked  # type: ignore[assignment, method-assign]
    return made


@_names_its_fields
@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One training run, described completely: what is equal here trains to equal weights.

    Args:
        dataset: Name in ``catalogue.datasets``.
        task: Name in ``catalogue.tasks``.
        hidden: Hidden activation: a name in ``catalogue.activations``; a callable that maps a
            tensor of scores to a tensor of the same shape; or a layer of Keras, its class or a
            function without arguments that returns one: each hidden layer trains its own copy.
        head: Name in ``catalogue.heads``: output activation with its loss; one that can be read as
            the task's targets are.
        architecture: ``"mlp"``, or ``"cnn"``: 3 x 3 convolutions, each with its activation and
            2 x 2 max pooling.
        depth: Number of hidden layers, 0 to 64 (``cnn``: 1 to 4).
        width: Units in each hidden layer (``cnn``: channels).
        normalization: ``"none"``, ``"batch"`` or ``"layer"``, applied before the activation.
        initializer: Keras initializer of every kernel; ``"recommended"``: the one that the
            catalogue recommends for the hidden activation; ``"pytorch"``: PyTorch's default, of
            biases too; ``"gain"``: normal, of variance 1 / (fan-in E f(Z)^2), Z the standard
            normal, and Glorot's for the outputs: He's for ReLU; ``"centred_gain"``:
            the same with f's variance, and biases that take f's mean off.
        bias_initial_value: Initial bias of the hidden layers.
        optimizer: ``"adam"``, ``"sgd"``, or ``"momentum"``: SGD with 0.9 of it; with Keras's
            defaults apart from the rate.
        learning_rate: Step size, above 0.
        batch_size: Examples a step; the last step of an epoch takes what is left.
        epochs: Passes over the training part; 0 for the untrained network.
        train_size: Training examples used, or None for the whole training part.
        label_noise: Share of the training labels replaced by a wrong one, drawn uniformly; 0 where
            the task knows no wrong labels.
        seed: One seed for the split, the initial weights, the batch order and the label noise, each
            on a stream of its own.
        evaluation: ``"test"``: the test set is read once, at the end; ``"validation"``: it is not
            read at all, which is what tuning runs want; ``"beyond"``: as ``"test"``, and then the
            network is shown images of no class and the test set moved, where one label is right.
        protocol: What is recorded: 2 has more columns than 1, from equal training.
        rate_decay: ``"none"``, or ``"linear"``: from the learning rate at the first step to 0 after
            the last.
        input_scale: What pixels become: ``"unit"`` 0 to 1, ``"raw"`` 0 to 255, ``"signed"`` -1 to
            1, or ``"standard"``: of mean 0 and spread 1 over MNIST.
        dead_share: Share of the units of every hidden layer, the first ones, that a bias of -1,000
            keeps from ever firing, so that they never learn.
        post_normalization: ``"none"``, or ``"layer"``: after the activation, each example's outputs
            are standardised over the units, without parameters.
        bottleneck: Units of a linear layer between the hidden layers and the scores, which limits
            the rank of the scores; None for no such layer.
        slope: Derivative of the hidden activation that backpropagation uses: its ``"own"``, that
            ``"flipped"`` in sign, or that of an elementwise activation of this name.
        second_phase: What changes after the epochs, for further ones: ``"none"``,
            ``"lower_rate"``, also ``"redraw_dead"``: units that are 0 on the whole probe set get
            new weights, and nothing reads them yet, or ``"swap_leaky_relu"``: this activation, with
            the weights as they are. The moments of the optimizer and the average of the weights
            begin anew.
        second_epochs: Passes of the second phase; 0 where there is none.
        second_learning_rate: Step size of the second phase.
        confident_start: Initial bias c of the outputs, beside the head's own: c of the first and -c
            of the others.
        negatives: Share of the training images that are added once more, with their blocks of 7 x 7
            pixels in another order, as images of no class; 0 where not one label is right.

    Raises:
        ValueError: There is no such field, or a value is not accepted; says what was received, what
            is accepted and, for a name, the nearest accepted one.
    """

    dataset: str = "mnist"
    task: str = "digits"
    hidden: str | Callable[[Any], Any] = "relu"
    head: str = "softmax"
    architecture: str = "mlp"
    depth: int = 2
    width: int = 128
    normalization: str = "none"
    initializer: str = "glorot_uniform"
    bias_initial_value: float = 0.0
    optimizer: str = "adam"
    learning_rate: float = DEFAULT_LEARNING_RATE
    batch_size: int = 128
    epochs: int = 10
    train_size: int | None = None
    label_noise: float = 0.0
    seed: int = 0
    evaluation: str = "test"
    protocol: int = PROTOCOLS[-1]
    rate_decay: str = "none"
    input_scale: str = "unit"
    dead_share: float = 0.0
    post_normalization: str = "none"
    bottleneck: int | None = None
    slope: str = "own"
    second_phase: str = "none"
    second_epochs: int = 0
    second_learning_rate: float = DEFAULT_LEARNING_RATE
    confident_start: float = 0.0
    negatives: float = 0.0

    def __post_init__(self) -> None:
        for field, accepted in accepted_names().items():
            if field != "hidden":
                check_name(field, getattr(self, field), accepted)
        hidden = self.parts.activation
        if hidden.function is None:
            object.__setattr__(self, "hidden", hidden.name)
        elif isinstance(hidden.function, OwnLayer) and not isinstance(self.hidden, str):
            # What makes layers travels with a pickled experiment; a layer of Keras does not.
            object.__setattr__(self, "hidden", hidden.function)
        for field, (low, high) in WHOLE_NUMBERS.items():
            object.__setattr__(self, field, whole_number(field, getattr(self, field), low, high))
        for field, (lowest, highest) in REAL_NUMBERS.items():
            number = real_number(field, getattr(self, field), lowest, highest)
            object.__setattr__(self, field, number)
        if self.bottleneck is not None:
            size = whole_number("bottleneck", self.bottleneck, 1, 65_536)
            object.__setattr__(self, "bottleneck", size)
        available = self.parts.dataset.train_size
        if self.train_size is not None:
            size = whole_number("train_size", self.train_size, 1, available)
            # The whole training part has one spelling, so that it has one key.
            object.__setattr__(self, "train_size", None if size == available else size)
        check_together(self)

    def replace(self, **changes: Any) -> Experiment:
        """Returns the same experiment with some fields changed, validated anew.

        Raises:
            ValueError: A field does not exist or its value is not accepted.
        """
        check_fields(changes)
        if not changes.keys() <= SWEPT.keys():
            return dataclasses.replace(self, **changes)
        # A study has thousands that differ in these alone, which no other field depends on.
        made = object.__new__(type(self))
        vars(made).update({name: value for name, value in vars(self).items() if name != "key"})
        for field, value in changes.items():
            object.__setattr__(made, field, SWEPT[field](field, value))
        return made

    @functools.cached_property
    def parts(self) -> Parts:
        """What the names stand for."""
        return Parts.named(dataset=self.dataset, task=self.task, hidden=self.hidden, head=self.head)

    @property
    def activation(self) -> Activation:
        """The catalogue's entry of the hidden activation."""
        return self.parts.activation

    def __getstate__(self) -> dict[str, Any]:
        """Leaves out parts that any process can look up; the user's own travel with it."""
        is_left_out = {"parts"} if self.is_repeatable_by_name else set()
        return {name: value for name, value in vars(self).items() if name not in is_left_out}

    @property
    def is_repeatable_by_name(self) -> bool:
        """Whether anyone can repeat the run from its description: only such runs are published."""
        return not self.parts.digests

    @property
    def graph_fields(self) -> tuple[Any, ...]:
        """What two experiments must share to be trained by one compiled graph."""
        described = self.describe()
        # With the digests of the user's own parts: a name can be registered anew.
        return tuple(described[field] for field in GRAPH_FIELDS)

    def describe(self) -> dict[str, Any]:
        """Returns the fields as JSON types; a part of the user's own as name and digest."""
        own = {
            field: f"{part.name}@{self.parts.digests[field][:16]}"
            for field, part in self.parts.own.items()
        }
        return {field: getattr(self, field) for field in FIELDS} | own

    @functools.cached_property
    def key(self) -> str:
        """SHA-256 (hex) of the canonical JSON, the dataset's digest and the protocol.

        A field that is no founding one, and the task's version, count where they are not as usual.
        """
        described = self.describe()
        content = {
            "protocol": described.pop("protocol"),
            "experiment": {
                field: value
                for field, value in described.items()
                if field in FOUNDING_FIELDS or value != DEFAULTS[field]
            },
            "dataset_digest": self.parts.dataset.digest,
        }
        if self.parts.task.version != 1:
            content["task_version"] = self.parts.task.version
        return sha256(canonical(content))


SWEPT: dict[str, Callable[[str, Any], Any]] = {
    "learning_rate": lambda field, value: real_number(field, value, *REAL_NUMBERS[field]),
    "seed": lambda field, value: whole_number(field, value, *WHOLE_NUMBERS[field]),
}
"""Fields that vary within an arm, and what checks them."""

DEFAULTS = {field.name: field.default for field in dataclasses.fields(Experiment)}
FIELDS = tuple(DEFAULTS)


def check_fields(fields: Iterable[str]) -> None:
    """Refuses what is no field, with the nearest name."""
    for field in fields:
        check_name("field of Experiment", field, FIELDS)
