"""Verdicts on toy records whose answer is known, each label once."""

import dataclasses
import json
import subprocess
import sys

import jsonschema
import numpy as np
import pandas as pd
import pytest
import scipy.stats

from activation_study import settings
from activation_study.report.claims import verdict as verdicts
from activation_study.report.claims.evidence.evaluation import Evaluation
from activation_study.report.claims.judging import judge, judge_all
from report.claims.claim_frames import cell, contrast, count, document, noise, toy, write

HEADS = ("softmax", "sigmoid")


def pair(*effects, scale=0.0005, metric="test_accuracy", rates=(0.001, 0.001)):
    """Return runs in which tanh differs from sigmoid by these effects, head by head."""
    return [
        each
        for number, (head, effect) in enumerate(zip(HEADS, effects, strict=True))
        for base in [0.9 + noise(9 + number)]
        for each in (
            cell("tanh", head, rates[0], **{metric: base + effect + noise(number, scale)}),
            cell("sigmoid", head, rates[1], **{metric: base}),
        )
    ]


def judged(tmp_path, runs, rule=None, **others):
    path = write(tmp_path, document(one=rule or contrast(), **others))
    return judge("one", runs, path=path)


LABELS = [
    ({}, (0.01, 0.01), 0.0005, "came true"),
    ({}, (0.001, 0.001), 0.0005, "came true, but too small to matter"),
    ({}, (0.002, 0.002), 0.001, "came true, size open"),
    ({}, (0.0, 0.0), 0.0005, "did not come true: too small to matter"),
    ({}, (0.0, 0.0), 0.01, "cannot tell if there is a difference"),
    ({}, (-0.01, -0.01), 0.0005, "opposite"),
    ({}, (-0.001, -0.001), 0.0005, "opposite, but too small to matter"),
    ({}, (-0.002, -0.002), 0.001, "opposite, size open"),
    ({}, (0.01, -0.001), 0.0005, "depends on output layer: 1 of 2"),
    ({}, (0.01, 0.02), 0.0005, "came true"),
    ({"expected": "lower"}, (-0.01, -0.01), 0.0005, "came true"),
    ({"expected": "same"}, (0.001, 0.001), 0.0005, "came true"),
    ({"expected": "same"}, (0.01, 0.01), 0.0005, "opposite"),
    ({"expected": "same"}, (0.0, 0.0), 0.01, "cannot tell if the difference matters"),
    ({"expected": "no_worse"}, (-0.001, -0.001), 0.0005, "came true"),
    ({"expected": "no_worse"}, (-0.01, -0.01), 0.0005, "opposite"),
    (
        {"expected": "no_worse"},
        (-0.002, -0.002),
        0.001,
        "cannot tell if the difference matters",
    ),
    ({"expected": "no_worse", "metric": "test_nll"}, (-1.0, -1.0), 0.0005, "came true"),
    ({"expected": "no_worse", "metric": "test_nll"}, (0.1, 0.1), 0.0005, "opposite"),
    ({"expected": None, "asks": "dependence"}, (0.01, -0.001), 0.0005, "came true"),
    (
        {"expected": None, "asks": "dependence"},
        (0.01, 0.01),
        0.0005,
        "did not come true: too small to matter",
    ),
    (
        {"expected": None, "asks": "dependence"},
        (0.01, 0.01),
        0.01,
        "cannot tell if there is a difference",
    ),
    ({"relative_margin": 0.02}, (0.01, 0.01), 0.0005, "came true, but too small to matter"),
]


@pytest.mark.parametrize(("changes", "effects", "scale", "label"), LABELS)
def test_known_effects_have_known_labels(tmp_path, changes, effects, scale, label):
    metric = changes.get("metric", "test_accuracy")
    found = judged(tmp_path, toy(*pair(*effects, scale=scale, metric=metric)), contrast(**changes))
    assert found.label == label
    if changes.get("asks") != "dependence":
        assert found.primary.effect == pytest.approx(np.mean(effects), abs=1e-12)
        assert [row.effect for row in found.rows] == pytest.approx(effects, abs=1e-12)


def test_numbers_are_those_of_scipy(tmp_path):
    """Primary, rows and Holm's p over a chapter of three, one of them a control."""
    runs = toy(*pair(0.001, 0.003, scale=0.003))
    content = document(one=contrast(), other=contrast(expected="lower"), control=contrast())
    content["claims"][2]["control"] = True
    path = write(tmp_path, content)
    table = runs.summary.pivot(index="seed", columns=["hidden", "head"], values="test_accuracy")
    gaps = table["tanh"] - table["sigmoid"]
    mean = scipy.stats.ttest_1samp(gaps.mean(axis=1), 0)
    found = judge("one", runs, path=path)
    primary = found.primary
    assert primary.p_value == pytest.approx(mean.pvalue)
    assert primary.holm_p == pytest.approx(min(1, 2 * mean.pvalue))
    assert (primary.low, primary.high) == pytest.approx(tuple(mean.confidence_interval(0.95)))
    assert (primary.low_90, primary.high_90) == pytest.approx(tuple(mean.confidence_interval(0.9)))
    control = judge("control", runs, path=path).primary
    assert control.holm_p == pytest.approx(mean.pvalue)
    rows = [scipy.stats.ttest_1samp(gaps[head], 0) for head in HEADS]
    adjusted = sorted(each.pvalue for each in rows)
    assert sorted(row.p_value for row in found.rows) == pytest.approx(
        [2 * adjusted[0], max(2 * adjusted[0], adjusted[1])]
    )


def test_a_neighbour_that_cannot_be_judged_counts(tmp_path):
    runs = toy(*pair(0.001, 0.001, scale=0.003))
    alone = judged(tmp_path, runs).primary
    other = contrast(arm={"hidden": "relu"})
    beside = judged(tmp_path, runs, other=other).primary
    assert beside.holm_p == pytest.approx(min(1, 2 * alone.holm_p))
    assert judge("other", runs, path=tmp_path / "claims.yml").status == "incomplete record"


def test_settings_that_coincide_are_one_row_with_all_seeds(tmp_path):
    more = range(200, 230)
    runs = toy(
        *(cell(hidden, seeds=more, test_accuracy=0.9 + noise(1, seeds=more) + effect)
          for hidden, effect in (("tanh", 0.01), ("sigmoid", 0.0))),
    )  # fmt: skip
    rule = contrast(
        rate=None, criterion=None, fixed={"head": "softmax"}, over={"learning_rate": [0.001]}
    )
    (row,) = judged(tmp_path, runs, rule).rows
    assert (row.num_seeds, row.merged, row.name) == (30, (), "learning rate 0.001")
    both = contrast(arm={"hidden": "tanh", "rate": 0.001}, reference={"hidden": "sigmoid"})
    both |= {"rate": "default", "criterion": None, "fixed": {"head": "softmax"}}
    both["over"] = {"rate": ["default", 0.001]}
    (row,) = judged(tmp_path, runs, both).rows
    assert (row.num_seeds, row.merged) == (30, ("0.001 rate",))


def test_rows_at_unequal_rates_are_marked(tmp_path):
    found = judged(tmp_path, toy(*pair(0.01, 0.01, rates=(0.003, 0.001))))
    assert [row.is_at_unequal_rates for row in found.rows] == [True, True]
    assert (found.rows[0].arm_rate, found.rows[0].reference_rate) == (0.003, 0.001)
    equal = judged(tmp_path, toy(*pair(0.01, 0.01)))
    assert not any(row.is_at_unequal_rates for row in equal.rows)


def test_an_arm_of_several_values_is_their_mean(tmp_path):
    relu = [cell("relu", head, test_accuracy=0.5) for head in HEADS]
    rule = contrast(arm={"hidden": ["tanh", "relu"]})
    runs = toy(*pair(0.0, 0.0), *relu)
    assert judged(tmp_path, runs, rule).primary.effect == pytest.approx(-0.2, abs=1e-9)


def test_a_reference_may_be_a_number_and_a_difference_be_taken_off(tmp_path):
    runs = toy(*pair(0.01, 0.04))
    found = judged(tmp_path, runs, contrast(reference=0.95, relative_margin=0.5))
    assert found.primary.effect == pytest.approx(0.925 - 0.95, abs=1e-9)
    assert found.primary.margin == pytest.approx(0.475)
    rule = contrast(over={}, fixed={"head": "sigmoid"}, less={"head": "softmax"})
    found = judged(tmp_path, runs, rule)
    assert found.primary.effect == pytest.approx(0.03, abs=1e-9)
    assert found.num_runs == 40


def test_a_rule_may_ask_for_what_follows_from_the_tables(tmp_path):
    runs = toy(cell("tanh", "softmax"))
    tables = {
        "key": runs.summary["key"],
        "true_class": 4,
        "mean_probability": 0.9 + noise(1),
    }
    of_four = [pd.DataFrame({**tables, "predicted_class": 4})]
    of_four += [
        pd.DataFrame({**tables, "predicted_class": other, "mean_probability": share})
        for other, share in ((7, 0.01), (9, 0.03))
    ]
    rule = contrast(
        metric="wrong_share_4_9", arm={"hidden": "tanh", "head": "softmax"}, reference=0.1,
        over={}, margin=0.02,
    )  # fmt: skip
    runs = dataclasses.replace(runs, tables={"confusion": pd.concat(of_four)})
    expected = (0.03 / (0.1 - noise(1))).mean() - 0.1
    assert judged(tmp_path, runs, rule).primary.effect == pytest.approx(expected)


def test_a_value_that_is_not_finite_is_never_left_out(tmp_path):
    runs = toy(*pair(0.01, 0.01))
    runs.summary.loc[0, "test_accuracy"] = np.nan
    found = judged(tmp_path, runs)
    assert (found.label, found.primary.direction, found.primary.p_value) == (
        "cannot tell if there is a difference", "not shown", 1.0,
    )  # fmt: skip
    runs = toy(runs.summary.assign(diverged=runs.summary.index == 0))
    # A run that diverged counts as a guess.
    assert judged(tmp_path, runs).rows[0].effect == pytest.approx(
        0.01 - (0.91 + noise(9)[0] + noise(0)[0] - 0.1) / 10, abs=1e-9
    )


def test_a_list_is_counted_member_by_member(tmp_path):
    levels = {"relu": 0.97 + noise(0), "tanh": 0.95 + noise(1), "elu": 0.96 + noise(2)}
    runs = toy(*(cell(hidden, test_accuracy=values) for hidden, values in levels.items()))
    found = judged(tmp_path, runs, count())
    assert (found.label, found.num_as_claimed) == ("2 of 3", 2)
    assert [row.direction for row in found.rows] == ["as claimed", "not shown", "as claimed"]
    raw = [scipy.stats.ttest_1samp(v, 0.95, alternative="greater").pvalue for v in levels.values()]
    assert found.rows[1].p_value == pytest.approx(raw[1])
    assert found.rows[2].p_value == pytest.approx(2 * raw[2])
    assert (found.forecast.direction, found.forecast.interval) == (True, True)
    assert found.forecast.size is None
    below = judged(tmp_path, runs, count(relation="<=", bound=0.955))
    assert below.label == "1 of 3"


def test_forecasts_are_scored(tmp_path):
    forecast = {"direction": "not shown", "size": "matters", "low": 0.02, "high": 0.03}
    score = judged(tmp_path, toy(*pair(0.01, 0.01)), contrast(forecast=forecast)).forecast
    assert (score.direction, score.size, score.interval) == (False, True, False)


def test_what_is_missing_is_said(tmp_path):
    runs = toy(*pair(0.01, 0.01))
    few = toy(runs.summary[runs.summary["seed"] < 205])
    found = judged(tmp_path, few)
    assert (found.status, found.tier) == ("incomplete record", "full")
    assert found.reason == (
        "Of tanh, softmax outputs, at the learning rate 0.001, 5 seeds are recorded "
        "and 10 are needed. To go on: activation-study run core."
    )
    quick = judged(tmp_path, toy(few.summary, tier="quick"))
    assert quick.status == "judged"
    assert not quick.is_evidence
    assert "no evidence" in str(quick)
    untuned = runs.summary.assign(tuned_for_validation_accuracy=False)
    said = "not all runs are recorded that choose its learning rate for validation accuracy"
    assert said in judged(tmp_path, toy(untuned)).reason


def test_a_chapter_is_compared_once_for_the_same_claims_and_runs(tmp_path, monkeypatch):
    compared, compare = [], Evaluation.compare

    def counting(self, rule, moved=None):
        compared.append(rule.metric)
        return compare(self, rule, moved)

    monkeypatch.setattr(Evaluation, "compare", counting)
    path = write(tmp_path, document(one=contrast(), other=contrast(expected="lower")))
    runs = toy(*pair(0.01, 0.01))
    before = judge_all(runs, path=path)
    num_compared = len(compared)
    assert judge_all(runs, path=path) == before
    assert len(compared) == num_compared > 0
    # Other runs, or other claims, and all is compared anew.
    other = judge("one", toy(*pair(-0.01, -0.01)), path=path)
    path = write(tmp_path, document(one=contrast(expected="lower")))
    assert [other.label, judge("one", runs, path=path).label] == ["opposite"] * 2


def test_judge_all_takes_one_study_or_several(tmp_path):
    runs = toy(*pair(0.01, 0.01))
    withdrawn = {"kind": "withdrawn", "registered": "2026-01-01", "why": "Ill posed."}
    path = write(tmp_path, document(one=contrast(), later=None, never=withdrawn))
    one = [verdict.label for verdict in judge_all(runs, path=path)]
    several = [verdict.label for verdict in judge_all({"core": runs}, path=path)]
    assert one == several == ["came true", "not tried yet", "withdrawn"]
    with pytest.raises(ValueError, match="Unknown study: received 'cor'"):
        judge_all({"cor": runs}, path=path)
    with pytest.raises(ValueError, match="received runs of type str"):
        judge("one", "core", path=path)


def test_judge_all_says_how_firm_where_it_is_asked(tmp_path):
    path = write(tmp_path, document(one=contrast(), later=None))
    runs = toy(*pair(0.01, 0.01))
    one = judge("one", runs, path=path)
    assert one.sensitivity
    assert judge_all(runs, path=path, firm=True) == [one, judge("later", runs, path=path)]


def test_every_verdict_validates_against_the_published_schema(tmp_path):
    root = settings.repository()
    published = (root / "data" / "verdicts.schema.json").read_bytes()
    assert published == verdicts.schema()
    path = write(tmp_path, document(one=contrast(), many=count(), later=None))
    runs = toy(*pair(0.01, 0.01))
    found = [
        *judge_all(),
        *judge_all(runs, path=path),
        judge("one", toy(*pair(np.nan, 0.0)), path=path),
    ]
    said = json.loads(json.dumps([verdict.as_dict() for verdict in found], allow_nan=False))
    jsonschema.validate(said, json.loads(published))
    assert said[-1]["primary"]["effect"] is None


def test_judging_needs_no_tensorflow():
    code = (
        "import sys; import activation_study.report.claims as c; c.judge('linear-collapse');"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
