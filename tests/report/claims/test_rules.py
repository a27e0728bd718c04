"""The file of claims: what it may hold, and what is refused with the remedy."""

import json

import pytest

from activation_study.report.claims import claims_file
from activation_study.report.claims.judging import ClaimsError, judge, load_claims
from activation_study.report.claims.rules import ContrastRule
from report.claims.claim_frames import contrast, count, document, write


def test_the_published_claims_are_named_once_and_for_good():
    """Every claim of the first round is a claim still."""
    ids = [claim.id for claim in load_claims()]
    assert {each["id"] for each in claims_file.first_round()} <= set(ids)


CASES = [
    (contrast(kind="contrasts"), "claim 'one'.*'contrasts'.*mean 'contrast'"),
    (contrast(rate="tunned"), "received 'tunned'"),
    (contrast(metrik="x"), r"received \['metrik'\].*mean 'metric'"),
    (contrast(metric="test_acuracy", margin=0.1), "received 'test_acuracy'.*'test_accuracy'"),
    (contrast(metric="test_brier"), "claim 'one': received metric 'test_brier', which has no"),
    (contrast(study="cor"), "Unknown study: received 'cor'.*'core'"),
    (contrast(criterion="validation_acuracy"), "criterion of the study 'core'.*'validation_acc"),
    (contrast(criterion=None), "received rate 'tuned' with criterion None; accepted: a crit"),
    (contrast(rate="default"), "received rate 'default' with criterion 'validation_accuracy'"),
    (contrast(over={}), "which 2 arms of the study 'core' have"),
    (contrast(over={"head": ["sofmax"]}), "Unknown head in the study 'core'.*'softmax'"),
    (contrast(over={"heat": ["softmax"]}), "Unknown field of an experiment: received 'heat'"),
    (contrast(arm={"hidden": "relo"}), "Unknown hidden in the study 'core'.*'relu'"),
    (contrast(reading="averagd"), "reading: received 'averagd'.*'averaged'"),
    (contrast(arm={"hidden": "sigmoid"}), "which are the same runs; accepted: two that differ"),
    (contrast(expected="no_worse", metric="test_output_sum_sd", margin=1.0), "of which neither"),
    (contrast(expected=None), "received expected None with asks 'mean'"),
    (contrast(asks="dependence"), "received expected 'higher' with asks 'dependence'"),
    (contrast(asks="dependence", expected=None, over={"head": ["softmax"]}), "to depend on"),
    (contrast(margin=0.1, relative_margin=0.1), "accepted: one of the two"),
    (contrast(over={"head": ["softmax"], "learning_rate": [0.001]}), "one of the two, rate as"),
    (contrast(sides=["one"]), "sides"),
    (contrast(forecast={"direction": "contrary", "low": 1, "high": 0}), "received low 1 and high"),
    (contrast(less={"reading": "first"}), "Unknown reading: received 'first'; accepted: last, av"),
    (count(among=["relu", "tan"]), "Unknown hidden in the study 'core'.*'tanh'"),
    (count(at_least=2), "at_least: received 2; accepted: less than or equal to 1"),
]


@pytest.mark.parametrize(("rule", "message"), CASES)
def test_errors_name_the_place_and_the_remedy(tmp_path, rule, message):
    path = write(tmp_path, json.loads(json.dumps(document(one=rule))))
    with pytest.raises(ClaimsError, match=message) as error:
        load_claims(path)
    assert str(error.value).startswith("claims.yml: ")


def test_duplicates_are_refused(tmp_path):
    content = document(one=None)
    content["claims"] *= 2
    with pytest.raises(ClaimsError, match=r"received \['one'\] more than once"):
        load_claims(write(tmp_path, content))


def test_an_unknown_claim_names_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'linear-collapse'"):
        judge("linear-colapse")


def test_the_weights_at_which_a_rule_reads_are_named():
    def weights(**changes):
        return ContrastRule.model_validate(contrast(**changes)).weights

    assert weights() == "last weights"
    assert weights(reading="averaged") == "averaged weights"
    arm, reference = {"reading": "averaged"}, {"reading": "last"}
    assert weights(arm=arm, reference=reference) == "last and averaged weights"
    assert weights(over={"reading": ["last", "averaged"]}) == "last and averaged weights"
