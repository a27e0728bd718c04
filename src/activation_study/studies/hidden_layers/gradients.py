"""Who loses the signal in deep networks, and does a mean of 0 help?"""

from __future__ import annotations

from activation_study.studies.hidden_layers.rates import MOMENTUM_RATES, SGD_RATES
from activation_study.studies.protocol import INNER_RATES, study_of
from activation_study.studies.study import Study, arms

DEPTHS = (8, 16)


def signal() -> Study:
    """How large are signal and gradient before the first step, by function, weights and depth?

    Nothing is trained.
    """
    hidden = (
        *("linear", "relu", "elu", "selu", "gelu", "silu", "tanh", "sigmoid"),
        "scaled_sigmoid",
    )
    kernels = ("glorot_uniform", "he_normal", "pytorch", "gain")
    return study_of(
        "signal",
        arms(hidden=hidden, initializer=kernels, depth=(1, 8, 32)),
        rates=(1e-3,),
        has_default=False,
        epochs=0,
    )


def depth() -> Study:
    """Which activation trains in 8 and in 16 layers, and what rescues one that does not?

    5 epochs of Adam, each arm at its own rate.
    """
    plain = arms(hidden=("sigmoid", "tanh", "scaled_sigmoid", "relu", "gelu"), depth=DEPTHS)
    rescued = [
        *arms(hidden=("sigmoid",), depth=DEPTHS, normalization=("batch",)),
        *arms(hidden=("sigmoid",), depth=(8,), normalization=("layer",)),
        *arms(hidden=("sigmoid",), depth=DEPTHS, initializer=("centred_gain",)),
        *arms(hidden=("relu",), depth=DEPTHS, initializer=("he_normal",)),
    ]
    kernels = ("lecun_normal", "glorot_uniform", "he_normal", "pytorch")
    selu = arms(hidden=("selu",), depth=(16,), initializer=kernels)
    return study_of(
        "depth", (*plain, *rescued, *selu), rates=INNER_RATES, has_default=False, epochs=5
    )


def depth_sgd() -> Study:
    """The same in 8 layers by plain descent, which does not rescale a small gradient."""
    chosen = [
        *arms(hidden=("relu",), initializer=("glorot_uniform", "he_normal", "pytorch")),
        *arms(hidden=("tanh",), initializer=("glorot_uniform", "pytorch")),
        *arms(hidden=("gelu",), initializer=("glorot_uniform", "he_normal", "gain")),
        *arms(hidden=("sigmoid",), initializer=("glorot_uniform", "centred_gain")),
    ]
    return study_of(
        "depth-sgd", chosen, rates=SGD_RATES, has_default=False, optimizer="sgd", depth=8, epochs=5
    )


CENTRED = (
    *("sigmoid", "sigmoid_minus_half", "scaled_sigmoid", "tanh"),
    *("relu", "relu_centred", "elu"),
)


def centring() -> Study:
    """Does an activation with a mean of 0 learn faster by plain descent?"""
    return study_of(
        "centring", arms(hidden=CENTRED), rates=SGD_RATES, has_default=False, optimizer="sgd",
        epochs=5, criteria=("area_after_first_epoch", "averaged_validation_accuracy"),
    )  # fmt: skip


def centring_momentum() -> Study:
    """The same with momentum."""
    return study_of(
        "centring-momentum", arms(hidden=CENTRED), rates=MOMENTUM_RATES, has_default=False,
        optimizer="momentum", epochs=5,
        criteria=("area_after_first_epoch", "averaged_validation_accuracy"),
    )  # fmt: skip
