"""What softmax, linear layers and steps do in hidden layers."""

from __future__ import annotations

from activation_study.studies.protocol import INNER_RATES, study_of
from activation_study.studies.study import Arm, Study, arms


def softmax_hidden() -> Study:
    """Why does a softmax in hidden layers fail, and what mends it?"""
    mended = [
        Arm({"hidden": "softmax"}),
        Arm({"hidden": "softmax_times_width"}),
        Arm({"hidden": "softmax", "post_normalization": "layer"}),
    ]
    of_size = [
        Arm(dict(arm.fields) | {field: size})
        for field, sizes in (("width", (32, 256)), ("depth", (1, 4)))
        for size in sizes
        for arm in mended
    ]
    others = [
        Arm({"hidden": "relu"}),
        Arm({"hidden": "relu", "post_normalization": "layer"}),
        *arms(hidden=("softmax", "relu"), normalization=("batch",)),
    ]
    return study_of(
        "softmax-hidden",
        (*mended, *of_size, *others),
        rates=INNER_RATES,
        has_default=False,
        epochs=5,
    )


def linear_and_step() -> Study:
    """What do linear layers, steps and wrong derivatives learn?"""
    linear = [*arms(hidden=("linear",), depth=(0, 1, 2, 4, 8)), Arm({"depth": 1})]
    steps = arms(depth=(1,), hidden=("step", "step_straight_through", "relu"), width=(16, 64, 256))
    slopes = arms(hidden=("relu",), slope=("linear", "sigmoid", "flipped"))
    return study_of(
        "linear-and-step",
        dict.fromkeys((*linear, *steps, *slopes, Arm({"hidden": "relu"}))),
        rates=INNER_RATES,
        has_default=False,
        epochs=5,
    )
