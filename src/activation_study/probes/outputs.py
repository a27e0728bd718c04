"""What a classifier's outputs are: probabilities, or scores to be made into some."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special

from activation_study.registry import shown

_ROUNDING = 1e-2
"""How far a row may miss 1: half precision is enough to do so by a thousandth."""

SCORES = "scores (logits): their softmax is taken"
SCORE = "one score (logit) an example: its sigmoid is taken"
SIGMOIDS = "one probability a class, apart from the others: they are divided by their sum"
PROBABILITIES = "probabilities: each row sums to 1"
PROBABILITY = "one probability an example, that of class 1"


def predicted(model: Any, x: Any, batch_size: int | None) -> np.ndarray:
    """Returns what a model gives for examples, float64 of shape (n,) or (n, K).

    Raises:
        ValueError: The model predicts nothing, or something else than a row an example, or values
            that are not finite.
    """
    if hasattr(model, "predict_proba"):
        outputs = model.predict_proba(x)
    elif hasattr(model, "predict"):
        outputs = model.predict(x, batch_size=batch_size, verbose=0)
    else:
        raise ValueError(
            f"reliability needs a model with predict, as Keras's have, or predict_proba; received "
            f"{shown(model)}."
        )
    if isinstance(outputs, list | tuple | dict):
        raise ValueError(
            f"reliability needs a model of one output; received {len(outputs)} outputs. Give a "
            "model of the one that classifies: keras.Model(model.inputs, model.outputs[0])."
        )
    array = np.asarray(outputs, dtype=np.float64)
    if array.ndim not in (1, 2) or not array.size:
        raise ValueError(
            f"reliability needs one row of outputs an example, shape (n, classes); received "
            f"{array.shape}. Of outputs for each position make examples of their own."
        )
    if bad := int((~np.isfinite(array.reshape(len(array), -1))).any(axis=1).sum()):
        raise ValueError(
            f"the outputs of {bad:,} of {len(array):,} examples are not finite: the network has "
            "diverged. Look at its rate and at the scale of its inputs."
        )
    return array


def as_probabilities(outputs: np.ndarray, from_logits: bool | None) -> tuple[np.ndarray, str]:
    """Returns probabilities of shape (n, classes), rows sum to 1, and what the outputs were.

    Args:
        outputs: Finite float array of shape (n,), (n, 1) or (n, classes).
        from_logits: Whether they are scores; None where the values are to tell.

    Raises:
        ValueError: They are said to be probabilities, and are none.
    """
    is_single = outputs.ndim == 1 or outputs.shape[1] == 1
    are_shares = bool(outputs.min() >= -1e-6 and outputs.max() <= 1.0 + _ROUNDING)
    if from_logits is False and not are_shares:
        raise ValueError(
            f"from_logits=False says that the outputs are probabilities; received values from "
            f"{outputs.min():.4g} to {outputs.max():.4g}. Give from_logits=True, or leave it out."
        )
    are_scores = not are_shares if from_logits is None else from_logits
    if is_single:
        chance = outputs.reshape(-1)
        chance = scipy.special.expit(chance) if are_scores else chance.clip(0.0, 1.0)
        return np.column_stack([1.0 - chance, chance]), SCORE if are_scores else PROBABILITY
    if are_scores:
        return scipy.special.softmax(outputs, axis=1), SCORES
    outputs = outputs.clip(0.0, None)
    sums = outputs.sum(axis=1, keepdims=True)
    if not sums.min() > 0:
        raise ValueError(
            f"{int((sums <= 0).sum()):,} of {len(sums):,} rows of outputs are 0 throughout, which "
            "is no distribution. If they are scores, give from_logits=True."
        )
    is_distribution = bool(np.abs(sums - 1.0).max() <= _ROUNDING)
    return outputs / sums, PROBABILITIES if is_distribution else SIGMOIDS


def as_labels(y: Any, num_examples: int, classes: int, names: Any = None) -> np.ndarray:
    """Returns the right class of each example, int array of shape (n,).

    Args:
        y: Classes 0 to K - 1, shape (n,) or (n, 1), or rows with a single 1, shape (n, K).
        num_examples: Rows of outputs.
        classes: K.
        names: What a model of scikit-learn calls its classes, in their order.

    Raises:
        ValueError: They are of another number, or no classes, or several to an example.
    """
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if len(np.shape(labels)) not in (1, 2) or len(labels) != num_examples:
        raise ValueError(
            f"y must have one label for each of the {num_examples:,} examples; received shape "
            f"{labels.shape}."
        )
    if labels.ndim == 2:
        if labels.shape[1] != classes or not (
            np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all()
        ):
            raise ValueError(
                f"y of shape {labels.shape} must have {classes} columns, and in each row a single "
                "1. If several labels can be right, ask of one label at a time: a model of its "
                "output alone, and its column of y."
            )
        return labels.argmax(axis=1)
    if names is not None:
        places = {name: place for place, name in enumerate(np.asarray(names).tolist())}
        unknown = sorted({str(label) for label in labels.tolist() if label not in places})
        if unknown:
            raise ValueError(f"y: received classes that the model does not know: {unknown[:5]}.")
        return np.array([places[label] for label in labels.tolist()])
    if labels.dtype.kind not in "biuf" or not np.array_equal(labels, np.floor(labels)):
        raise ValueError(
            f"y must be whole numbers, the classes 0 to {classes - 1}; received {shown(y)}."
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"y must lie in 0 to {classes - 1}, as the model has {classes} classes; received "
            f"{labels.min():g} to {labels.max():g}."
        )
    return labels.astype(np.intp)
