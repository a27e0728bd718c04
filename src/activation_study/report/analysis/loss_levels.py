"""Where the loss of a classifier stands still, and what its outputs then are."""

from __future__ import annotations

import math
from typing import NamedTuple


class Level(NamedTuple):
    """A value at which a training loss stops, of which pair of outputs and loss, and why.

    Attributes:
        loss: Keras's name of the loss.
        value: In nats, of squared error as it is; infinite where it rises without end.
        outputs: What the outputs then are.
        cause: What brings that about.
        mend: What to do.
        head: Output layer of the catalogue that ends there.
    """

    loss: str
    value: float
    outputs: str
    cause: str
    mend: str
    head: str = ""


def loss_levels(num_classes: int, num_labels: int = 2) -> list[Level]:
    """Return the levels of K classes, and of k labels that hold at once, from the lowest.

    All are the least value or the value of a constant output, by the loss's own formula. Softmax
    twice: the inner one is at best 1 for one class, so the outer one at best e / (e + K - 1). A
    loss that is not told of scores takes them for probabilities and clips them to [1e-7, 1 - 1e-7]
    (``keras.config.epsilon``), where the gradient is 0.

    Raises:
        ValueError: There are less than two classes, or not at least two labels and less than all.
    """
    if not 2 <= num_labels < num_classes:
        raise ValueError(
            f"received {num_labels} labels of {num_classes} classes; accepted: at least 2 labels, "
            "and more classes than labels"
        )
    share = 1 / num_classes
    entropy = -share * math.log(share) - (1 - share) * math.log1p(-share)
    twice = (math.log1p(1 / math.e) + (num_classes - 1) * math.log(2)) / num_classes
    clipped = -math.log(1e-7)
    categorical, binary = "categorical_crossentropy", "binary_crossentropy"
    some = f"{num_labels} labels at once"
    shares = f"1/{num_labels} for each of {num_labels} labels"
    nothing = "The network learns nothing."
    look = "Check the rate, the scale of the input, and that labels and images belong together."
    wait = "Wait, or start the bias at the frequency."
    once = "Give the loss the scores, with `from_logits=True`, and the activation once."
    sigmoids = "Use one sigmoid a label with `binary_crossentropy`."
    twofold = "twice: in the model, and again in the loss."
    scores = "Scores without an activation, and a loss that takes them for probabilities."
    told = "Tell the loss: `from_logits=True`."
    cut = "cut off at 0.0000001"
    levels = [
        Level(categorical, math.log(num_classes), "all equal", nothing, look),
        Level(binary, math.log(2), "all one half", "It has not begun to learn.", wait),
        Level(binary, entropy, "the frequency of each class, whatever the image", nothing, look),
        Level(
            "mean_squared_error",
            share * (1 - share),
            "the frequency of each class, whatever the image",
            nothing,
            look,
        ),
        Level(binary, share * clipped, cut, scores, told),
        Level(categorical, clipped, cut, scores, told),
        Level(
            categorical,
            math.log1p((num_classes - 1) / math.e),
            "as sure as they can be",
            f"Softmax {twofold}",
            once,
            "double_softmax",
        ),
        Level(
            binary, twice, "as sure as they can be", f"Sigmoid {twofold}", once, "double_sigmoid"
        ),
        Level(
            categorical, num_labels * math.log(num_labels), shares, f"Softmax on {some}.", sigmoids
        ),
        Level(
            categorical,
            math.inf,
            "ever fewer labels",
            f"Softmax on {some}: the gradient is not that of the loss.",
            sigmoids,
        ),
        Level(
            categorical,
            math.log(num_labels),
            shares,
            f"Softmax on shares of 1/{num_labels}: no fault, it is the least there is.",
            "Compare with this value, not with 0.",
        ),
    ]
    return sorted(levels, key=lambda level: level.value)
