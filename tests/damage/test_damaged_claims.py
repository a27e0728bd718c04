"""Claims and their schema: what is not registered is refused, and an edit can be registered."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from activation_study import settings
from activation_study.engine.records.published import MANIFEST, PublishedRecord
from activation_study.engine.records.schema import TABLES
from activation_study.errors import DamagedRecordError, RecordError
from activation_study.report.claims import claims_file
from activation_study.report.claims.judging import ClaimsError, judge, load_claims
from damage.harm import harmed
from engine.made_runs import EXPERIMENTS, made_run

FILES = (
    *("claims.yml", "claims.schema.json", "verdicts.schema.json"),
    *("first_round.yml", "first_round.json"),
)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the manifest, the claims and their schema, in the place of the project's own."""
    root = settings.repository()
    assert root is not None
    folder = tmp_path / "data"
    folder.mkdir()
    for name in (*FILES, MANIFEST):
        shutil.copy(root / "data" / name, folder)
    monkeypatch.setenv(settings.DATA_VARIABLE, str(folder))
    return folder


def test_every_changed_byte_is_noticed(data: Path, rng: np.random.Generator) -> None:
    for name in FILES:
        path = data / name
        whole = path.read_bytes()
        claims_file.verify()
        for harm, content in harmed(whole, rng):
            path.write_bytes(content)
            with pytest.raises(ClaimsError) as caught:
                claims_file.verify()
            assert str(caught.value) == (
                f"{path} is not what is registered: "
                f"expected SHA-256 {hashlib.sha256(whole).hexdigest()}, "
                f"found {hashlib.sha256(content).hexdigest()}. Remedies: restore it from version "
                "control (git checkout -- data), or name another folder with "
                "ACTIVATION_STUDY_DATA; or, after a deliberate change, register the claims "
                "(activation-study register)."
            ), harm
        path.write_bytes(whole)
    assert len(load_claims()) > 50


def test_every_changed_byte_of_the_manifest_is_noticed(
    data: Path, rng: np.random.Generator
) -> None:
    path = data / MANIFEST
    for harm, content in harmed(path.read_bytes(), rng):
        path.write_bytes(content)
        with pytest.raises(RecordError) as caught:
            load_claims()
        assert str(path) in str(caught.value), harm


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(data: Path, name: str) -> None:
    expected = hashlib.sha256((data / name).read_bytes()).hexdigest()
    (data / name).unlink()
    uses = [claims_file.verify]
    # Another folder's claims are none in the place of registered ones that are lost.
    uses += [load_claims, lambda: judge("linear-collapse")] if name == "claims.yml" else []
    for use in uses:
        with pytest.raises(ClaimsError, match=rf"{name}: expected a file of SHA-256 {expected}, "):
            use()


def test_a_lost_manifest_is_named_with_and_without_tables(data: Path) -> None:
    (data / MANIFEST).unlink()
    with pytest.raises(ClaimsError, match=r"expected SHA-256 in .*MANIFEST\.json, received no"):
        load_claims()
    (data / "core").mkdir()
    (data / "core" / "runs.parquet").write_bytes(b"")
    with pytest.raises(DamagedRecordError, match=r"MANIFEST\.json is missing"):
        load_claims()
    with pytest.raises(DamagedRecordError, match=r"MANIFEST\.json is missing"):
        claims_file.register()


def test_claims_outside_a_repository_are_no_bare_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(settings.DATA_VARIABLE, str(tmp_path / "nowhere"))
    monkeypatch.setattr(settings, "repository", lambda: None)
    with pytest.raises(ClaimsError, match="Remedy: name the folder data of a clone"):
        load_claims()


def test_a_record_is_judged_by_the_claims_beside_it(data: Path) -> None:
    path = data / "claims.yml"
    path.write_text(path.read_text().replace("alpha: 0.05", "alpha: 0.06", 1))
    assert claims_file.register() == list(FILES)
    assert claims_file.read().alpha == 0.06
    assert claims_file.verify() == [data / name for name in FILES]
    assert claims_file.borrowed() == ""


def test_a_record_without_claims_borrows_the_repositorys_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(settings.DATA_VARIABLE, str(tmp_path))
    root = settings.repository()
    assert root is not None
    assert claims_file.verify() == [root / "data" / name for name in FILES]
    assert f"are judged by {root / 'data' / 'claims.yml'}; " in claims_file.borrowed()
    # Not the repository's, which nobody asked to change.
    with pytest.raises(
        ClaimsError, match=r"expected a file, .* or name another folder with ACTIVATION_STUDY_DATA"
    ):
        claims_file.register()
    assert list(tmp_path.iterdir()) == []


def test_the_published_schema_is_that_of_the_models() -> None:
    root = settings.repository()
    assert root is not None
    assert (root / "data" / "claims.schema.json").read_bytes() == claims_file.schema()


def test_a_file_of_ones_own_needs_no_registration(data: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.yml"
    own.write_bytes((data / "claims.yml").read_bytes() + b"# mine\n")
    assert len(load_claims(own)) > 50


def test_a_registered_copy_is_compared_by_its_path_too(data: Path) -> None:
    with (data / "claims.yml").open("a") as stream:
        stream.write("# edited\n")
    with pytest.raises(ClaimsError, match="is not what is registered"):
        load_claims(data / "claims.yml")


def test_a_deliberate_change_is_registered(data: Path) -> None:
    before = json.loads((data / MANIFEST).read_text())
    path = data / "claims.yml"
    path.write_text(path.read_text() + "# edited\n")
    assert claims_file.register() == list(FILES)
    assert len(load_claims()) > 50
    claims_file.verify()
    after = json.loads((data / MANIFEST).read_text())
    digests = {name: hashlib.sha256((data / name).read_bytes()).hexdigest() for name in FILES}
    assert after.pop("claims") == digests != before.pop("claims")
    assert after.pop("digest") != before.pop("digest")
    assert after == before


def test_registering_twice_gives_the_same_bytes(data: Path) -> None:
    whole = (data / MANIFEST).read_bytes()
    claims_file.register()
    assert (data / MANIFEST).read_bytes() == whole
    (data / MANIFEST).unlink()
    claims_file.register()
    again = (data / MANIFEST).read_bytes()
    claims_file.register()
    assert (data / MANIFEST).read_bytes() == again
    assert len(load_claims()) > 50


def test_an_id_that_was_registered_is_never_lost(data: Path) -> None:
    path, listed = data / "claims.yml", data / claims_file.IDS
    claims_file.register()
    ids, text = listed.read_text().split(), path.read_text()
    assert ids == sorted(claim.id for claim in load_claims())
    path.write_text(text.replace("- id: linear-collapse\n", "- id: brand-new\n", 1))
    whole = (data / MANIFEST).read_bytes()
    with pytest.raises(ClaimsError, match=r"without linear-collapse; accepted: .* kind: withdrawn"):
        claims_file.register()
    assert (listed.read_text().split(), (data / MANIFEST).read_bytes()) == (ids, whole)
    added = "\n  - id: brand-new\n    chapter: softmax\n    assertion: Said.\n"
    path.write_text(f"{text}{added}")
    claims_file.register()
    assert listed.read_text().split() == sorted([*ids, "brand-new"])


@pytest.mark.parametrize("content", [b"claims: []\n", b"\xff"])
def test_what_is_no_file_of_claims_is_not_registered(data: Path, content: bytes) -> None:
    whole = (data / MANIFEST).read_bytes()
    (data / "claims.yml").write_bytes(content)
    with pytest.raises(ClaimsError, match=r"claims\.yml.*received .*(accepted|missing)"):
        claims_file.register()
    assert (data / MANIFEST).read_bytes() == whole


def test_publishing_keeps_what_is_registered(tmp_path: Path) -> None:
    record = PublishedRecord(tmp_path / "data")
    runs = [made_run(experiment) for experiment in EXPERIMENTS]
    record.publish("core", runs[:4])
    record.register({"claims.yml": "0" * 64})
    assert record.publish("core", runs) == 4
    assert record.publish("other", runs[:2]) == 2
    assert record.registered() == {"claims.yml": "0" * 64}
    assert len(record.verify()) == 2 * len(TABLES)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a clone has it: source and data, and neither TensorFlow nor a dataset."""
    root = settings.repository()
    assert root is not None
    folder = tmp_path_factory.mktemp("clone")
    for name in ("src", "data"):
        shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "_toc.yml", "CITATION.cff"):
        shutil.copy(root / name, folder)
    for module in ("tensorflow", "keras"):
        (folder / "src" / f"{module}.py").write_text("raise SystemExit(99)\n")
    return folder


def call(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line of a clone."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("ACTIVATION_STUDY")
    }
    return subprocess.run(
        [sys.executable, "-m", "activation_study.cli", *words],
        env=environment | {"PYTHONPATH": str(clone / "src")} | {"HOME": str(clone / "nobody")},
        cwd=clone,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_verify_reads_everything_and_needs_neither_tensorflow_nor_a_dataset(
    clone: Path, rng: np.random.Generator
) -> None:
    done = call(clone, "verify")
    assert (done.returncode, done.stderr) == (0, "")
    num_files = len(list((clone / "data").glob("*/*.parquet")))
    assert done.stdout.startswith(
        f"{num_files} files are what the manifest says, and the manifest is whole\n"
        f"{' and '.join(FILES)} of {clone / 'data'} are what is registered\n"
    )
    for name in ("core/units.parquet", "claims.yml"):
        path = clone / "data" / name
        whole = path.read_bytes()
        path.write_bytes(next(harmed(whole, rng))[1])
        done = call(clone, "verify")
        path.write_bytes(whole)
        assert done.returncode == 2
        assert str(path) in done.stderr
        assert "git checkout" in done.stderr
        assert done.stderr.count("\n") == 1


def test_the_command_line_refuses_an_edited_rule_until_it_is_registered(clone: Path) -> None:
    path, manifest = clone / "data" / "claims.yml", clone / "data" / MANIFEST
    whole, listed = path.read_text(), manifest.read_bytes()
    path.write_text(whole.replace("alpha: 0.05", "alpha: 0.06", 1))
    try:
        done = call(clone, "claims")
        assert done.returncode == 2
        assert "activation-study register" in done.stderr
        assert done.stdout == ""
        done = call(clone, "register")
        assert done.returncode == 0
        assert "registered" in done.stdout
        assert call(clone, "verify").returncode == 0
    finally:
        path.write_text(whole)
        manifest.write_bytes(listed)
