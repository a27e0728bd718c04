"""The studies: one for each question, its grid stated once."""

from activation_study.studies.book import (
    AFTER_THE_FIRST_ROUND,
    IN_PROGRESS,
    IN_USE,
    LEFT_OUT,
    ROUNDS,
    STUDIES,
    UNPUBLISHED,
    averaging,
    catalogue_2,
    core,
    core_2,
    get,
    heads_2,
    prior_bias,
    prior_bias_2,
)
from activation_study.studies.protocol import HEADLINE_ACTIVATIONS, study_of, trial
from activation_study.studies.study import Arm, Study, arms
from activation_study.studies.tuning import Tuning

__all__ = [
    "AFTER_THE_FIRST_ROUND",
    "HEADLINE_ACTIVATIONS",
    "IN_PROGRESS",
    "IN_USE",
    "LEFT_OUT",
    "ROUNDS",
    "STUDIES",
    "UNPUBLISHED",
    "Arm",
    "Study",
    "Tuning",
    "arms",
    "averaging",
    "catalogue_2",
    "core",
    "core_2",
    "get",
    "heads_2",
    "prior_bias",
    "prior_bias_2",
    "study_of",
    "trial",
]
