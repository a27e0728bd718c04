"""Verdicts of contrasts on toy records whose answer is known."""

import itertools

import numpy as np
import pandas as pd
import pytest

from activation_study.report.analysis import statistics
from activation_study.report.claims import contrasts
from activation_study.report.claims.contrasts import combine_all, combine_mixed
from activation_study.report.claims.judging import judge, judge_all
from report.claims.claim_frames import (
    SEEDS,
    cell,
    contrast,
    contrast_rule,
    document,
    noise,
    toy,
    write,
)

BASE = 0.97 + noise(0)


def judge_rule(tmp_path, rule, runs, **others):
    path = write(tmp_path, document(**({"claim": rule} | others)))
    return judge("claim", runs, path=path)


@pytest.mark.parametrize(
    ("gap", "scale", "predicted", "verdict"),
    [
        (0.01, 0.0005, "arm_better", "supported"),
        (-0.01, 0.0005, "arm_better", "refuted"),
        (-0.01, 0.0005, "arm_worse", "supported"),
        (0.0, 0.0005, "arm_better", "no practical difference"),
        (0.0, 0.0005, "equivalent", "supported"),
        (0.01, 0.0005, "equivalent", "refuted"),
        (0.0, 0.02, "arm_better", "inconclusive"),
    ],
)
def test_one_contrast(tmp_path, gap, scale, predicted, verdict):
    runs = toy(
        cell("tanh", test_accuracy=BASE + gap + noise(1, scale)),
        cell("sigmoid", test_accuracy=BASE),
    )
    result = judge_rule(tmp_path, contrast_rule(contrast(predicted=predicted)), runs)
    assert result.verdict == verdict
    oracle = (gap + noise(1, scale)).mean()
    assert result.finding.effect == pytest.approx(oracle)
    assert result.finding.interval[0] < oracle < result.finding.interval[1]
    assert len(result.finding.keys) == result.num_study_runs == 20
    assert result.rows["num_pairs"].tolist() == [10]


def test_real_but_negligible_difference_is_equivalent(tmp_path):
    runs = toy(
        cell("tanh", test_accuracy=BASE + 0.001 + noise(1, 1e-5)),
        cell("sigmoid", test_accuracy=BASE),
    )
    result = judge_rule(tmp_path, contrast_rule(contrast()), runs)
    assert result.rows["holm_p_value"][0] < 0.001
    assert result.rows["outcome"][0] == "equivalent"
    assert result.verdict == "no practical difference"
    assert result.finding.condition == (
        "equivalent for one; smaller than the margin, yet real (Holm-adjusted p below 0.05): the "
        "arm is ahead in 1 and behind in 0 of the equivalent ones"
    )
    lower = contrast(metric="test_nll", better="lower", arm={"hidden": "relu"})
    runs = toy(cell("relu", test_nll=0.1 + 0.001 + noise(1, 1e-5)), cell("sigmoid", test_nll=0.1))
    result = judge_rule(tmp_path, contrast_rule(lower), runs)
    assert "ahead in 0 and behind in 1" in result.finding.condition


def test_pairs_are_matched_by_seed_and_not_by_position(tmp_path):
    tanh = cell("tanh", test_accuracy=BASE + 0.01 + noise(1)).sample(frac=1, random_state=0)
    more = cell("sigmoid", seeds=range(95, 115), test_accuracy=0.5)
    more.loc[more["seed"].isin(list(SEEDS)), "test_accuracy"] = BASE
    result = judge_rule(tmp_path, contrast_rule(contrast()), toy(tanh, more))
    assert result.rows["num_pairs"][0] == 10
    assert result.finding.effect == pytest.approx((0.01 + noise(1)).mean())


def test_a_mix_depends_and_names_what_holds_where(tmp_path):
    runs = toy(
        cell("tanh", test_accuracy=BASE + 0.01 + noise(1)),
        cell("sigmoid", test_accuracy=BASE),
        cell("tanh", rate="default", test_accuracy=BASE + noise(2)),
        cell("sigmoid", rate="default", test_accuracy=BASE),
    )
    rule = contrast_rule(contrast("tuned"), contrast("untuned", rate="default"))
    result = judge_rule(tmp_path, rule, runs)
    assert result.verdict == "depends"
    assert result.finding.condition == (
        "as claimed in 1 of 2 comparisons: better for tuned; equivalent for untuned"
    )


def test_comparisons_made_of_the_same_runs_are_said_to_be(tmp_path):
    tanh = cell("tanh", seeds=range(100, 130), test_accuracy=0.95 + np.linspace(0, 0.001, 30))
    sigmoid = cell("sigmoid", seeds=range(100, 130), test_accuracy=0.9, learning_rate=0.003)
    runs = toy(
        # Tuning chose the default rate for tanh, whose runs have both roles; not for sigmoid.
        tanh.assign(is_default=tanh["seed"] < 110),
        sigmoid,
        cell("sigmoid", rate="default", test_accuracy=0.92),
    )
    rule = contrast_rule(contrast("tuned"), contrast("untuned", rate="default"))
    result = judge_rule(tmp_path, rule, runs)
    assert "runs of another" not in result.finding.condition
    assert result.rows["rates"].tolist() == ["0.001 and 0.003", "0.001"]
    assert len(result.finding.keys) == 30 + 30 + 10
    assert result.num_study_runs == 70
    both = sigmoid.assign(is_default=sigmoid["seed"] < 110)
    result = judge_rule(tmp_path, rule, toy(tanh.assign(is_default=tanh["seed"] < 110), both))
    assert result.finding.condition == (
        "better in all 2 comparisons; 1 of the comparisons is made of runs of another, because "
        "tuning chose the default rate"
    )
    assert len(result.finding.keys) == 60


def test_what_repeats_another_has_the_same_metric_and_no_more_runs():
    few, more = ("nll", {"a"}, {"b"}), ("nll", {"a", "c"}, {"b", "d"})
    for pair in ([few, few], [few, more], [more, few]):
        assert contrasts.num_repeated(pair) == 1
    assert contrasts.num_repeated([few, ("accuracy", {"a"}, {"b"})]) == 0


def test_holm_counts_every_contrast_of_the_chapter(tmp_path):
    runs = toy(
        cell("tanh", test_accuracy=BASE + 0.0015 + noise(1, 0.003)),
        cell("sigmoid", test_accuracy=BASE),
    )
    differences = 0.0015 + noise(1, 0.003)
    raw = statistics.paired_t_p_value(differences, alternative="two-sided")
    other = contrast_rule(*(contrast(str(i), arm={"hidden": "absent"}) for i in range(39)))
    alone = judge_rule(tmp_path, contrast_rule(contrast()), runs)
    among = judge_rule(tmp_path, contrast_rule(contrast()), runs, other=other)
    first = judge(
        "claim",
        runs,
        path=write(tmp_path, document(other=other, claim=contrast_rule(contrast()))),
    )
    assert alone.rows["holm_p_value"][0] == pytest.approx(raw)
    assert among.rows["holm_p_value"][0] == pytest.approx(min(1, 40 * raw))
    assert first.rows["holm_p_value"][0] == among.rows["holm_p_value"][0]
    assert (alone.verdict, among.verdict) == ("supported", "inconclusive")


def test_a_chapters_contrasts_are_compared_once_for_all_its_claims(tmp_path, monkeypatch):
    compared = []
    compare = contrasts.compare
    monkeypatch.setattr(
        contrasts, "compare", lambda one, runs: compared.append(one.name) or compare(one, runs)
    )
    rules = {f"claim_{i}": contrast_rule(contrast("a"), contrast("b")) for i in range(3)}
    runs = toy(cell("tanh", test_accuracy=BASE + 0.01), cell("sigmoid", test_accuracy=BASE))
    verdicts = judge_all(runs, path=write(tmp_path, document(**rules)))
    assert [each.verdict for each in verdicts] == ["supported"] * 3
    assert len(compared) == 6


def test_lower_may_be_better_and_an_epoch_never_reached_counts_as_one_more(tmp_path):
    slow = np.full(10, np.inf)
    slow[:3] = 9.0
    runs = toy(
        cell("tanh", epochs_to_97=3.0 + noise(1)),
        cell("sigmoid", epochs_to_97=slow),
    )
    rule = contrast_rule(contrast(metric="epochs_to_97", better="lower"))
    result = judge_rule(tmp_path, rule, runs)
    assert result.verdict == "supported"
    assert result.finding.effect == pytest.approx(3 + noise(1).mean() - (3 * 9 + 7 * 11) / 10)


def test_a_diverged_run_counts_as_a_guess_and_a_missing_value_does_not(tmp_path):
    lost = cell("tanh", test_accuracy=BASE, test_nll=0.1)
    lost.loc[0, ["test_accuracy", "test_nll"]] = np.nan
    reference = cell("sigmoid", test_accuracy=BASE, test_nll=0.1)
    accuracy, nll = contrast(), contrast("nll", metric="test_nll", better="lower")
    missing = judge_rule(tmp_path, contrast_rule(accuracy), toy(lost, reference))
    assert missing.verdict == "inconclusive"
    assert missing.as_dict()["effect"] is None
    lost.loc[0, "diverged"] = True
    rows = judge_rule(tmp_path, contrast_rule(accuracy, nll), toy(lost, reference)).rows
    assert rows["effect"][0] == pytest.approx((0.1 - BASE[0]) / 10)
    assert rows["effect"][1] == pytest.approx((np.log(10) - 0.1) / 10)


def test_the_best_is_chosen_by_tuning_runs_at_the_selected_rate_alone(tmp_path):
    rule = contrast_rule(contrast(predicted="equivalent", reference={"hidden": "@best"}))
    cells = [cell("tanh", test_accuracy=BASE)]
    for hidden, validation, test in [
        ("relu", 0.97, 0.90), ("elu", 0.96, 0.99), ("maxout", 0.99, 0.99), ("tanh", 0.98, 0.99)
    ]:  # fmt: skip
        tuning = cell(hidden, seeds=range(3), tuning=True, test_accuracy=np.nan)
        cells.append(tuning.assign(validation_accuracy=validation))
        # ELU shines at a rate that was not selected.
        other = tuning.assign(validation_accuracy=0.999, learning_rate=0.01)
        cells += [other] if hidden == "elu" else []
        cells += [] if hidden == "tanh" else [cell(hidden, test_accuracy=test)]
    result = judge_rule(tmp_path, rule, toy(*cells))
    assert result.rows["reference"][0] == "relu with softmax"
    assert result.verdict == "refuted"


@pytest.mark.parametrize("fixed", [{"head": "sigmoid"}, {}])
def test_the_best_is_sought_where_the_reference_stands(tmp_path, fixed):
    sides = {"arm": {"hidden": "tanh"}, "reference": {"hidden": "@best"}}
    if not fixed:
        sides = {side: values | {"head": "sigmoid"} for side, values in sides.items()}
    cells = [cell("tanh", "sigmoid", test_accuracy=BASE)]
    for hidden, head, validation in [
        ("relu", "softmax", 0.99), ("relu", "sigmoid", 0.90), ("elu", "sigmoid", 0.95)
    ]:  # fmt: skip
        tuning = cell(hidden, head, seeds=range(3), tuning=True, test_accuracy=np.nan)
        cells.append(tuning.assign(validation_accuracy=validation))
        cells.append(cell(hidden, head, test_accuracy=BASE - 0.01 + noise(3)))
    asked = contrast(**sides)
    del asked["fixed"]
    if fixed:
        asked["fixed"] = fixed
    result = judge_rule(tmp_path, contrast_rule(asked), toy(*cells))
    assert result.rows["reference"][0] == "elu with sigmoid"


def test_a_mistyped_name_is_refused_with_the_claim_that_has_it(tmp_path):
    runs = toy(cell("tanh", test_accuracy=BASE), cell("sigmoid", test_accuracy=BASE - 0.01))
    for changes, said in (
        ({"arm": {"hiden": "tanh"}}, "received 'hiden'.*Did you mean 'hidden'"),
        ({"metric": "test_acuracy", "margin": 0.1}, "received 'test_acuracy'.*'test_accuracy'"),
    ):
        rule = contrast_rule(contrast(**changes))
        with pytest.raises(ValueError, match=said):
            judge_rule(tmp_path, rule, runs)
        with pytest.raises(ValueError, match=f"claim 'other' of the same chapter: .*{said}"):
            judge_rule(tmp_path, contrast_rule(contrast()), runs, other=rule)


def test_missing_cells_and_other_studies_leave_an_incomplete_record(tmp_path):
    rule = contrast_rule(contrast())
    full = [cell("tanh", test_accuracy=BASE), cell("sigmoid", test_accuracy=BASE)]
    few = judge_rule(tmp_path, rule, toy(full[0], full[1].head(9)))
    assert few.verdict == "incomplete record"
    assert "9 of at least 10 seeds" in few.finding.condition
    assert "sigmoid with softmax" in few.finding.condition
    apart = cell("sigmoid", seeds=range(105, 115), test_accuracy=0.9)
    assert (
        "5 of at least 10 common seeds"
        in judge_rule(tmp_path, rule, toy(full[0], apart)).finding.condition
    )
    assert judge_rule(tmp_path, rule, toy(*full, name="deep")).verdict == "incomplete record"
    assert judge_rule(tmp_path, rule, None).verdict == "incomplete record"
    assert judge_rule(tmp_path, rule, toy(*full, name=None)).verdict == "no practical difference"


def test_an_unpinned_cell_is_refused(tmp_path):
    double = pd.concat([cell("tanh", head=head, test_accuracy=BASE) for head in ("a", "b")])
    rule = contrast_rule(contrast(fixed={"epochs": 10}))
    with pytest.raises(ValueError, match="several runs of one seed"):
        judge_rule(tmp_path, rule, toy(double, cell("sigmoid", test_accuracy=BASE)))


OUTCOMES = ["better", "worse", "equivalent", "inconclusive"]


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ("better worse", "supported"),
        ("better equivalent", "supported"),
        ("better better", "refuted"),
        ("worse worse", "refuted"),
        ("equivalent equivalent", "no practical difference"),
        ("inconclusive inconclusive", "inconclusive"),
        ("better inconclusive", "depends"),
        ("worse equivalent", "depends"),
    ],
)
def test_varying_results(outcomes, verdict):
    assert combine_mixed(outcomes.split()) == verdict


def test_two_contrasts_depend_unless_they_agree():
    for first, second in itertools.permutations(OUTCOMES, 2):
        assert combine_all([first, second], ["arm_better", "arm_better"]) == "depends"
    assert combine_all(["equivalent"] * 2, ["equivalent", "arm_better"]) == "depends"
    assert combine_all(["better", "worse"], ["equivalent"] * 2) == "refuted"
