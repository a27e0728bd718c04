"""Names beside lines keep their order and their distance, and move as little as may be."""

import numpy as np
import pytest
import scipy.optimize

from activation_study.report.drawing.end_labels import spread_out


@pytest.mark.parametrize("heights", [[0.0, 0.1, 0.15, 5.0], [1.0, 1.0, 1.0], [3.0], []])
def test_names_move_as_little_as_may_be(heights):
    places = spread_out(heights, 1.0, -10, 10)
    assert (np.diff(places) >= 1 - 1e-9).all()
    if len(heights) > 1:
        # The same, by a solver that knows nothing of pooling.
        found = scipy.optimize.minimize(
            lambda at: ((at - heights) ** 2).sum(), np.arange(len(heights)), method="SLSQP",
            constraints=[{"type": "ineq", "fun": lambda at: np.diff(at) - 1}],
        )  # fmt: skip
        np.testing.assert_allclose(places, found.x, atol=1e-4)


def test_names_stay_within_the_axes_where_they_fit():
    np.testing.assert_allclose(spread_out([0.0, 9.9, 10.0], 1.0, 0, 10), [0, 9, 10])
    np.testing.assert_allclose(spread_out([0.0, 0.1], 1.0, 0, 10), [0, 1])
    # Three do not fit into a length of 1.
    np.testing.assert_allclose(spread_out([0.0, 0.5, 1.0], 1.0, 0, 1), [0, 1, 2])
