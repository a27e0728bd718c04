"""A network without a hidden layer is logistic regression: an independent solver agrees with it."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from activation_study import Experiment, datasets, run
from activation_study.engine.training.run_data import Streams


@pytest.mark.slow
def test_no_hidden_layer_ends_where_an_independent_solver_ends():
    experiment = Experiment(
        dataset="mnist-5k", hidden="linear", depth=0, epochs=25, learning_rate=3e-3
    )
    digits, split = datasets.load("mnist-5k"), np.random.default_rng(Streams.of(experiment).split)
    kept, _ = datasets.split("mnist-5k", split)
    images, tested = (
        part.images.reshape(len(part.images), -1) / 255 for part in (digits.train, digits.test)
    )
    # C weighs the likelihood against a penalty that keeps separable classes from infinity, as few
    # epochs do.
    solver = LogisticRegression(C=0.1, max_iter=200, tol=1e-3)
    theirs = solver.fit(images[kept], digits.train.labels[kept]).score(tested, digits.test.labels)
    ours = run([experiment]).summary["test_accuracy"].iloc[0]
    # A standard error of a thousand test images is one point.
    assert abs(ours - theirs) < 0.01
