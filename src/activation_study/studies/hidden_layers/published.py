"""What others published of deep networks, in their settings as far as MNIST and this engine go."""

from __future__ import annotations

from dataclasses import replace

from activation_study.studies.protocol import SECOND_ROUND, study_of
from activation_study.studies.study import Study, arms


def gelu_paper() -> Study:
    """Does GELU reach the lowest training loss, as its authors found on MNIST?

    8 layers, 50 epochs of Adam, and their three rates alone. Two tuning seeds: a run takes more
    than a minute. LeCun's normal weights have on average the norm that theirs had, 1 a unit.
    """
    study = study_of(
        "gelu-paper",
        arms(hidden=("relu", "elu", "gelu")),
        like=replace(SECOND_ROUND, tuning=replace(SECOND_ROUND.tuning, seeds=(10, 11))),
        criteria=("validation_accuracy",),
        rates=(1e-5, 1e-4, 1e-3),
        has_default=False,
        depth=8,
        initializer="lecun_normal",
        epochs=50,
    )
    return replace(study, tuning=replace(study.tuning, extends=False))


def deep_momentum() -> Study:
    """Does SiLU train where PyTorch's first weights leave many ReLUs dead at birth?

    10 layers, pixels from -1 to 1 and momentum at 0.01, as a course trains its networks: 5 epochs.
    """
    return study_of(
        "deep-momentum",
        arms(hidden=("relu", "silu"), initializer=("pytorch", "glorot_uniform", "he_normal")),
        rates=(1e-2,),
        has_default=False,
        optimizer="momentum",
        depth=10,
        input_scale="signed",
        epochs=5,
    )
