"""The studies: one for each question, its grid stated once."""

from activation_study.experiment import DEFAULT_LEARNING_RATE
from activation_study.settings import TIER_VARIABLE, TIERS, tier
from activation_study.studies.book import LEFT_OUT, STUDIES, UNPUBLISHED, core, get, prior_bias
from activation_study.studies.own_trial import trial
from activation_study.studies.protocol import (
    EVALUATION_SEEDS,
    HEADLINE_ACTIVATIONS,
    HEADLINE_SEEDS,
    RATES,
    TUNING_SEEDS,
    study_of,
)
from activation_study.studies.study import Arm, Study, arms
from activation_study.studies.tuning import Tuning, TuningRule

__all__ = [
    "DEFAULT_LEARNING_RATE",
    "EVALUATION_SEEDS",
    "HEADLINE_ACTIVATIONS",
    "HEADLINE_SEEDS",
    "LEFT_OUT",
    "RATES",
    "STUDIES",
    "TIERS",
    "TIER_VARIABLE",
    "TUNING_SEEDS",
    "UNPUBLISHED",
    "Arm",
    "Study",
    "Tuning",
    "TuningRule",
    "arms",
    "core",
    "get",
    "prior_bias",
    "study_of",
    "tier",
    "trial",
]
