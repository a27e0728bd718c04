"""The studies ask for what they state, and for no more than the record lets them know."""

from __future__ import annotations

import dataclasses
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from activation_study import settings, studies
from activation_study.catalogue import activations
from activation_study.engine.records.records import Records
from activation_study.engine.sweeps.sweep import load
from activation_study.experiment import Experiment
from activation_study.studies import Arm, Study, arms
from engine.made_runs import made_run

HEADS = ("softmax", "sigmoid")
SECOND = ("heads-2", "averaging", "prior-bias-2", "core-2", "catalogue-2")


@pytest.fixture(autouse=True)
def full_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(settings.TIER_VARIABLE, raising=False)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(tmp_path / "cache", tmp_path / "data")


@pytest.fixture
def core() -> Study:
    return studies.core()


@pytest.fixture
def small(core: Study) -> Study:
    """The core study with three arms, of which the first two are headline arms."""
    arms = (
        Arm({"hidden": "relu", "head": "softmax"}),
        Arm({"hidden": "tanh", "head": "sigmoid"}),
        Arm({"hidden": "hard_tanh", "head": "softmax"}),
    )
    return dataclasses.replace(core, arms=arms)


def record(records: Records, experiments: list[Experiment], best_rate: float) -> None:
    """Records synthetic runs, the most accurate of which have the given rate."""
    for experiment in records.missing(experiments):
        distance = abs(experiment.learning_rate - best_rate) / best_rate
        accuracy = 0.97 - 0.05 * min(distance, 1.0)
        both = {f"{prefix}validation_accuracy": accuracy for prefix in ("", "averaged_")}
        records.add(made_run(experiment, **both))


def of_arm(experiments: list[Experiment], arm: Arm) -> list[Experiment]:
    return [
        one
        for one in experiments
        if all(getattr(one, field) == value for field, value in arm.fields.items())
    ]


def tuning_grid(study: Study, arm: Arm) -> list[Experiment]:
    return study.tuning.grid(study.base.replace(**arm.fields))


def test_core_takes_every_trainable_activation_with_both_heads(core: Study) -> None:
    left_out = {"step", *studies.LEFT_OUT, *studies.AFTER_THE_FIRST_ROUND}
    trainable = [name for name in activations.built_in_names() if name not in left_out]
    assert left_out < set(activations.built_in_names())
    assert set(core.arms) == set(arms(hidden=trainable, head=HEADS))
    assert len(core.arms) == 2 * len(trainable)
    kinds = Counter(activations.get(arm.fields["hidden"]).kind for arm in core.arms)
    assert kinds["elementwise"] >= 2 * 24
    assert kinds["learned"] == 2 * 2
    assert kinds["layerwise"] >= 2 * 3


def test_core_follows_the_protocol(core: Study) -> None:
    assert core.base == Experiment(protocol=1)
    assert core.tier == "full"
    assert core.tuning.rates == (1e-4, 3.16e-4, 1e-3, 3.16e-3, 1e-2, 3.16e-2, 1e-1)
    assert core.tuning.seeds == (0, 1, 2)
    assert core.tuning.extends
    assert not core.tuning.pairs
    for arm in core.arms:
        is_headline = arm.fields["hidden"] in studies.HEADLINE_ACTIVATIONS
        assert len(list(core.seeds(arm))) == (30 if is_headline else 10)
    assert len(core.default_seeds) == 10


def test_the_second_round_follows_its_protocol(core: Study) -> None:
    first = {*core.tuning.seeds, *range(100, 130)}
    for name in SECOND:
        study = studies.get(name)
        assert study.base == Experiment()
        few = core.tuning.rates[1:5] if name == "catalogue-2" else core.tuning.rates
        assert (study.tuning.rates, study.tuning.seeds) == (few, (10, 11, 12))
        assert study.tuning.pairs
        assert study.tuning.extends
        for arm in study.arms:
            assert list(study.seeds(arm)) == list(range(200, 210))
        assert study.curve in ((), tuple(range(200, 210)))
        assert first.isdisjoint({*study.tuning.seeds, *range(200, 210)})
    with_curve = {name for name in SECOND if studies.get(name).curve}
    assert with_curve == {"heads-2", "core-2", "prior-bias-2"}


def test_the_second_round_covers_the_catalogue_once(core: Study) -> None:
    by_study = {name: studies.get(name).arms for name in SECOND}
    whole = [*by_study["core-2"], *by_study["catalogue-2"]]
    assert len(whole) == len(set(whole))
    assert set(whole) == set(core.arms) - set(arms(hidden=("sparsemax",), head=HEADS))
    assert len(by_study["core-2"]) == 2 * 15
    assert set(by_study["heads-2"]) == set(arms(hidden=studies.HEADLINE_ACTIVATIONS, head=HEADS))
    assert set(by_study["averaging"]) == set(
        arms(hidden=studies.HEADLINE_ACTIVATIONS, head=HEADS, rate_decay=("linear",))
    )
    assert set(by_study["prior-bias-2"]) == set(
        arms(hidden=studies.HEADLINE_ACTIVATIONS, head=("sigmoid", "sigmoid_prior"))
    )


def test_studies_of_a_round_share_their_runs(records: Records) -> None:
    """In the order in which they run, with rates that differ by criterion."""
    best = {"validation_accuracy": 1e-2, "averaged_validation_accuracy": 3.16e-3}
    best |= {"averaged_validation_nll": 1e-3, "area_after_first_epoch": 3.16e-2}
    added, shared = {}, {}
    for name in SECOND[:4]:
        study = studies.get(name)
        few = tuple(arm for arm in study.arms if arm.fields["hidden"] in ("relu", "silu"))
        study = dataclasses.replace(study, arms=few)
        new = set[str]()
        while missing := records.missing(study.next_experiments(records)):
            new |= {one.key for one in missing}
            for one in missing:
                records.add(made_run(one, **peaks(one, best)))
        wanted = {one.key: one for one in study.next_experiments(records)}
        added[name], shared[name] = len(new), len(wanted) - len(new)
    # At each rate of the curve 10 seeds, the chosen ones among them.
    assert added == {
        "heads-2": 2 * (21 + 7 * 10),
        "averaging": 2 * (21 + 3 * 10),
        "prior-bias-2": 21 + 7 * 10,
        "core-2": 2 * (21 + 7 * 10),
    }
    one = 21 + 7 * 10
    assert shared == {"heads-2": 0, "averaging": 0, "prior-bias-2": one, "core-2": 2 * one}


def peaks(one: Experiment, best: dict[str, float]) -> dict[str, float]:
    """Measures that are best at their own rate."""
    distance = {name: abs(math.log10(one.learning_rate / rate)) for name, rate in best.items()}
    return {name: d if name.endswith("nll") else 1.0 - d for name, d in distance.items()}


def test_roles_by_criterion(records: Records) -> None:
    study = dataclasses.replace(studies.get("core-2"), arms=arms(hidden=["tanh"], head=["softmax"]))
    best = dict.fromkeys(study.tuning.criteria, 1e-2) | {"validation_accuracy": 1e-3}
    for _ in range(2):
        for one in records.missing(study.next_experiments(records)):
            records.add(made_run(one, **peaks(one, best)))
    summary = load(study, records).summary
    judged = summary[~summary["is_tuning"]].set_index(["learning_rate", "seed"])
    at = {
        role: judged.index[judged[role]].sortlevel()[0].tolist()
        for role in [name for name in judged if name.startswith(("is_", "tuned_for_"))]
    }
    seeds = range(200, 210)
    assert at == {
        "is_tuning": [],
        "is_tuned": [(1e-2, seed) for seed in seeds],
        "is_default": [(1e-3, seed) for seed in seeds],
        "is_curve": [(rate, seed) for rate in study.tuning.rates for seed in seeds],
        "tuned_for_averaged_validation_accuracy": [(1e-2, seed) for seed in seeds],
        "tuned_for_validation_accuracy": [(1e-3, seed) for seed in seeds],
        "tuned_for_averaged_validation_nll": [(1e-2, seed) for seed in seeds],
        "tuned_for_area_after_first_epoch": [(1e-2, seed) for seed in seeds],
    }
    assert judged["test_accuracy"].notna().all()
    tuning = summary[summary["is_tuning"]]
    assert len(tuning) == 21
    assert not tuning[list(at)[1:]].to_numpy().any()


@pytest.mark.parametrize("criterion", ["validation_acuracy", "test_accuracy", "train_loss_mean"])
def test_what_no_criterion_can_be_is_refused(small: Study, criterion: str) -> None:
    with pytest.raises(ValueError, match=f"criterion.*received '{criterion}'; accepted: "):
        dataclasses.replace(small, tuning=dataclasses.replace(small.tuning, criteria=(criterion,)))


def test_a_trial_of_ones_own_follows_the_protocol_and_shares_its_runs(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = studies.core_2()
    monkeypatch.setattr("activation_study.catalogue.activations.registry._registered", {})
    activations.register("mine", mine)
    trial = studies.trial(hidden=["mine", "relu"])
    assert (trial.name, trial.base, trial.curve) == (None, core.base, ())
    assert trial.tuning.criteria == core.tuning.criteria[:2]
    assert [len(list(trial.seeds(arm))) for arm in trial.arms] == [10, 10]
    wanted = trial.next_experiments(records)
    shared = {one.key for one in wanted} & {one.key for one in core.next_experiments(records)}
    # The tuning grid, and the default rate.
    assert len(wanted) == 2 * (21 + 10)
    assert len(shared) == 21 + 10
    assert studies.trial(mine, "sigmoid").arms == (Arm({"hidden": mine, "head": "sigmoid"}),)


@pytest.mark.parametrize(
    ("hidden", "heads", "said"),
    [
        ("rellu", "softmax", "Did you mean 'relu'"),
        ("relu", ["softmaxx"], "Did you mean 'softmax'"),
        ([], "softmax", "received 0 activations and 1 heads"),
    ],
)
def test_a_trial_of_what_is_unknown_is_refused(hidden: Any, heads: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        studies.trial(hidden, heads)


def mine(scores: Any) -> Any:
    return scores * 0.5


def test_make_study_repeats_the_last_round() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text()
    (named,) = re.findall(r"^STUDIES := (.*)$", makefile, re.MULTILINE)
    assert named.split() == list(studies.ROUNDS[-1])
    assert set(SECOND) <= set(named.split())


def test_evaluation_uses_fresh_seeds(core: Study) -> None:
    tuned_on = set(core.tuning.seeds)
    for arm in core.arms:
        assert tuned_on.isdisjoint(core.seeds(arm))
        # The default rate and the tuned rate are compared on the same seeds.
        assert set(core.default_seeds) <= set(core.seeds(arm))
    assert tuned_on.isdisjoint(core.default_seeds)


def test_an_empty_record_asks_for_what_depends_on_no_choice(core: Study, records: Records) -> None:
    wanted = core.next_experiments(records)
    assert len({one.key for one in wanted}) == len(core.arms) * (7 * 3 + 10)
    for arm in core.arms:
        ours = of_arm(wanted, arm)
        assert ours[:21] == tuning_grid(core, arm)
        assert {one.evaluation for one in ours[:21]} == {"validation"}
        default = [(one.evaluation, one.learning_rate, one.seed) for one in ours[21:]]
        assert default == [("test", 0.001, seed) for seed in range(100, 110)]


def test_a_rate_without_others_needs_no_choice(small: Study, records: Records) -> None:
    tuning = dataclasses.replace(small.tuning, rates=(0.01,), extends=False)
    alone = dataclasses.replace(small, tuning=tuning, arms=small.arms[:1])
    wanted = Counter((one.evaluation, one.learning_rate) for one in alone.next_experiments(records))
    assert wanted == {("validation", 0.01): 3, ("test", 0.01): 30, ("test", 0.001): 10}


def test_arm_whose_tuning_is_complete_is_evaluated(small: Study, records: Records) -> None:
    first, second, third = small.arms
    record(records, tuning_grid(small, first), best_rate=0.01)
    wanted = small.next_experiments(records)
    for arm in (second, third):
        assert of_arm(wanted, arm)[:21] == tuning_grid(small, arm)
        assert {one.learning_rate for one in of_arm(wanted, arm)[21:]} == {0.001}
    evaluation = of_arm(wanted, first)[21:]
    assert len({one.key for one in wanted}) == len(wanted)
    assert of_arm(wanted, first)[:21] == tuning_grid(small, first)
    assert Counter(one.learning_rate for one in evaluation) == {0.01: 30, 0.001: 10}
    assert {one.evaluation for one in evaluation} == {"test"}
    assert {one.seed for one in evaluation if one.learning_rate == 0.01} == set(range(100, 130))
    assert {one.seed for one in evaluation if one.learning_rate == 0.001} == set(range(100, 110))


def test_what_is_judged_beyond_the_test_set_is_tuned_alike(small: Study, records: Records) -> None:
    first = small.arms[0]
    record(records, tuning_grid(small, first), best_rate=0.01)
    beyond = dataclasses.replace(small, evaluation="beyond")
    plain, others = (of_arm(one.next_experiments(records), first) for one in (small, beyond))
    assert others[:21] == plain[:21]
    assert others[21:] == [one.replace(evaluation="beyond") for one in plain[21:]]
    with pytest.raises(ValueError, match="'validation', which is that of its tuning runs alone"):
        dataclasses.replace(small, evaluation="validation")
    with pytest.raises(ValueError, match="'beyond' needs a task with one right label"):
        dataclasses.replace(beyond, base=Experiment(task="scenes", head="sigmoid"))


def test_study_grows_to_its_end(small: Study, records: Records) -> None:
    sizes = []
    while missing := records.missing(small.next_experiments(records)):
        # Beyond the grid at first: the tuning has to be extended before its choice is judged.
        record(records, missing, best_rate=0.316)
        sizes.append(len(missing))
    extensions = [3 * 3] * 2
    assert sizes == [3 * (21 + 10), *extensions, 30 + 30 + 10]
    wanted = small.next_experiments(records)
    assert len({one.key for one in wanted}) == sum(sizes)
    tuned = {one.learning_rate for one in wanted if one.evaluation == "test"}
    assert tuned == {0.316, 0.001}


def test_roles(small: Study, records: Records) -> None:
    first, second, third = small.arms
    record(records, tuning_grid(small, first), best_rate=0.01)
    # The second arm's best rate is the default one: one run has both roles.
    record(records, tuning_grid(small, second), best_rate=0.001)
    record(records, small.next_experiments(records)[:0], best_rate=1.0)
    wanted = small.next_experiments(records)
    record(records, of_arm(wanted, first) + of_arm(wanted, second), best_rate=0.01)
    # Of the third, only some tuning runs are there.
    record(records, tuning_grid(small, third)[:5], best_rate=0.01)
    summary = load(small, records).summary
    roles = ["is_tuning", "is_tuned", "is_default"]
    assert (summary[roles].dtypes == "bool").all()
    counts = {
        arm: Counter(
            tuple(row)
            for row in summary.loc[summary["arm"] == arm.name, roles].itertuples(index=False)
        )
        for arm in small.arms
    }
    tuning, tuned, default = (True, False, False), (False, True, False), (False, False, True)
    both = (False, True, True)
    assert counts[first] == {tuning: 21, tuned: 30, default: 10}
    assert counts[second] == {tuning: 21, tuned: 20, both: 10}
    assert counts[third] == {tuning: 5}
    assert (summary["evaluation"] == "validation").equals(summary["is_tuning"])
    assert summary.loc[summary["is_tuning"], "test_accuracy"].isna().all()
    assert summary.loc[~summary["is_tuning"], "test_accuracy"].notna().all()


def test_an_arm_is_named_by_what_varies() -> None:
    pairs = arms(hidden=["relu", "swish"], head=["softmax"])
    assert [arm.name for arm in pairs] == ["relu with softmax", "silu with softmax"]
    deep = arms(hidden=["relu", "tanh"], depth=[2, 8])
    assert [arm.name for arm in deep] == [
        *("relu, depth 2", "relu, depth 8", "tanh, depth 2", "tanh, depth 8")
    ]
    (kernels,) = arms(initializer=["he_normal"], batch_size=[32])
    assert kernels.name == "initializer he_normal, batch size 32"
    assert re.fullmatch(r"mine@[0-9a-f]{16}, depth 8", Arm({"hidden": mine, "depth": 8}).name)
    assert Arm({"depth": 8, "hidden": mine}) == Arm({"hidden": mine, "depth": 8})
    assert len({Arm({"depth": 8, "width": 2}), Arm({"width": 2, "depth": 8})}) == 1


def test_what_no_arm_can_be_is_refused(small: Study) -> None:
    with pytest.raises(ValueError, match="an arm received learning_rate, seed, which a study"):
        Arm({"hidden": "relu", "learning_rate": 0.1, "seed": 3})
    with pytest.raises(ValueError, match="Did you mean 'relu'"):
        dataclasses.replace(small, arms=arms(hidden=["rellu"]))
    with pytest.raises(ValueError, match="Did you mean 'depth'"):
        dataclasses.replace(small, arms=arms(deph=[2]))


def test_runs_of_two_spellings_of_an_arm_are_the_firsts(small: Study, records: Records) -> None:
    twice = dataclasses.replace(small, arms=(Arm({"depth": 2}), Arm({"hidden": "relu"})))
    record(records, twice.next_experiments(records), best_rate=0.01)
    assert set(load(twice, records).summary["arm"]) == {"depth 2"}


def test_arms_may_vary_any_field(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.TIER_VARIABLE, "quick")
    study = studies.get("depth-by-activation")
    record(records, study.next_experiments(records), best_rate=0.01)
    summary = load(study, records).summary
    assert {arm.name for arm in study.arms} == set(summary["arm"])
    for name, runs in summary.groupby("arm"):
        (hidden,), (depth,) = runs["hidden"].unique(), runs["depth"].unique()
        assert name == f"{hidden}, depth {depth}"
        assert set(runs.loc[runs["is_tuned"], "learning_rate"]) == {0.00316}
        assert runs[["is_tuning", "is_tuned", "is_default"]].sum().tolist() == [1, 2, 2]


def test_loading_needs_nothing_recorded(small: Study, records: Records) -> None:
    runs = load(small, records)
    assert len(runs) == 0
    assert (runs.name, runs.tier) == ("core", "full")
    assert {"arm", "is_tuning", "is_tuned", "is_default"} <= set(runs.summary.columns)


@pytest.mark.parametrize("name", studies.STUDIES)
def test_quick_tier_keeps_every_arm(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    full = studies.get(name)
    monkeypatch.setenv(settings.TIER_VARIABLE, "quick")
    quick = studies.get(name)
    assert quick.tier == "quick"
    assert quick.name == full.name
    assert quick.arms == full.arms
    assert quick.base.dataset == "mnist-5k"
    assert quick.base.epochs <= 3
    num_tried = 2 if full.curve else 1
    assert len(quick.tuning.rates) == num_tried
    assert quick.tuning.seeds == full.tuning.seeds[:num_tried]
    assert not quick.tuning.extends
    assert quick.tuning.criteria == full.tuning.criteria
    assert len(quick.curve) == len(full.curve[:2])
    for arm in quick.arms:
        assert len(list(quick.seeds(arm))) == 2
        assert set(quick.tuning.seeds).isdisjoint(quick.seeds(arm))
    # No run of a tier can pass for one of the other.
    assert quick.base.replace(epochs=10).key != full.base.key


def test_quick_tier_ends_after_one_round(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.TIER_VARIABLE, "quick")
    quick = dataclasses.replace(studies.core(), arms=studies.core().arms[:2])
    record(records, quick.next_experiments(records), best_rate=0.01)
    wanted = quick.next_experiments(records)
    assert records.missing(wanted) == []
    assert len({one.key for one in wanted}) == 2 * (1 + 2 + 2)


def test_unknown_study_is_refused() -> None:
    with pytest.raises(ValueError, match=r"received 'cor'; accepted: .*Did you mean 'core'\?"):
        studies.get("cor")
    assert set(studies.STUDIES) >= {"core"}
    assert studies.STUDIES.keys().isdisjoint(studies.UNPUBLISHED)
    for name in studies.STUDIES | studies.UNPUBLISHED:
        assert studies.get(name).name == name
