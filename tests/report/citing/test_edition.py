"""Citations, read back by other programs: BibTeX by pybtex, LaTeX by latexcodec."""

from __future__ import annotations

import codecs
import dataclasses
import json
from pathlib import Path

import latexcodec
import pytest
from pybtex.database import Entry, parse_string

from activation_study import settings
from activation_study.errors import MissingFileError
from activation_study.report.citing import Edition
from activation_study.report.claims.judging import load_claims
from activation_study.report.claims.verdict import Verdict
from report.claims.made_verdicts import every_label

ROOT = Path(__file__).parents[3]
CITED = """\
title: A Book
abstract: >-
  Said in
  two lines.
version: 2.1
authors:
  - {family-names: Curie, given-names: Marie}
  - {name: The R&D Group}
"""


def entry_of(text: str, claim_id: str) -> Entry:
    return parse_string(text, "bibtex").entries[f"activations-on-trial:{claim_id}"]


def read_by_latex(text: str) -> str:
    return codecs.decode(text, "ulatex").replace("{", "").replace("}", "")


@pytest.fixture
def edition(tmp_path: Path) -> Edition:
    path = tmp_path / "CITATION.cff"
    path.write_text(CITED)
    return dataclasses.replace(Edition.read(path, "2026"), record="abc123")


def test_the_books_own_citation_is_read_with_its_record() -> None:
    edition = Edition.read(ROOT / "CITATION.cff", "2026")
    manifest = json.loads((settings.published() / "MANIFEST.json").read_text())
    assert edition.title == "Activations on Trial"
    assert edition.authors == ("The Activations on Trial authors",)
    assert len(edition.record) == 12
    assert manifest["digest"].startswith(edition.record)


def test_every_claim_survives_bibtex() -> None:
    assert latexcodec.__name__ in codecs.lookup("ulatex").encode.__module__
    edition = Edition.read(ROOT / "CITATION.cff", "2026")
    hard = every_label()[0].claim.model_copy(update={"assertion": "50 % of a_b & #1"})
    for claim in (*load_claims(), hard):
        verdict = Verdict(claim, "judged", "came true")
        entry = entry_of(edition.bibtex(verdict, f"verdicts/{claim.id}.html"), claim.id)
        assert read_by_latex(entry.fields["title"]) == f"Verdict on “{claim.assertion}” Came true"
        assert [str(person) for person in entry.persons["author"]] == [
            "{The Activations on Trial authors}"
        ]


def test_what_latex_takes_for_commands_is_escaped(edition: Edition) -> None:
    (made, *_) = every_label()
    claim = made.claim.model_copy(update={"assertion": r"{$x\y^2~}"})
    title = entry_of(edition.bibtex(dataclasses.replace(made, claim=claim), "p"), claim.id).fields
    escaped = r"\{\$x\textbackslash{}y\textasciicircum{}2\textasciitilde{}\}"
    assert escaped in title["title"]


def test_persons_groups_and_dates(edition: Edition, tmp_path: Path) -> None:
    (verdict, *_) = every_label()
    entry = entry_of(edition.bibtex(verdict, "verdicts/all-true.html"), "all-true")
    curie, group = entry.persons["author"]
    assert (curie.last_names, curie.first_names) == (["Curie"], ["Marie"])
    assert read_by_latex(str(group)) == "The R&D Group"
    assert (entry.fields["year"], edition.abstract) == ("2026", "Said in two lines.")
    dated = tmp_path / "dated.cff"
    dated.write_text(f"{CITED}date-released: 2031-02-03\n")
    assert Edition.read(dated, "2026").year == "2031"
    own = dataclasses.replace(Edition.read(dated, ""), record="abc123")
    entry = entry_of(own.bibtex_of_record(), "record")
    assert entry.fields["title"] == "{A Book: the record of every run}"
    assert entry.fields["note"] == "Version 2.1, record abc123"
    with pytest.raises(MissingFileError, match=r"gone\.cff is missing: expected a citation file"):
        Edition.read(tmp_path / "gone.cff", "2026")


def test_an_address_is_given_where_there_is_one(edition: Edition, tmp_path: Path) -> None:
    (verdict, *_) = every_label()
    page = "verdicts/all-true.html"
    saying = "Sigmoid outputs are the wrong choice for exclusive classes."
    begin = f"Curie, Marie, The R&D Group (2026). Verdict on “{saying}” Came true. "
    begin += "A Book, version 2.1, record abc123. "
    assert edition.line(verdict, page) == f"{begin}Page {page}."
    fields = entry_of(edition.bibtex(verdict, page), "all-true").fields
    assert "url" not in fields
    assert page in fields["note"]
    for base in ("https://example.org/book", "https://example.org/book/"):
        own = Edition.read(tmp_path / "CITATION.cff", "2026", base)
        address = f"https://example.org/book/{page}"
        assert own.line(verdict, page).endswith(address)
        fields = entry_of(own.bibtex(verdict, page), "all-true").fields
        assert fields["url"] == address
        assert page not in fields["note"]


def test_no_evidence_is_not_cited_as_such(edition: Edition) -> None:
    (thinned,) = (each for each in every_label() if each.claim.id == "thinned")
    for cited in (edition.line(thinned, "p"), edition.bibtex(thinned, "p")):
        assert "Cannot tell (quick tier: no evidence)" in cited
