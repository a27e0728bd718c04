"""The claims on trial as they stand in `data/claims.yml`: read, checked, registered by digest.

A rule changes on purpose or not at all. The digests of the claims and of their schema stand in the
manifest beside them. The project's own files must be registered; a file of one's own is compared
only where a manifest beside it lists it.
"""

from __future__ import annotations

import functools
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pydantic
import yaml

from activation_study import settings
from activation_study.engine.records.manifest import MANIFEST, REMEDY
from activation_study.engine.records.published import PublishedRecord
from activation_study.errors import ClaimsError
from activation_study.files import sha256, write_whole
from activation_study.registry import listed, nearest, shown
from activation_study.report.claims import against_studies, verdict
from activation_study.report.claims.claim import ClaimsFile

SCHEMA, VERDICTS_SCHEMA = "claims.schema.json", "verdicts.schema.json"
FIRST_ROUND = ("first_round.yml", "first_round.json")
"""The rules of the first round and what they gave: kept as they were."""

IDS = "claim_ids.txt"
"""Every id that was ever registered, sorted: each has a page that may be cited, so none goes."""

COMMAND = "activation-study register"
REMEDIES = (
    f"Remedies: {REMEDY}, or name another folder with {settings.DATA_VARIABLE}; or, after a "
    f"deliberate change, register the claims ({COMMAND})."
)


def where() -> Path:
    """Return the file of claims: that of the published record, else, if it has none, the project's.

    Raises:
        ClaimsError: there is neither; the package came without a record.
        RecordError: the manifest of the published record is damaged.
    """
    own, shipped = settings.claims(), settings.shipped()
    # One that is registered and lost is no reason to take another.
    if own.exists() or own.name in PublishedRecord(own.parent).registered():
        return own
    if shipped is None:
        raise ClaimsError(
            f"the claims are neither in {own} nor in this package, which was installed without a "
            f"record. Remedy: name the folder data of a clone of the repository with "
            f"{settings.DATA_VARIABLE}, or install a wheel (python -m pip wheel --no-deps .)."
        )
    return shipped / own.name


def borrowed() -> str:
    """Say that the published record has no claims of its own; empty where it has."""
    own, used = settings.claims(), where()
    if own == used:
        return ""
    return (
        f"{own.parent} holds no {own.name}: its runs are judged by {used}; to judge them by other "
        f"claims copy it there, edit and register it ({COMMAND}), or unset {settings.DATA_VARIABLE}"
    )


def read(path: Path | str | None = None) -> ClaimsFile:
    """Read and check a file of claims.

    Args:
        path: the file; None for the published one, which must be what is registered.

    Raises:
        ClaimsError: the file breaks its form (says where, what was received, what is accepted),
            or is not what is registered (names both digests and the remedies).
        RecordError: the manifest beside the file is damaged.
    """
    file = where() if path is None else Path(path)
    return parse(_registered(file, must_be_registered=path is None), file)


def verify() -> list[Path]:
    """Read the published claims and what is registered beside them; return where they are.

    Raises:
        ClaimsError: one of them is not what is registered, or breaks the form.
    """
    read()
    names = [SCHEMA, VERDICTS_SCHEMA, *_present(where().parent, FIRST_ROUND)]
    for name in names:
        _registered(where().with_name(name), must_be_registered=True)
    return [where(), *(where().with_name(name) for name in names)]


def _present(folder: Path, names: Iterable[str]) -> list[str]:
    """Return the names that a folder, or its manifest, has; a record of one's own has no past."""
    registered = PublishedRecord(folder).registered()
    return [name for name in names if name in registered or (folder / name).exists()]


def register() -> list[str]:
    """Register the published claims as they are now, with the schemas of today's models.

    Returns:
        The names of the files.

    Raises:
        ClaimsError: the claims break their form, lack an id that was registered before, or there
            are none in the published record.
        RecordError: the manifest is damaged, or cannot be written.
    """
    own = settings.claims()
    made = {SCHEMA: schema(), VERDICTS_SCHEMA: verdict.schema()}
    past = {name: _content(own.with_name(name)) for name in _present(own.parent, FIRST_ROUND)}
    contents = {own.name: _content(own)} | made | past
    ids = _lasting_ids(parse(contents[own.name], own), own.with_name(IDS))
    PublishedRecord(own.parent).register({name: sha256(text) for name, text in contents.items()})
    for name, content in (made | {IDS: ids}).items():
        write_whole(own.with_name(name), content)
    return list(contents)


def _lasting_ids(register: ClaimsFile, path: Path) -> bytes:
    """Return the ids of a file of claims, a line each, where none is lost that `path` lists."""
    present = {claim.id for claim in register.claims}
    before = path.read_text(encoding="utf-8").split() if path.exists() else []
    if lost := [name for name in before if name not in present]:
        raise ClaimsError(
            f"{settings.claims().name}: received claims without {listed(lost)}; accepted: every id "
            f"that {path.name} lists, as the page of each may have been cited. Remedy: keep the "
            "claim, and give it a rule of kind: withdrawn."
        )
    return "".join(f"{name}\n" for name in sorted(present)).encode()


def first_round() -> list[dict[str, Any]]:
    """Return the verdicts of the first round, as they were; none in a record of one's own.

    Raises:
        ClaimsError: the file is not what is registered.
    """
    path = where().with_name(FIRST_ROUND[1])
    if not _present(path.parent, [path.name]):
        return []
    return json.loads(_registered(path, must_be_registered=True))


def schema() -> bytes:
    """Return the JSON Schema of a file of claims, for the editors that complete and check it."""
    return (json.dumps(ClaimsFile.model_json_schema(), indent=1) + "\n").encode()


def _registered(path: Path, *, must_be_registered: bool) -> bytes:
    """Return the content of a file, compared with the manifest beside it."""
    manifest, expected = path.parent / MANIFEST, None
    # Other data beside a file of one's own are none of this record.
    if must_be_registered or manifest.exists():
        expected = PublishedRecord(path.parent).registered().get(path.name)
    content = _content(path, expected)
    found = sha256(content)
    if expected != found and (expected or must_be_registered):
        raise ClaimsError(
            f"{path} is not what is registered: expected SHA-256 "
            f"{expected or f'in {manifest}, received none'}, found {found}. {REMEDIES}"
        )
    return content


def _content(path: Path, expected: str | None = None) -> bytes:
    """Return the content of a file, of which the digest may be known."""
    try:
        return path.read_bytes()
    except OSError as error:
        wanted = f"a file of SHA-256 {expected}" if expected else "a file"
        raise ClaimsError(
            f"{path}: expected {wanted}, received the error {error.strerror!r}. {REMEDIES}"
        ) from error


class _Loader(yaml.CSafeLoader):
    """YAML in which a day is text, and of two equal keys the second does not win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        counts = Counter(str(key.value) for key, _ in node.value)
        if repeated := [key for key, count in counts.items() if count > 1]:
            raise yaml.YAMLError(
                f"line {node.start_mark.line + 1} has the key {repeated[0]!r:.80} twice"
            )
        return super().construct_mapping(node, deep)


yaml.add_constructor("tag:yaml.org,2002:timestamp", yaml.CSafeLoader.construct_yaml_str, _Loader)

DEEPEST = 100
"""Levels of nesting that a file may have; the loader recurses in C, and dies of too many."""


def _load(content: bytes) -> Any:
    """Return what YAML holds; its events are read first, which takes no recursion."""
    depth = 0
    for event in yaml.parse(content, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise yaml.YAMLError(f"more than {DEEPEST} levels of nesting")
    return yaml.load(content, Loader=_Loader)


# Once for the same bytes, as every judgement reads anew.
@functools.lru_cache(maxsize=8)
def parse(content: bytes, path: Path) -> ClaimsFile:
    """Return the claims of a file's content.

    Args:
        content: YAML.
        path: where it is from, for the messages.

    Raises:
        ClaimsError: the content is no file of claims; says where and what is accepted.
    """
    try:
        document = _load(content)
    except (yaml.YAMLError, ValueError, TypeError, LookupError) as error:
        said = " ".join(str(error).split())
        raise ClaimsError(
            f"{path.name}: received no YAML that can be used: {said:.300}; accepted: YAML in "
            "UTF-8, each key once, without tags of its own."
        ) from error
    try:
        register = ClaimsFile.model_validate(document)
    except pydantic.ValidationError as error:
        problems = error.errors(include_url=False)
        place = _place(problems[0]["loc"], document)
        raise ClaimsError(f"{path.name}: {place}{_explain(problems)}") from error
    for claim in register.claims:
        try:
            against_studies.check(claim.rule)
        except ValueError as error:
            raise ClaimsError(f"{path.name}: claim {claim.id!r}, rule: {error}") from error
    return register


def _place(loc: tuple[int | str, ...], document: Any) -> str:
    """Name the claim and the key at which an error stands."""
    path = [str(part) for part in loc]
    if path[:1] == ["claims"] and len(path) > 1:
        claim = document["claims"][loc[1]]
        name = claim.get("id") if isinstance(claim, dict) else None
        path[:2] = [f"claim {name!r:.80}" if name else f"claim number {path[1]}"]
    return f"{', '.join(path)}: " if path else ""


def _explain(errors: list[Any]) -> str:
    """Say what the first error received and what is accepted there."""
    first = errors[0]
    context = first.get("ctx", {})
    if " accepted: " in (said := str(context.get("error", ""))) or " missing: " in said:
        return said
    received = context.get("tag", first["input"])
    if names := re.findall("'(.*?)'", context.get("expected", context.get("expected_tags", ""))):
        hint = nearest(received, names)
        return f"received {shown(received)}; accepted: {', '.join(names)}.{hint}"
    # Where text and numbers are accepted, there is an error for each.
    place = first["loc"][:-1]
    together = [each for each in errors if each["loc"][:-1] == place]
    accepted = [
        re.sub("^.* should (be )?", "", each["msg"])
        for each in (together if first["loc"][-1:] == ("str",) else errors[:1])
    ]
    return f"received {shown(received)}; accepted: {' or '.join(accepted)}."
