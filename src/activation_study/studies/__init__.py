"""The studies: one for each question, its grid stated once."""

from activation_study.studies.book import (
    DEFAULT_LEARNING_RATE,
    EVALUATION_SEEDS,
    HEADLINE_ACTIVATIONS,
    HEADLINE_SEEDS,
    LEFT_OUT,
    RATES,
    STUDIES,
    TIER_VARIABLE,
    TIERS,
    TUNING_SEEDS,
    Study,
    core,
    get,
    prior_bias,
    tier,
    trial,
)

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
    "Study",
    "core",
    "get",
    "prior_bias",
    "tier",
    "trial",
]
