"""Demonstrations, thresholds, winners and factorials on toy records whose answer is known."""

import itertools
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.formula.api import ols

from activation_study.report.claims import factorial, winners
from activation_study.report.claims.demonstrated import judge_demonstration, satisfies
from activation_study.report.claims.judging import judge
from activation_study.report.claims.rules import DemonstrationRule
from activation_study.report.claims.show import describe_groups
from report.claims.claim_frames import COMMON, SEEDS, cell, document, noise, toy, write

SETTINGS = list(itertools.product(["softmax", "sigmoid"], ["tuned", "default"]))


def judge_rule(tmp_path, rule, runs):
    return judge("claim", runs, path=write(tmp_path, document(claim=rule)))


# ---------------------------------------------------------------- demonstrations
CHECKS = {
    "error": {"relation": "<=", "bound": 1e-6, "reason": "rounding"},
    "control": {"relation": ">=", "bound": 0.1, "reason": "must break"},
    "count": {"relation": "==", "bound": 0.0, "reason": "exact"},
}
DEMONSTRATION = DemonstrationRule(
    kind="demonstration",
    demonstration="toy",
    checks=CHECKS,
    **{name: COMMON[name] for name in ("registered", "why", "scope")},
)


def demonstrate(values):
    names = dict(zip(CHECKS, values, strict=True))
    return judge_demonstration(DEMONSTRATION, {"toy": names}.__getitem__)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ((1e-7, 1.0, 0), "supported"),
        ((1e-5, 0.0, 1), "refuted"),
        ((1e-7, 0.0, 0), "depends"),
        ((np.nan, 1.0, 0), "depends"),
    ],
)
def test_demonstration(values, verdict):
    assert demonstrate(values).verdict == verdict


def test_demonstration_names_what_fails():
    assert demonstrate((1.0, 1.0, 0)).condition == "2 of 3 checks hold; outside their bound: error"


def test_demonstration_must_measure_the_checks_of_the_rule():
    accepted = r"accepted: \['control', 'count', 'error'\]"
    with pytest.raises(ValueError, match=rf"received checks \['eror'\]; {accepted}"):
        judge_demonstration(DEMONSTRATION, lambda name: {"eror": 0.0})


def test_nothing_holds_for_what_is_not_a_number():
    assert not any(satisfies(float("nan"), relation, 0.0) for relation in ("<=", ">=", "=="))


# ---------------------------------------------------------------- thresholds
def threshold_rule(*checks, hidden=("relu", "tanh")):
    summary = {"name": "accuracy", "table": "summary", "column": "test_accuracy"}
    return COMMON | {
        "kind": "threshold",
        "checks": list(checks) or [summary | {"relation": ">=", "bound": 0.95}],
        "groups": {"hidden": list(hidden), "head": ["softmax"]},
        "rate": "tuned",
    }


@pytest.mark.parametrize(
    ("relu", "tanh", "scale", "verdict"),
    [
        (0.97, 0.98, 0.001, "supported"),
        (0.90, 0.91, 0.001, "refuted"),
        (0.90, 0.98, 0.001, "depends"),
        (0.95, 0.95, 0.02, "inconclusive"),
    ],
)
def test_threshold(tmp_path, relu, tanh, scale, verdict):
    values = noise(1, scale) - noise(1, scale).mean()
    runs = toy(cell("relu", test_accuracy=relu + values), cell("tanh", test_accuracy=tanh + values))
    result = judge_rule(tmp_path, threshold_rule(), runs)
    assert result.verdict == verdict
    assert result.finding.effect == pytest.approx(min(relu, tanh))
    assert "lowest by the bound: relu with softmax" in result.finding.effect_of
    if verdict == "depends":
        assert (
            result.finding.condition == "fails for relu with softmax; holds for tanh with softmax"
        )


def test_a_threshold_without_its_runs_is_incomplete(tmp_path):
    result = judge_rule(tmp_path, threshold_rule(), toy(cell("relu", test_accuracy=0.97)))
    assert result.verdict == "incomplete record"
    assert "tanh with softmax" in result.finding.condition


def confusion(runs, likeliest):
    """Return mean probabilities of the ten classes for images of a 4."""
    probabilities = np.full(10, 0.001)
    probabilities[4] = 0.9
    for rank, digit in enumerate(likeliest):
        probabilities[digit] = 0.05 - 0.01 * rank
    return pd.concat(
        pd.DataFrame(
            {
                "key": key,
                "true_class": 4,
                "predicted_class": range(10),
                "mean_probability": probabilities,
            }
        )
        for key in runs["key"]
    )


@pytest.mark.parametrize(
    ("likeliest", "verdict"),
    [([9, 7], "supported"), ([7, 9], "supported"), ([9, 6, 7], "depends"), ([1, 2], "refuted")],
)
def test_likeliest_wrong_classes(tmp_path, likeliest, verdict):
    relu = cell("relu")
    checks = [
        {
            "name": f"{digit} among two",
            "table": "confusion",
            "true_class": 4,
            "predicted_class": digit,
            "among_largest": 2,
            "relation": ">=",
            "bound": 0.5,
        }
        for digit in (9, 7)
    ]
    rule = threshold_rule(*checks, hidden=["relu"])
    result = judge_rule(tmp_path, rule, toy(relu, confusion=confusion(relu, likeliest)))
    assert result.verdict == verdict
    assert result.rows["num_pairs"].tolist() == [10, 10]
    few = toy(relu, confusion=confusion(relu.head(3), likeliest))
    assert judge_rule(tmp_path, rule, few).verdict == "incomplete record"
    # A run without probabilities is no reason to judge by the others alone.
    lost = confusion(relu, likeliest)
    lost.loc[lost["key"] == relu["key"][0], "mean_probability"] = np.nan
    assert judge_rule(tmp_path, rule, toy(relu, confusion=lost)).verdict == "inconclusive"
    with pytest.raises(ValueError, match="several runs of one seed"):
        judge_rule(tmp_path, rule, toy(relu, relu, confusion=confusion(relu, likeliest)))


# ---------------------------------------------------------------- winners
WINNERS = COMMON | {
    "kind": "winners",
    "metric": "test_accuracy",
    "better": "higher",
    "over": "hidden",
    "heads": ["softmax", "sigmoid"],
    "rates": ["tuned", "default"],
    "majority": 0.5,
}


def grid(means):
    """Return runs of a grid; means[hidden] is one mean, or one for each of the four settings."""
    cells = [
        cell(hidden, head, rate, test_accuracy=np.broadcast_to(mean, 4)[i] + noise(n))
        for n, (hidden, mean) in enumerate(means.items())
        for i, (head, rate) in enumerate(SETTINGS)
    ]
    return toy(*cells)


@pytest.mark.parametrize(
    ("means", "verdict"),
    [
        # One wins each half of the settings and loses the other half by far.
        ({"a": [0.98, 0.98, 0.95, 0.95], "b": [0.95, 0.95, 0.98, 0.98]}, "supported"),
        ({"a": 0.98, "b": 0.95, "c": 0.90}, "refuted"),
        # All the same: wins are shared by chance, any of them will do.
        ({"a": 0.98, "b": 0.98, "c": 0.98, "d": 0.98}, "no practical difference"),
        ({"a": [0.98, 0.98, 0.98, 0.95], "b": [0.95, 0.95, 0.95, 0.98]}, "depends"),
    ],
)
def test_universal_winner(tmp_path, means, verdict):
    assert judge_rule(tmp_path, WINNERS, grid(means)).verdict == verdict


def test_a_joint_best_is_a_best_in_whatever_order_its_seeds_stand(tmp_path):
    # Both have a mean of 0.976 in every setting; zeta wins six seeds of ten.
    zeta = np.array(
        [0.9761, 0.9762, 0.9763, 0.9761, 0.9762, 0.9763, 0.9757, 0.9757, 0.9757, 0.9757]
    )
    zeta[-1] += 0.976 * 10 - zeta.sum()
    for order in ([*range(10)], [3, 1, 7, 8, 9, 6, 0, 2, 5, 4]):
        cells = [
            cell(hidden, head, rate, test_accuracy=values[order])
            for hidden, values in (("alpha", np.full(10, 0.976)), ("zeta", zeta))
            for head, rate in SETTINGS
        ]
        assert judge_rule(tmp_path, WINNERS, toy(*cells)).verdict == "refuted"


def test_misleading_comparisons_are_counted(tmp_path):
    # At the default rate b wins under both heads; tuned, a is better under the softmax head.
    means = {"a": [0.98, 0.95, 0.98, 0.95], "b": [0.97, 0.96, 0.98, 0.96]}
    result = judge_rule(tmp_path, WINNERS, grid(means))
    assert "the winner is in 50% of cases" in result.finding.condition
    assert result.rows["best"].tolist()[:2] == ["a", "b"]


def test_runs_that_stand_for_two_rates_are_counted(tmp_path):
    assert (
        "twice" not in judge_rule(tmp_path, WINNERS, grid({"a": 0.98, "b": 0.95})).finding.condition
    )
    # Of a, with either head, tuning chose the default rate: ten runs less for each head.
    own = grid({"b": 0.95}).summary
    shared = [
        cell("a", head, "default", test_accuracy=0.98 + noise(3)) for head in ("softmax", "sigmoid")
    ]
    for frame in shared:
        frame["is_tuned"] = True
    condition = judge_rule(tmp_path, WINNERS, toy(own, *shared)).finding.condition
    assert "40 of the 80 runs of the settings are the same 20 twice" in condition


def test_ties_share_the_win():
    table = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 1.0], "c": [0.0, 0.0]})
    assert winners.wins(table).to_dict() == {"a": 1.5, "b": 0.5, "c": 0.0}


def test_winners_need_the_same_activations_everywhere(tmp_path):
    runs = grid({"a": 0.98, "b": 0.95, "c": 0.9})
    partial = runs.summary[~((runs.summary["hidden"] == "c") & runs.summary["is_default"])]
    result = judge_rule(tmp_path, WINNERS, toy(partial))
    assert result.verdict == "incomplete record"
    twice = toy(runs.summary, runs.summary)
    with pytest.raises(ValueError, match="several runs of one seed"):
        judge_rule(tmp_path, WINNERS, twice)


# ---------------------------------------------------------------- factorials
FACTORIAL = COMMON | {
    "kind": "factorial",
    "metric": "test_accuracy",
    "factors": ["hidden", "head"],
    "rate": "tuned",
}


def crossed(interaction, scale):
    cells = [
        cell(hidden, head, test_accuracy=0.95 + 0.01 * i + 0.02 * j + interaction * sign + extra)
        for (i, hidden), (j, head) in itertools.product(
            enumerate(["relu", "tanh"]), enumerate(["softmax", "sigmoid"])
        )
        for sign in [1 if i == j else -1]
        for extra in [noise(10 * i + j, scale) - noise(10 * i + j, scale).mean()]
    ]
    return toy(*cells)


@pytest.mark.parametrize(
    ("interaction", "scale", "verdict"),
    [
        (0.005, 0.001, "supported"),
        (0.001, 0.0001, "no practical difference"),
        (0.003, 0.03, "inconclusive"),
    ],
)
def test_interaction(tmp_path, interaction, scale, verdict):
    result = judge_rule(tmp_path, FACTORIAL, crossed(interaction, scale))
    assert result.verdict == verdict
    assert abs(result.finding.effect) == pytest.approx(interaction)
    assert result.rows["share"].sum() == pytest.approx(1)


def test_analysis_of_variance_agrees_with_statsmodels():
    cube = np.random.default_rng(0).normal(size=(4, 3, 5))
    names = [(i, j, k) for i, j, k in np.ndindex(cube.shape)]
    frame = pd.DataFrame(names, columns=["row", "column", "seed"]).assign(value=cube.ravel())
    model = ols("value ~ C(row) * C(column) + C(seed)", frame).fit()
    oracle = sm.stats.anova_lm(model).set_axis(["row", "column", "seed", "interaction", "residual"])
    table = factorial.analyse_variance(cube, ["row", "column"]).set_index("name").loc[oracle.index]
    np.testing.assert_allclose(table["sum_of_squares"], oracle["sum_sq"])
    np.testing.assert_allclose(table["freedom"], oracle["df"])
    np.testing.assert_allclose(table["f"], oracle["F"])
    np.testing.assert_allclose(table["p_value"], oracle["PR(>F)"])


def test_activations_that_diverged_are_left_out_and_named(tmp_path):
    broken = cell("exponential", test_accuracy=0.5)
    broken.loc[0, "diverged"] = True
    runs = toy(crossed(0.005, 0.001).summary, broken)
    result = judge_rule(tmp_path, FACTORIAL, runs)
    assert result.verdict == "supported"
    assert "left out, because a run diverged: exponential" in result.finding.condition
    incomplete = toy(crossed(0.005, 0.001).summary, cell("elu", test_accuracy=0.5))
    assert judge_rule(tmp_path, FACTORIAL, incomplete).verdict == "incomplete record"


def test_seeds_of_headline_cells_alone_take_no_part(tmp_path):
    more = cell("relu", seeds=range(110, 130), test_accuracy=0.1)
    with_more = judge_rule(tmp_path, FACTORIAL, toy(crossed(0.005, 0.001).summary, more))
    alone = judge_rule(tmp_path, FACTORIAL, crossed(0.005, 0.001))
    assert with_more.finding.effect == alone.finding.effect
    assert len(SEEDS) == 10


def test_a_grid_with_several_runs_of_one_seed_is_refused(tmp_path):
    runs = crossed(0.005, 0.001)
    with pytest.raises(ValueError, match="several runs of one seed"):
        judge_rule(tmp_path, FACTORIAL, toy(runs.summary, runs.summary.assign(depth=8)))


def test_runs_need_only_the_frames_that_a_rule_reads(tmp_path):
    summary = crossed(0.005, 0.001).summary
    runs = SimpleNamespace(summary=summary, confusion=None, name="toy", tier="full")
    assert judge_rule(tmp_path, FACTORIAL, runs).verdict == "supported"


def test_conditions_keep_names_with_commas_apart():
    rows = pd.DataFrame({"name": ["a, x", "b, y", "c"], "outcome": ["better", "better", "worse"]})
    assert describe_groups(rows) == "better for (a, x) and (b, y); worse for c"
    assert describe_groups(rows.head(2)) == "better in all 2 comparisons"


def test_conditions_count_a_group_that_is_too_large_to_name():
    outcomes = ["holds"] * 9 + ["fails"] * 3
    rows = pd.DataFrame({"name": list("abcdefghijkl"), "outcome": outcomes})
    assert describe_groups(rows) == "fails for j, k and l; holds for the other 9"
    fewer = "holds for b, c, d, e, f, g, h and i; fails for j, k and l"
    assert describe_groups(rows.tail(-1)) == fewer
