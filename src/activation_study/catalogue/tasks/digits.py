"""Which digit does the image show?"""

from functools import partial

from activation_study.catalogue.tasks.task import Task, TuningRule, wrong_labels
from activation_study.measures.classification import CLASSIFICATION, guess

NUM_CLASSES = 10

TASK = Task(
    name="digits",
    description="Which of the ten digits does the image show? Exactly one is right.",
    num_outputs=NUM_CLASSES,
    measures=CLASSIFICATION,
    tuning=TuningRule(metric="accuracy", tie_breaker="brier"),
    guess=guess(NUM_CLASSES),
    prior=1 / NUM_CLASSES,
    corrupt=partial(wrong_labels, num_classes=NUM_CLASSES),
)
