"""The file of claims, its errors, and how a verdict is shown."""

import json
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from activation_study.report.claims import claims_file
from activation_study.report.claims.judging import ClaimsError, judge, judge_all, load_claims
from activation_study.report.claims.rules import Contrast
from report.claims.claim_frames import cell, contrast, contrast_rule, document, noise, toy, write

BASE = 0.97 + noise(0)
RUNS = toy(cell("tanh", test_accuracy=BASE + 0.01 + noise(1)), cell("sigmoid", test_accuracy=BASE))

PERMANENT = [
    "linear-collapse",
    "relu-compositions",
    "step-fires-or-not",
    "step-needs-many-units",
    "sigmoid-squashes",
    "sigmoid-derivative",
    "tanh-bounded-centred",
    "bounded-range",
    "forward-backward",
    "softmax-distribution",
    "softmax-highlights",
    "softmax-argmax",
    "argmax-not-differentiable",
    "softmax-not-uniform",
    "softmax-translation",
    "other-functions",
    "hidden-usual",
    "avoid-sigmoid-tanh",
    "sigmoid-vanishes",
    "relu-no-squeeze",
    "tanh-eases",
    "zigzag",
    "positive-explodes",
    "dying-relu",
    "leaky-inconsistent",
    "elu-centres",
    "elu-no-death",
    "softmax-hidden",
    "batchnorm-better",
    "no-universal",
    "try-combinations",
    "match-the-targets",
    "sigmoid-single-label",
    "softmax-multi-label",
    "sigmoid-multi-label",
    "canonical-pairs",
    "softmax-over-division",
    "target-class-high",
    "outputs-are-probabilities",
    "four-seven-nine",
    "many-classes",
    "regression-unbounded",
    "softmax-not-regression",
    "gelu-beats-relu",
    "swish-beats-relu",
    "selu-needs-lecun",
    "sigmoid-rejects-unknown",
    "label-smoothing-calibrates",
    "mse-can-classify",
    "sigmoid-is-two-class-softmax",
    "accuracy-metric-misleads",
    "one-unit-softmax-bug",
    "holds-on-a-cnn",
    "holds-on-little-data",
]


# ---------------------------------------------------------------- the published file
def test_no_permanent_claim_is_missing():
    assert set(PERMANENT) <= {claim.id for claim in load_claims()}


def test_every_rule_says_when_why_and_how_far():
    rules = [claim.rule for claim in load_claims() if claim.rule is not None]
    assert rules
    for rule in rules:
        assert rule.why
        assert rule.scope.varied
        assert rule.scope.fixed
        assert rule.scope.would_flip


def test_names_in_the_rules_are_in_the_catalogue():
    from activation_study.catalogue import activations, heads

    known = {"hidden": {*activations.names(), "@best"}, "head": set(heads.names())}
    for claim in load_claims():
        rule = {} if claim.rule is None else claim.rule.model_dump()
        cells = [c[part] for c in rule.get("contrasts", []) for part in ("arm", "reference")]
        cells += [c.get("fixed", {}) for c in rule.get("contrasts", [])]
        used = [(column, value) for values in cells for column, value in values.items()]
        used += [(c, v) for c, values in rule.get("groups", {}).items() for v in values]
        used += [("head", head) for head in rule.get("heads", [])]
        for column, value in used:
            assert value in known.get(column, {value}), claim.id


def test_metrics_in_the_rules_are_columns_of_the_record():
    from activation_study.engine.records.schema import TABLES

    for claim in load_claims():
        rule = {} if claim.rule is None else claim.rule.model_dump()
        used = {c["metric"] for c in rule.get("contrasts", [])} | {rule.get("metric")}
        used |= {c.get("column") for c in rule.get("checks", []) if isinstance(c, dict)}
        assert used - {None} <= set(TABLES["runs"]), claim.id


# ---------------------------------------------------------------- errors
def broken(content, *keys, value=None, drop=False):
    """Return the document with one entry replaced or dropped."""
    target = content
    for key in keys[:-1]:
        target = target[key]
    if drop:
        del target[keys[-1]]
    else:
        target[keys[-1]] = value
    return content


RULE = ("claims", 0, "rule")
ERRORS = [
    ((*RULE, "kind"), {"value": "contrasts"}, "claim 'tanh-eases'.*'contrasts'.*mean 'contrast'"),
    ((*RULE, "contrasts", 0, "rate"), {"value": "tunned"}, "accepted: tuned, default.*'tuned'"),
    ((*RULE, "contrasts", 0, "metrik"), {"value": "x"}, r"received \['metrik'\].*mean 'metric'"),
    ((*RULE, "contrasts", 0, "metric"), {"value": "test_acuracy"}, "no margin.*'test_accuracy'"),
    ((*RULE, "why"), {"drop": True}, "claim 'tanh-eases', rule, contrast: .*missing: why"),
    ((*RULE, "combine"), {"value": "mixed"}, "predicted 'arm_better' with combine 'mixed'"),
    (
        ("minimum_pairs",),
        {"value": {"full": 10}},
        "minimum_pairs: .*accepted: have at least 2 items",
    ),
    ((*RULE, "contrasts"), {"value": "one"}, "contrasts: received 'one'; accepted: a valid tuple"),
    (
        (*RULE, "contrasts", 0, "arm", "hidden"),
        {"value": []},
        "accepted: a valid string or a valid integer or a valid number",
    ),
]


@pytest.mark.parametrize(("keys", "change", "message"), ERRORS)
def test_errors_name_the_place_and_the_remedy(tmp_path, keys, change, message):
    content = json.loads(json.dumps(document(tanh_eases=contrast_rule(contrast()))))
    path = write(tmp_path, broken(content, *keys, **change))
    with pytest.raises(ClaimsError, match=message) as error:
        load_claims(path)
    assert str(error.value).startswith("claims.yml: ")


def test_duplicates_are_refused(tmp_path):
    content = document(one=None)
    content["claims"] *= 2
    with pytest.raises(ClaimsError, match=r"received \['one'\] more than once"):
        load_claims(write(tmp_path, content))


def test_an_unknown_claim_names_the_nearest():
    with pytest.raises(ValueError, match="Did you mean 'tanh-eases'"):
        judge("tanh-ease")


def test_a_contrast_may_state_its_own_margin(tmp_path):
    path = write(tmp_path, document(claim=contrast_rule(contrast(margin=0.02))))
    assert claims_file.read(path).margin(Contrast(**contrast())) == 0.002
    result = judge("claim", RUNS, path=path)
    assert (result.finding.margin, result.verdict) == (0.02, "no practical difference")


# ---------------------------------------------------------------- verdicts
@pytest.fixture
def path(tmp_path):
    return write(tmp_path, document(tanh_eases=contrast_rule(contrast()), later=None))


def test_verdict_says_everything(path):
    result = judge("tanh-eases", RUNS, path=path)
    record = json.loads(json.dumps(result.as_dict(), allow_nan=False))
    assert record["verdict"] == "supported"
    assert record["num_runs"] == 20
    assert record["study"] == "toy"
    assert record["interval"][0] < record["effect"] < record["interval"][1]
    assert record["rows"][0]["outcome"] == "better"
    text = str(result)
    assert "tanh-eases: supported" in text
    assert f"{100 * result.finding.effect:+.2f} points" in text
    assert "margin 0.20 points" in text


def test_markdown_is_an_admonition_below_its_anchor(path):
    text = judge("tanh-eases", RUNS, path=path)._repr_markdown_()
    first, second, *rest = text.splitlines()
    assert first == "(verdict-tanh-eases)="
    assert second == "`````{admonition} Verdict: supported"
    assert rest[-1] == "`````"
    assert text.count("\n````{admonition}") == 2
    table = [line for line in rest if line.startswith("|")]
    assert len({re.sub(r"\\\|", "", line).count("|") for line in table}) == 1
    assert "no evidence" not in text


def test_quick_tier_is_no_evidence(path):
    summary = RUNS.summary[RUNS.summary["seed"] < 103]
    quick = SimpleNamespace(summary=summary, confusion=None, name="toy", tier="quick")
    result = judge("tanh-eases", quick, path=path)
    assert result.rows["num_pairs"][0] == 3
    assert not result.is_evidence
    assert "no evidence" in result._repr_markdown_()
    assert "no evidence" in str(result)


def test_what_was_not_tried_says_so(path):
    later = judge("later", RUNS, path=path)
    assert later.verdict == "not tried yet"
    assert not later.is_evidence
    assert later._repr_markdown_().startswith("(verdict-later)=")


def test_judge_all_takes_one_study_or_several(path):
    one = [verdict.verdict for verdict in judge_all(RUNS, path=path)]
    several = [verdict.verdict for verdict in judge_all({"toy": RUNS}, path=path)]
    assert one == several == ["supported", "not tried yet"]
    assert judge_all({}, path=path)[0].verdict == "incomplete record"


def test_judging_needs_no_tensorflow():
    code = (
        "import sys; import activation_study.report.claims as c; c.judge('tanh-eases');"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
