"""Who says each claim and who studied it: named for all, by keys that the bibliography has."""

import re
from pathlib import Path

import pytest
from pybtex.database import parse_file

from activation_study.report.claims import claims_file
from activation_study.report.claims.claim import NOBODY
from activation_study.report.claims.judging import ClaimsError, load_claims
from activation_study.report.claims.rules import DemonstrationRule
from report.claims.claim_frames import document, write

CHAPTERS = Path(__file__).parents[3] / "chapters"
CITED = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")


@pytest.fixture(scope="module")
def entries():
    return parse_file(CHAPTERS / "references.bib").entries


def test_every_key_is_in_the_bibliography_and_every_entry_is_used(entries):
    named = {key for claim in load_claims() for key in (*claim.said_by, *claim.studied_in)}
    cited = {
        key.strip()
        for path in CHAPTERS.glob("*.md")
        for keys in CITED.findall(path.read_text(encoding="utf-8"))
        for key in keys.split(",")
    }
    assert (named - NOBODY.keys()) | cited == set(entries)
    assert not NOBODY.keys() & set(entries)


def test_every_claim_but_pure_mathematics_names_who_says_it_and_a_study():
    for claim in load_claims():
        assert claim.said_by, claim.id
        assert claim.studied_in or isinstance(claim.rule, DemonstrationRule), claim.id
        assert "no-study-known" not in claim.said_by, claim.id
        assert not {"our-question", "no-source-known"} & set(claim.studied_in), claim.id


def test_what_others_found_is_among_the_sources_of_its_claim(entries):
    for claim in load_claims():
        keys = {*claim.said_by, *claim.studied_in} - NOBODY.keys()
        known = {entries[key].fields["url"] for key in keys}
        assert {finding.link for finding in claim.published} <= known, claim.id


def test_an_entry_has_what_a_reader_needs_to_find_it(entries):
    addresses = [entry.fields["url"] for entry in entries.values()]
    assert len(set(addresses)) == len(addresses)
    for key, entry in entries.items():
        assert entry.persons["author"], key
        assert entry.fields["title"], key
        assert re.match("https?://", entry.fields["url"]), key
        # Threads and documentation have no lasting date.
        assert entry.type == "online" or re.fullmatch("(19|20)[0-9]{2}", entry.fields["year"]), key
        year = re.search("-((?:19|20)[0-9]{2})$", key)
        assert year is None or entry.fields["year"] == year[1], key
    in_prose = re.findall(r"arxiv\.org/abs/(\d{4}\.\d{4,5})", " ".join(addresses))
    # An arXiv number begins with year and month of the first version: no work is older than that.
    for number in in_prose:
        own = next(e for e in entries.values() if e.fields["url"].endswith(number))
        assert int(own.fields["year"]) >= 2000 + int(number[:2]), number


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"said_by": ["Lu 2019"]}, "claim 'one', said_by, 0: received 'Lu 2019'"),
        ({"studied_in": "lu-2019"}, "claim 'one', studied_in: received 'lu-2019'"),
        ({"studied_in": ["lu-2019", "lu-2019"]}, "received \\['lu-2019'\\] more than once"),
        (
            {"studied_in": ["lu-2019", "no-study-known"]},
            "accepted: keys of chapters/references.bib, or no-study-known alone",
        ),
    ],
)
def test_what_is_no_list_of_keys_is_refused(tmp_path, own, message):
    content = document(one=None)
    content["claims"][0] |= own
    with pytest.raises(ClaimsError, match=message):
        load_claims(write(tmp_path, content))


def test_claims_of_the_first_round_have_none():
    """They stay as they were."""
    past = claims_file.where().with_name(claims_file.FIRST_ROUND[0]).read_text(encoding="utf-8")
    assert "said_by" not in past
    assert "studied_in" not in past
