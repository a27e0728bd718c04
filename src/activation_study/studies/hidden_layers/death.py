"""Do ReLUs die, does it matter, and what brings them back?"""

from __future__ import annotations

from dataclasses import replace

from activation_study.studies.protocol import SECOND_ROUND, study_of
from activation_study.studies.study import Arm, Study, arms

FRESH = replace(
    SECOND_ROUND,
    tuning=replace(SECOND_ROUND.tuning, seeds=(20, 21, 22)),
    seeds=lambda arm: range(300, 310),
    curve=tuple(range(300, 310)),
)
"""Seeds of their own for networks that ``core-2`` has run, too: its runs were seen before."""


def dead_rate() -> Study:
    """How many units die at which rate, of functions that can die and of such that cannot?

    Nothing is tuned: the rate is what is varied.
    """
    return study_of(
        "dead-rate",
        arms(hidden=("relu", "leaky_relu", "elu", "gelu")),
        like=FRESH,
        rates=(1e-3, 3.16e-3, 1e-2, 3.16e-2, 1e-1),
        has_curve=True,
        has_default=False,
        is_tuned=False,
    )


def lesion() -> Study:
    """What does the death of units cost by itself, at a rate that kills none?

    A share of the units is kept from ever firing, at the default rate. Networks of as many living
    units are beside them, and one with none alive, which can learn nothing. All of them also at a
    rate that kills by itself.
    """
    shares = arms(dead_share=(0.0, 0.5, 0.75, 0.875, 1.0))
    return study_of(
        "lesion",
        (*shares, *arms(width=(64, 32, 16))),
        like=FRESH,
        rates=(1e-3, 3.16e-2),
        has_curve=True,
        has_default=False,
        is_tuned=False,
    )


def revival() -> Study:
    """What brings a network back whose rate was too high?

    3 epochs at a high rate, then 3 more: as before, at the default rate, with the dead units drawn
    anew, or with leaky ReLU in the place of ReLU. Optimizer and average begin anew for all three.
    """
    treated = arms(
        second_phase=("lower_rate", "redraw_dead", "swap_leaky_relu"), second_epochs=(3,)
    )
    return study_of(
        "revival",
        (Arm({"epochs": 6}), *treated),
        like=FRESH,
        rates=(1e-2, 3.16e-2),
        has_curve=True,
        has_default=False,
        is_tuned=False,
        epochs=3,
    )


def _causes(name: str, optimizer: str, rate: float) -> Study:
    """What kills units: pixels, bias, first weights; and what does not help against it?

    5 epochs at one rate.
    """
    pixels = arms(input_scale=("unit", "standard", "raw"), hidden=("relu", "leaky_relu", "tanh"))
    others = [
        Arm({"input_scale": "raw", "normalization": "batch"}),
        Arm({"bias_initial_value": -1.0}),
        *arms(depth=(8,), initializer=("glorot_uniform", "he_normal", "pytorch")),
        Arm({"depth": 8, "bias_initial_value": -1.0}),
    ]
    return study_of(
        name,
        (*pixels, *others),
        like=FRESH,
        rates=(rate,),
        has_default=False,
        optimizer=optimizer,
        epochs=5,
    )


def dead_causes() -> Study:
    """With Adam at its default rate: see ``dead_causes_sgd``."""
    return _causes("dead-causes", "adam", 1e-3)


def dead_causes_sgd() -> Study:
    """What kills units, and what does not help, by plain descent at its default rate?"""
    return _causes("dead-causes-sgd", "sgd", 1e-2)
