"""Published runs, trained again: equal on the machine type that made them, near it elsewhere."""

from __future__ import annotations

import os

import pytest

import soak
from activation_study import settings
from activation_study.engine.records.published import PublishedRecord
from activation_study.report.reproduction import audit as auditing
from activation_study.report.reproduction.audited_run import DIFFERENT

# A download that failed leaves the folder without a file.
HAS_MNIST = bool(os.environ.get("ACTIVATION_STUDY_DATASETS")) or any(
    (settings.downloads() / "mnist").glob("*.gz")
)
SEED = 2024


@pytest.mark.slow
@pytest.mark.skipif(not HAS_MNIST, reason="MNIST is not at hand: set ACTIVATION_STUDY_DATASETS")
def test_a_sample_of_the_published_record_comes_again() -> None:
    root = settings.repository()
    assert root is not None
    sample = soak.repetitions(short=2, long=40)
    found = auditing.audit(sample=sample, seed=SEED, published=PublishedRecord(root / "data"))
    assert len(found.runs) == sample
    assert [str(run) for run in found.runs if run.verdict == DIFFERENT] == []
    assert found.exit_code == 0


def test_the_audit_that_the_book_shows_is_of_the_present_record() -> None:
    root = settings.repository()
    assert root is not None
    written = auditing.last_written(root / "data")
    assert written is not None
    published = PublishedRecord(root / "data")
    commits = {
        study: published.read(study, "runs").to_pandas().set_index("key")["commit"]
        for study in {run["study"] for run in written["runs"]}
    }
    assert len(written["runs"]) == written["sample"]
    for run in written["runs"]:
        assert commits[run["study"]][run["key"]] == run["commit"]
