"""What decides, and does it hold with little data and on another network?"""

from __future__ import annotations

from activation_study.studies.hidden_layers.rates import SGD_RATES
from activation_study.studies.protocol import INNER_RATES, study_of
from activation_study.studies.study import Study, arms

POPULAR = ("relu", "leaky_relu", "elu", "selu", "gelu", "silu", "tanh", "sigmoid")


def _interplay(name: str, optimizer: str, rates: tuple[float, ...]) -> Study:
    """What decides: the function, the rate or the first weights?

    Each combination, nothing tuned: 3 epochs.
    """
    return study_of(
        name,
        arms(hidden=POPULAR, initializer=("glorot_uniform", "he_normal")),
        rates=rates,
        has_curve=True,
        has_default=False,
        is_tuned=False,
        num_seeds=3,
        optimizer=optimizer,
        epochs=3,
    )


def interplay() -> Study:
    """With Adam: see ``_interplay``."""
    return _interplay("interplay", "adam", INNER_RATES)


def interplay_sgd() -> Study:
    """With plain descent: see ``_interplay``."""
    return _interplay("interplay-sgd", "sgd", SGD_RATES)


def little_data() -> Study:
    """Does what holds with all images hold with 1,000 of them? 50 epochs."""
    return study_of(
        "little-data",
        arms(hidden=POPULAR),
        rates=INNER_RATES,
        has_default=False,
        train_size=1_000,
        epochs=50,
    )


def cnn() -> Study:
    """Does it hold on a small convolutional network? 10,000 images, 3 epochs."""
    return study_of(
        "cnn",
        arms(hidden=("relu", "leaky_relu", "gelu", "tanh", "sigmoid")),
        rates=INNER_RATES,
        has_default=False,
        architecture="cnn",
        width=8,
        train_size=10_000,
        epochs=3,
    )
