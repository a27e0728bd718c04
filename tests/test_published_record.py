"""What is published in data/: whole, of the size that the book claims, and judged."""

from __future__ import annotations

import hashlib
import json
import subprocess
from typing import Any

import pytest
import yaml

from activation_study import load, settings, studies
from activation_study.catalogue import activations
from activation_study.engine.records import dictionary, meanings, schema
from activation_study.engine.records.published import PublishedRecord
from activation_study.engine.records.records import Records, Runs
from activation_study.experiment import FIELDS, Experiment
from activation_study.report.analysis.arms import evaluation_runs, select
from activation_study.report.citing import dataset
from activation_study.report.claims import claims_file
from activation_study.report.claims.judging import judge_all, load_claims
from activation_study.report.tables.arms import LAYERS

ARROW = {"text": "string", "integer": "int64", "number": "double", "true or false": "bool"}

PUBLISHED = PublishedRecord(settings.published()).studies()
COMPLETE = [name for name in PUBLISHED if name not in studies.IN_PROGRESS]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Records:
    """The published record alone, beneath an empty working cache."""
    root = settings.repository()
    assert root is not None
    return Records(tmp_path_factory.mktemp("cache"), root / "data")


@pytest.fixture(scope="module")
def core(published: Records) -> Runs:
    return load(studies.core(), published)


def test_every_file_is_what_the_manifest_says(published: Records) -> None:
    assert isinstance(published.published, PublishedRecord)
    assert set(studies.ROUNDS[0]) <= set(PUBLISHED) <= set(studies.STUDIES)
    assert len(published.published.verify()) >= 7 * len(COMPLETE)


def test_every_published_key_is_that_of_its_description(published: Records) -> None:
    record = published.published
    keys: dict[str, list[str]] = {}
    for name in PUBLISHED:
        rows = record.read(name, "runs").to_pylist()
        keys[name] = [Experiment(**{field: row[field] for field in FIELDS}).key for row in rows]
        assert keys[name] == [row["key"] for row in rows]
    assert sum(len(keys[name]) for name in studies.ROUNDS[0]) == 2_823
    assert len({key for each in keys.values() for key in each}) == sum(map(len, keys.values()))


def test_what_describes_the_record_is_that_of_today() -> None:
    """The data dictionary, and the metadata for programs with the digest of every file."""
    folder, root = settings.published(), settings.repository()
    assert root is not None
    remedy = "run activation-study register, and commit what it writes in data/"
    assert (folder / dataset.DICTIONARY).read_bytes() == dataset.markdown(), remedy
    made = dataset.croissant(folder, root / "CITATION.cff")
    assert (folder / dataset.CROISSANT).read_bytes() == made, remedy
    for each in json.loads(made)["distribution"]:
        if "sha256" in each:
            content = (folder / each["contentUrl"]).read_bytes()
            assert each["sha256"] == hashlib.sha256(content).hexdigest()
            assert each["contentSize"] == f"{len(content)} B"


def test_the_dictionary_says_where_a_value_is_missing(published: Records) -> None:
    record, missing, told = published.published, set(), set()
    for study in PUBLISHED:
        measures = record.measures(study)
        for table, content in record.read_all(study).items():
            for column in dictionary.columns(measures, table):
                assert str(content[column.name].type) == ARROW[column.kind]
                if content[column.name].null_count:
                    missing.add((measures.name, table, column.name))
                    assert column.null, (study, table, column.name)
                if column.null:
                    told.add((measures.name, table, column.name))
    # Nothing was left untrained there.
    others = {(measures.name, "runs", "train_seconds") for measures in dictionary.sets()[1:]}
    assert told - missing <= others


def test_every_text_of_the_dictionary_is_used() -> None:
    used = set()
    for measures in dictionary.sets():
        for table, columns in schema.Schema.of(measures).tables.items():
            for column in columns:
                _, part, _, name = dictionary.split(table, column)
                own = f"{table}.{name}"
                used.add(own if not part and own in meanings.MEANINGS else name)
    assert set(meanings.MEANINGS) == used


@pytest.mark.slow
# What mlcroissant itself asks of rdflib and pandas.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_metadata_are_valid_croissant_and_lead_to_the_runs(published: Records) -> None:
    import mlcroissant

    found = mlcroissant.Dataset(jsonld=published.published.folder / dataset.CROISSANT)
    issues = found.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    first = next(iter(found.records("runs-of-shares")))
    expected = published.published.read("shares", "runs").to_pylist()[0]
    assert first["runs-of-shares/key"].decode() == expected["key"]
    assert first["runs-of-shares/width"] == expected["width"]
    assert len(first) == len(published.published.columns()["shares/runs.parquet"])


@pytest.mark.parametrize("name", PUBLISHED)
def test_nothing_of_a_study_is_missing(published: Records, name: str) -> None:
    missing = published.missing(studies.get(name).next_experiments(published))
    assert (missing != []) == (name in studies.IN_PROGRESS)


def test_the_core_study_is_large(core: Runs) -> None:
    assert len(core) > 2_000
    assert core.summary["key"].is_unique


@pytest.mark.parametrize("name", COMPLETE)
def test_every_arm_was_tuned_with_one_budget_and_judged_on_fresh_seeds(
    published: Records, name: str
) -> None:
    study = studies.get(name)
    summary = load(study, published).summary
    of_test = [name for name in summary if name.startswith(("test_", "averaged_test_"))]
    assert of_test
    assert summary.loc[summary["is_tuning"], of_test].isna().all(axis=None)
    assert set(summary["evaluation"][summary["is_tuned"]]) == {study.evaluation}
    tuning = summary[summary["is_tuning"]].groupby("arm")["learning_rate"].agg(set)
    tuned = summary[summary["is_tuned"]].groupby("arm")["seed"].agg(set)
    default = summary[summary["is_default"]].groupby("arm")["seed"].agg(set)
    for arm in study.arms:
        assert tuning[arm.name] >= set(study.tuning.rates)
        assert tuned[arm.name] == set(study.seeds(arm))
        assert default.get(arm.name, set()) >= set(study.default_seeds or ())


def test_the_studies_need_every_published_run(published: Records) -> None:
    """Thus every arm's rates are those under which its evaluation was run."""
    needed = {
        run.key for name in PUBLISHED for run in studies.get(name).next_experiments(published)
    }
    made = (published.published.read(name, "runs")["key"].to_pylist() for name in PUBLISHED)
    assert {key for keys in made for key in keys} == needed - _missing(published)


def _missing(published: Records) -> set[str]:
    going_on = (studies.get(name).next_experiments(published) for name in studies.IN_PROGRESS)
    return {run.key for wanted in going_on for run in published.missing(wanted)}


def test_the_record_covers_the_catalogue(core: Runs) -> None:
    hidden = set(core.summary["hidden"])
    elementwise = {name for name in hidden if activations.get(name).kind == "elementwise"}
    assert len(elementwise) >= 24
    assert set(core.summary["head"]) == {"softmax", "sigmoid"}


@pytest.mark.parametrize("name", ["core", "prior-bias"])
def test_runs_of_the_first_round_were_made_when_its_rules_stood(
    published: Records, name: str
) -> None:
    root = settings.repository()
    assert root is not None

    def rules(content: bytes) -> dict[str, Any]:
        claims = yaml.safe_load(content)["claims"]
        return {each["id"]: each["rule"] for each in claims if "rule" in each}

    kept = rules((root / "data" / "first_round.yml").read_bytes())
    kept = {claim: rule for claim, rule in kept.items() if rule.get("study") == name}
    assert kept
    made = published.published.read(name, "runs").column("commit").unique().to_pylist()
    assert made
    for commit in made:
        shown = subprocess.run(
            ["git", "show", f"{commit}:data/claims.yml"], cwd=root, capture_output=True, check=False
        )
        if shown.returncode != 0:
            pytest.skip(f"needs the whole history: commit {commit} is not in this clone")
        then = rules(shown.stdout)
        assert {claim: then.get(claim) for claim in kept} == kept


def test_every_claim_whose_study_is_published_has_a_verdict() -> None:
    verdicts = [each for each in judge_all() if each.claim.rule]
    waiting = [each.claim for each in verdicts if each.status == "incomplete record"]
    assert [claim.id for claim in waiting if claim.rule.study in COMPLETE] == []
    # The protocol must not find a difference between a function and itself, and must find what is
    # broken on purpose. One was broken less than foretold: its page says so.
    controls = {each.claim.id: each.primary for each in verdicts if each.claim.control}
    otherwise = {name for name, each in controls.items() if each and each.direction != "as claimed"}
    assert otherwise == {"relu-over-sum-fails"}


def test_no_id_of_a_claim_is_lost() -> None:
    """Its page may have been cited: `activation-study register` lists the new, and refuses this."""
    listed = (settings.published() / claims_file.IDS).read_text().split()
    present = sorted(claim.id for claim in load_claims())
    assert set(listed) - set(present) == set(), "withdraw a claim (kind: withdrawn), or keep it"
    assert listed == present, "run activation-study register, and commit data/claim_ids.txt"


def test_each_row_of_the_layers_to_copy_is_one_arm(published: Records) -> None:
    found = {study: load(studies.get(study), published).summary for _, study, *_ in LAYERS}
    for when, study, cell, *_ in LAYERS:
        chosen = select(evaluation_runs(found[study], "tuned"), {"head": "softmax", **cell})
        assert chosen["arm"].nunique() == 1, when
