"""What is published in data/: whole, of the size that the book claims, and judged."""

from __future__ import annotations

import pytest

from activation_study import load, studies
from activation_study.catalogue import activations
from activation_study.engine import places
from activation_study.engine.records import Records, Runs
from activation_study.engine.shards import PublishedRecord
from activation_study.report.claims import judge_all
from activation_study.report.verdicts import VERDICTS

CHAPTERS = ("activations", "softmax", "convergence", "softmax-or-sigmoid")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Records:
    """The published record alone, beneath an empty working cache."""
    root = places.repository()
    assert root is not None
    return Records(tmp_path_factory.mktemp("cache"), root / "data")


@pytest.fixture(scope="module")
def core(published: Records) -> Runs:
    return load(studies.core(), published)


def test_every_file_is_what_the_manifest_says(published: Records) -> None:
    assert isinstance(published.published, PublishedRecord)
    assert len(published.published.verify()) == 7


def test_nothing_of_the_core_study_is_missing(published: Records, core: Runs) -> None:
    assert published.missing(studies.core().next_experiments(published)) == []
    assert len(core) > 2_000
    assert core.summary["key"].is_unique


def test_every_arm_was_tuned_with_one_budget_and_judged_on_fresh_seeds(core: Runs) -> None:
    summary = core.summary
    assert summary.loc[summary["is_tuning"], "test_accuracy"].isna().all()
    assert set(summary["evaluation"][summary["is_tuned"]]) == {"test"}
    arms = summary[summary["is_tuning"]].groupby(["hidden", "head"])["learning_rate"].nunique()
    assert (arms >= 7).all()
    tuned = summary[summary["is_tuned"]].groupby(["hidden", "head"])["seed"].agg(set)
    assert tuned.index.equals(arms.index)
    assert all(len(seeds) in (10, 30) and min(seeds) >= 100 for seeds in tuned)
    default = summary[summary["is_default"]].groupby(["hidden", "head"]).size()
    assert (default == 10).all()


def test_the_record_covers_the_catalogue(core: Runs) -> None:
    hidden = set(core.summary["hidden"])
    elementwise = {name for name in hidden if activations.get(name).kind == "elementwise"}
    assert len(elementwise) >= 24
    assert set(core.summary["head"]) == {"softmax", "sigmoid"}


def test_every_claim_of_the_written_chapters_with_a_rule_has_a_verdict(core: Runs) -> None:
    verdicts = [v for v in judge_all({"core": core}) if v.chapter in CHAPTERS and v.registered]
    assert len(verdicts) >= 30
    assert [v.claim for v in verdicts if v.verdict not in VERDICTS] == []
    by_claim = {verdict.claim: verdict.verdict for verdict in verdicts}
    # The protocol must not find a difference between a function and itself.
    assert by_claim["placebo-celu-elu"] == "supported"
