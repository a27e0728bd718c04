"""Signs and speed are read of each function and optimizer, and paired seed by seed."""

import pytest
import scipy.stats

from activation_study.errors import IncompleteRecordError
from activation_study.report.analysis.hidden_layers import centring
from report.centred_runs import FUNCTIONS, centred_record


def test_every_function_is_read_after_an_epoch_with_each_optimizer():
    means = centring.by_function(centring.learning(centred_record()))
    assert len(means) == 2 * len(FUNCTIONS)
    relu = means.loc[("plain descent", "relu")]
    assert relu[["height", "offset", "sign_one_image", "sign_minibatch", "top_share"]].tolist() == (
        pytest.approx([0.91, 0.8, 1.0, 0.5, 0.25])
    )
    assert means.loc[("momentum", "tanh"), "height"] == pytest.approx(0.92)


def test_steps_are_paired_by_seed():
    found = centring.steps(centring.learning(centred_record()))
    assert len(found) == 2 * len(centring.STEPS)
    (step,) = found.query("way == 'plain descent' and after == 'relu_centred'").itertuples()
    # Of one seed 0.01, of the other 0.03.
    assert step.mean == pytest.approx(0.02)
    reach = scipy.stats.t.ppf(0.975, 1) * 0.01
    assert (step.low, step.high) == pytest.approx((0.02 - reach, 0.02 + reach))
    (elu,) = found.query("way == 'momentum' and after == 'elu'").itertuples()
    assert elu.mean == pytest.approx(-0.06)


def test_ranks_are_those_of_the_means():
    ranks = centring.rank_correlations(centring.learning(centred_record()))
    # Heights in the order of FUNCTIONS rank 1 3 2 4 6 7 5, agreements 7 3 2 1 6 5 4.
    squares = 36 + 0 + 0 + 9 + 0 + 4 + 1
    assert ranks["plain descent"] == pytest.approx(1 - 6 * squares / (7 * 48))


def test_one_study_alone_is_read_and_none_is_said():
    record = centred_record()
    record.pop("centring-momentum")
    assert set(centring.learning(record)["way"]) == {"plain descent"}
    with pytest.raises(IncompleteRecordError, match="recorded yet"):
        centring.learning({})
