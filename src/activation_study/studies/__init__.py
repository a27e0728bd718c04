"""The studies: one for each question, its grid stated once."""

from activation_study.studies.book import LEFT_OUT, STUDIES, UNPUBLISHED, core, get, prior_bias
from activation_study.studies.protocol import HEADLINE_ACTIVATIONS, study_of, trial
from activation_study.studies.study import Arm, Study, arms
from activation_study.studies.tuning import Tuning

__all__ = [
    "HEADLINE_ACTIVATIONS",
    "LEFT_OUT",
    "STUDIES",
    "UNPUBLISHED",
    "Arm",
    "Study",
    "Tuning",
    "arms",
    "core",
    "get",
    "prior_bias",
    "study_of",
    "trial",
]
