"""Whatever stands in a file of claims: claims that hold together, or a ClaimsError that helps."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from activation_study.report.claims import claims_file
from activation_study.report.claims.judging import ClaimsError
from activation_study.report.claims.rules import ContrastRule
from fuzz.wild import EXAMPLES
from report.claims.claim_frames import contrast, count, document

WHOLE = claims_file.where().read_bytes()
DOCUMENT = yaml.safe_load(WHOLE)
MADE = document(contrasted=contrast(relative_margin=0.1), counted=count())["claims"]
BY_KIND = {
    "demonstration": next(c for c in DOCUMENT["claims"] if c.get("rule")),
    "contrast": MADE[0],
    "count": MADE[1],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own.yml"


def assert_read_or_refused(path: Path, content: bytes) -> bool:
    """Read the content as claims; whether it was accepted."""
    path.write_bytes(content)
    try:
        register = claims_file.read(path)
    except ClaimsError as error:
        message = str(error)
        assert message.startswith("own.yml")
        assert "received" in message
        assert "accepted" in message or "missing" in message, message
        assert len(message) < 1_500
        assert "\n" not in message
        assert path.read_bytes() == content
        assert list(path.parent.iterdir()) == [path]
        return False
    # An oracle of its own, beside the schema.
    ids = [claim.id for claim in register.claims]
    assert ids
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in ids)
    assert 0 < register.alpha < 1
    assert all(0 < margin < math.inf for margin in register.margins.values())
    for claim in register.claims:
        assert isinstance(claim.assertion, str)
        if claim.rule is not None:
            json.dumps(claim.rule.model_dump(), allow_nan=False)
        if isinstance(claim.rule, ContrastRule):
            rule = claim.rule
            assert rule.margin or rule.relative_margin or rule.metric in register.margins
    return True


def test_the_real_claims_are_accepted(path: Path) -> None:
    assert assert_read_or_refused(path, WHOLE)


def small_document(data: st.DataObject) -> dict[str, Any]:
    """The real head, and one or two of the real claims, of which each kind of rule has one."""
    kinds = data.draw(st.lists(st.sampled_from(sorted(BY_KIND)), min_size=1, max_size=2))
    claims = [BY_KIND[kind] for kind in dict.fromkeys(kinds)]
    # JSON leaves no two places that are one object.
    return json.loads(json.dumps(DOCUMENT | {"claims": claims}, default=str))  # type: ignore[no-any-return]


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(
        [10**400, -1, 0, 1, "", "varies", "all", "tuned", "last", "2026-01-01\n", "a b"]
    ),
    st.text(max_size=6),
    st.binary(max_size=4),
    st.dates(),
)
ENTRIES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS, inner, max_size=3),
    max_leaves=5,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a document with every key or index in it."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    inner = [value[key] for key in keys]
    return [(value, key) for key in keys] + [
        place for part in inner if isinstance(part, dict | list) for place in places(part)
    ]


@EXAMPLES
@given(data=st.data())
def test_any_mutation_of_the_real_claims(path: Path, data: st.DataObject) -> None:
    document = small_document(data)
    assert assert_read_or_refused(path, yaml.safe_dump(document).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(places(document)))
        match data.draw(st.integers(0, 3)):
            case 0:
                del container[key]
            case 1:
                container[key] = data.draw(ENTRIES)
            case 2 if isinstance(container, list):
                container.append(container[key])
            case _ if isinstance(container, dict):
                container[data.draw(SCALARS)] = container.pop(key)
    assert_read_or_refused(path, yaml.safe_dump(document, allow_unicode=True).encode())


ATTACKS = {
    "empty": (b"", "received None"),
    "python object": (b"claims: !!python/object/apply:os.system [ls]", "no YAML"),
    "deep": (b"[" * 50_000, "more than 100 levels of nesting"),
    "not UTF-8": (WHOLE + b"# \xff", "no YAML"),
    "number as key": (WHOLE + b"\n1: 2\n", r"received \['1'\]"),
    "key twice": (WHOLE + b"\nalpha: 0.5\n", "the key 'alpha' twice"),
    "two rules": (
        WHOLE.replace(b"    rule:\n", b"    rule: {}\n    rule:\n", 1),
        "the key 'rule' twice",
    ),
    "no number": (WHOLE.replace(b"alpha: 0.05", b"alpha: .nan"), "alpha: received nan"),
    "impossible day": (
        re.sub(rb"registered: 2026-\d\d-\d\d", b"registered: 2026-99-99", WHOLE, count=1),
        "registered: received '2026-99-99'; accepted: .*month",
    ),
    "id with a line's end": (
        WHOLE.replace(b"id: linear-collapse\n", b'id: "linear-collapse\\n"\n'),
        r"received 'linear-collapse\\n'",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_yaml_itself_lets_pass_or_breaks_on(path: Path, attack: str) -> None:
    content, said = ATTACKS[attack]
    assert content != WHOLE
    assert not assert_read_or_refused(path, content)
    with pytest.raises(ClaimsError, match=said):
        claims_file.read(path)


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ClaimsError, match=r"received the error 'Is a directory'\. Remed"):
        claims_file.read(tmp_path)
    with pytest.raises(ClaimsError, match="expected a file, received the error 'No such file"):
        claims_file.read(tmp_path / "nowhere" / "claims.yml")


def test_other_data_beside_a_file_of_ones_own(path: Path) -> None:
    (path.parent / "results").mkdir()
    (path.parent / "results" / "other.parquet").write_bytes(b"not of this project")
    assert assert_read_or_refused(path, WHOLE)
