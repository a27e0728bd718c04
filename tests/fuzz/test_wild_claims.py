"""Whatever stands in a file of claims: claims that hold together, or a ClaimsError that helps."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from activation_study.report.claims import claims_file
from activation_study.report.claims.judging import ClaimsError
from fuzz.wild import EXAMPLES

WHOLE = claims_file.CLAIMS.read_bytes()
DOCUMENT = yaml.safe_load(WHOLE)
BY_KIND = {
    kind: next(c for c in DOCUMENT["claims"] if c.get("rule", {}).get("kind") == kind)
    for kind in ("contrast", "demonstration", "threshold", "winners", "factorial")
    if any(c.get("rule", {}).get("kind") == kind for c in DOCUMENT["claims"])
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
    assert 100 <= register.resamples <= 10**6
    assert all(0 < margin < math.inf for margin in register.margins.values())
    for claim in register.claims:
        assert isinstance(claim.assertion, str)
        json.dumps(claim.rule, allow_nan=False)
        for contrast in (claim.rule or {}).get("contrasts", []):
            assert 0 < register.margin(contrast) < math.inf
    return True


def test_the_real_claims_are_accepted(path: Path) -> None:
    assert assert_read_or_refused(path, WHOLE)
    assert set(BY_KIND) >= {"contrast", "demonstration", "threshold"}


@EXAMPLES
@given(content=st.binary(max_size=200))
def test_any_bytes(path: Path, content: bytes) -> None:
    assert not assert_read_or_refused(path, content)


SNIPPETS = st.sampled_from(
    [
        *(
            "version: 1",
            "claims:",
            "- id: a",
            "  ",
            "\t",
            "\n",
            "{",
            "}",
            "[",
            "]",
            ": ",
            "&a ",
            "*a",
        ),
        *("!!python/object:os.system ", "!!binary ", "!!set ", "!x ", "<<: ", "? ", "| ", "*a"),
        *("---", "...", "%YAML 1.1", "'", '"', "#", ".nan", "-.inf", "2026-99-99", "0x_", "1:99"),
        *("\x00", "\x85", "\ufeff", "é", "😀", "\\", "10" * 3_000, "alpha: 0.05", "margins: {}"),
    ]
)


@EXAMPLES
@given(parts=st.lists(SNIPPETS, max_size=30))
def test_any_scraps_of_yaml(path: Path, parts: list[str]) -> None:
    assert not assert_read_or_refused(path, "".join(parts).encode())


@EXAMPLES
@given(data=st.data())
def test_any_mixture_of_the_real_lines(path: Path, data: st.DataObject) -> None:
    # The head, some claims, and a few lines lost, doubled, exchanged or indented.
    lines = yaml.safe_dump(small_document(data), sort_keys=False).splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        here, there = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        match data.draw(st.integers(0, 3)):
            case 0:
                del lines[here]
            case 1:
                lines.insert(there, lines[here])
            case 2:
                lines[here], lines[there] = lines[there], lines[here]
            case _:
                lines[here] = " " * data.draw(st.integers(1, 4)) + lines[here]
    assert_read_or_refused(path, "\n".join(lines).encode())


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
    st.sampled_from([10**400, -1, 0, 1, "", "varies", "all", "mixed", "2026-01-01\n", "a b"]),
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


def bomb() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(lines).encode()


ATTACKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "received None"),
    "comment": (lambda: b"# nothing\n", "received None"),
    "bomb": (bomb, "aliases written out"),
    "bomb of keys": (lambda: b"a: &a {b: 1}\nc: {<<: [" + b"*a, " * 70_000 + b"]}", "written out"),
    "alias in itself": (lambda: b"claims: &a [*a]", "within its own anchor"),
    "merge of itself": (lambda: b"claims: &a {<<: *a}", "within its own anchor"),
    "python object": (lambda: b"claims: !!python/object/apply:os.system [ls]", "no YAML"),
    "unknown tag": (lambda: b"claims: !rule {}", "no YAML"),
    "binary": (lambda: b"claims: !!binary aGVsbG8=", "received b'hello'"),
    "set": (lambda: b"claims: !!set {a, b}", r"received \{"),
    "pairs": (lambda: b"claims: !!pairs [a: 1]", "received"),
    "tab": (lambda: b"claims:\n\t- id: a", "no YAML"),
    "huge": (lambda: WHOLE + b"#" * 2_000_000, "received 2,0.* bytes; accepted: at most 1,000,000"),
    "deep list": (lambda: b"[" * 50_000, "nested hundreds deep"),
    "deep mapping": (lambda: b"{a: " * 50_000, "nested hundreds deep"),
    "two documents": (lambda: WHOLE + b"\n---\n" + WHOLE, "no YAML"),
    "UTF-16": (lambda: b"\xff\xfe" + "claims: [".encode("utf-16-le"), "no YAML"),
    "not UTF-8": (lambda: WHOLE + b"# \xff", "no YAML"),
    "NUL": (lambda: WHOLE + b"\x00", "no YAML"),
    "key twice": (lambda: WHOLE + b"\nalpha: 0.5\n", "the key 'alpha' twice"),
    "number as key": (lambda: WHOLE + b"\n1: 2\n", "the key '1', which YAML reads as no text"),
    "yes as key": (lambda: WHOLE + b"\nyes: 2\n", "the key 'yes', which YAML reads as no text"),
    "list as key": (lambda: WHOLE + b"\n? [a]\n: 2\n", "the key "),
    "not a number": (lambda: WHOLE.replace(b"alpha: 0.05", b"alpha: .nan"), "received nan"),
    "no end": (lambda: WHOLE.replace(b"nll: 0.01 ", b"nll: .inf "), "received inf"),
    "impossible date": (
        lambda: re.sub(rb"registered: 2026-\d\d-\d\d", b"registered: 2026-99-99", WHOLE, count=1),
        "month must be in 1..12",
    ),
    "long number": (lambda: WHOLE.replace(b"10000", b"1" * 5_000), "received"),
    "more than a float holds": (
        lambda: WHOLE.replace(b"seed: 20261123", b"seed: 1" + b"0" * 400),
        "received 10+.*finite numbers",
    ),
    "more than can be shown": (
        lambda: WHOLE.replace(b"seed: 20261123", b"seed: 0x1" + b"0" * 9_000),
        "received <int of 36,001 bits>; accepted: text, finite numbers",
    ),
    "days of resampling": (
        lambda: WHOLE.replace(b"resamples: 10000", b"resamples: 1000000000"),
        "at most 1,000,000",
    ),
    "id with a line's end": (
        lambda: WHOLE.replace(b"id: linear-collapse\n", b'id: "linear-collapse\\n"\n'),
        r"received 'linear-collapse\\n'",
    ),
    "id twice": (
        lambda: WHOLE.replace(b"id: sigmoid-squashes", b"id: linear-collapse"),
        r"received \['linear-collapse'\] more than once",
    ),
    "two rules": (
        lambda: WHOLE.replace(b"    rule:\n", b"    rule: {}\n    rule:\n", 1),
        "the key 'rule' twice",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_yaml_itself_lets_pass_or_breaks_on(path: Path, attack: str) -> None:
    make, said = ATTACKS[attack]
    content = make()
    assert content != WHOLE
    assert not assert_read_or_refused(path, content)
    with pytest.raises(ClaimsError, match=said):
        claims_file.read(path)


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ClaimsError, match=r"received the error 'Is a directory'\. Remedy"):
        claims_file.read(tmp_path)
    with pytest.raises(ClaimsError, match="expected a file, received none"):
        claims_file.read(tmp_path / "nowhere" / "claims.yml")


def test_other_data_beside_a_file_of_ones_own(path: Path) -> None:
    (path.parent / "results").mkdir()
    (path.parent / "results" / "other.parquet").write_bytes(b"not of this project")
    assert assert_read_or_refused(path, WHOLE)
