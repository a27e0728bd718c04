"""The claims on trial as they stand in `data/claims.yml`, checked against their schema."""

from __future__ import annotations

import difflib
import functools
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema

from activation_study.registry import unknown_name
from activation_study.report.claims import register as registered_claims
from activation_study.report.claims.strict_yaml import ClaimsError, parse

__all__ = ["Claim", "ClaimsError", "ClaimsFile", "read", "register", "verify"]

DATA = Path(__file__).resolve().parents[4] / "data"
CLAIMS = DATA / "claims.yml"
SCHEMA = DATA / "claims.schema.json"
MOST_RESAMPLES = 1_000_000


@dataclass(frozen=True)
class Claim:
    """One assertion and the rule that judges it.

    Attributes:
        id: permanent name.
        chapter: the page that tries it; also its family for Holm's adjustment.
        assertion: what is claimed.
        rule: the registered rule, None while there is none.
    """

    id: str
    chapter: str
    assertion: str
    rule: Mapping[str, Any] | None = None

    @property
    def study(self) -> str | None:
        """Name of the study whose runs judge the claim; None where no run does."""
        return None if self.rule is None else self.rule.get("study")


@dataclass(frozen=True)
class ClaimsFile:
    """Every claim, and what the rules have in common.

    Attributes:
        claims: in the order of the file.
        alpha: level of every test.
        resamples: bootstrap samples.
        seed: of the bootstrap.
        minimum_pairs: tier -> seeds that a cell needs before it is judged.
        best_excludes: hidden activations never taken as the best reference.
        margins: metric -> the largest difference that counts as none.
    """

    claims: tuple[Claim, ...]
    alpha: float
    resamples: int
    seed: int
    minimum_pairs: Mapping[str, int]
    best_excludes: tuple[str, ...]
    margins: Mapping[str, float] = field(default_factory=dict)

    def get(self, claim_id: str) -> Claim:
        """Return the claim of that id.

        Raises:
            ValueError: no such claim; names the accepted ids and the nearest.
        """
        for claim in self.claims:
            if claim.id == claim_id:
                return claim
        raise unknown_name("claim", claim_id, (claim.id for claim in self.claims))

    def margin(self, contrast: Mapping[str, Any]) -> float:
        """Return the margin of a contrast: its own, else that of its metric."""
        return float(contrast.get("margin", self.margins.get(contrast["metric"])))


def _nearest(received: object, accepted: list[str]) -> str:
    near = difflib.get_close_matches(str(received), accepted, n=1, cutoff=0.5)
    return f" Did you mean {near[0]!r}?" if near else ""


def _explain(error: jsonschema.ValidationError) -> str:
    """Say what was received and what is accepted, in words rather than in schema."""
    schema: Any = error.schema
    value: Any = error.validator_value
    received: Any = error.instance
    if error.validator == "additionalProperties":
        accepted = sorted(schema.get("properties", {}))
        extra = sorted(set(received) - set(accepted))
        hint = _nearest(extra[0], accepted)
        return f"received {extra!s:.200}; accepted: {', '.join(accepted)}.{hint}"
    if error.validator == "enum":
        accepted = [str(item) for item in value]
        hint = _nearest(received, accepted)
        return f"received {received!r:.80}; accepted: {', '.join(accepted)}.{hint}"
    if error.validator == "required":
        missing = [name for name in value if name not in received]
        return f"received {sorted(received)!s:.200}; missing: {', '.join(missing)}."
    return f"received {received!r:.80}; accepted: {error.validator} {value!s:.200}."


def _place(error: jsonschema.ValidationError, document: Any) -> str:
    """Name the claim and the key at which an error stands."""
    path = list(error.absolute_path)
    if len(path) < 2 or path[0] != "claims":
        return "/".join(map(str, path)) or "top level"
    claim = document["claims"][path[1]]
    name = claim.get("id", f"number {path[1]}") if isinstance(claim, dict) else f"number {path[1]}"
    return f"claim {name!r:.80}" + "".join(f", {part}" for part in path[2:])


def _check_schema(document: Any, path: Path, schema: Any) -> None:
    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(schema).iter_errors(document)
    )
    if error is not None:
        raise ClaimsError(f"{path.name}: {_place(error, document)}: {_explain(error)}")


def _check_references(document: Mapping[str, Any], path: Path) -> None:
    """Refuse duplicate ids, metrics without a margin, and predictions that cannot be combined."""
    resamples = document["bootstrap"]["resamples"]
    if resamples > MOST_RESAMPLES:
        raise ClaimsError(
            f"{path.name}: bootstrap/resamples: received {resamples:.3g}; accepted: at most "
            f"{MOST_RESAMPLES:,}, which take hours already."
        )
    counts = Counter(claim["id"] for claim in document["claims"])
    repeated = sorted(claim for claim, count in counts.items() if count > 1)
    if repeated:
        raise ClaimsError(
            f"{path.name}: received {repeated!s:.200} more than once; accepted: each once."
        )
    margins = list(document["margins"])
    for claim in document["claims"]:
        rule = claim.get("rule", {})
        # The schema's patterns let a line's end pass.
        for text in (claim["id"], claim["chapter"], rule.get("registered", "")):
            if text.endswith("\n"):
                raise ClaimsError(
                    f"{path.name}: received {text!r:.80}; accepted: the same on a line of its own."
                )
        metrics = [c["metric"] for c in rule.get("contrasts", []) if "margin" not in c]
        metrics += [rule["metric"]] if "metric" in rule else []
        for metric in metrics:
            if metric not in margins:
                raise ClaimsError(
                    f"{path.name}: claim {claim['id']!r}: received metric {metric!r}, which has no "
                    f"margin; accepted: {', '.join(margins)}.{_nearest(metric, margins)}"
                )
        for contrast in rule.get("contrasts", []):
            if (contrast["predicted"] == "varies") != (rule["combine"] == "mixed"):
                raise ClaimsError(
                    f"{path.name}: claim {claim['id']!r}, {contrast['name']!r}: received predicted "
                    f"{contrast['predicted']!r} with combine {rule['combine']!r}; accepted: "
                    "'varies' with 'mixed', the other predictions with 'all'."
                )


def read(path: Path | str | None = None) -> ClaimsFile:
    """Read and check a file of claims.

    Args:
        path: the file; None for the published one, which must be what is registered.

    Raises:
        ClaimsError: the file breaks its schema (says where, what was received, what is accepted),
            or is not what is registered (names both digests and the remedies).
        RecordError: the manifest beside the file is damaged.
    """
    _check_repository()
    file = CLAIMS if path is None else Path(path)
    schema = registered_claims.read_registered(SCHEMA, must_be_registered=True)
    return _checked(
        file, registered_claims.read_registered(file, must_be_registered=path is None), schema
    )


def verify() -> list[str]:
    """Read the published claims and their schema, and return their names.

    Raises:
        ClaimsError: one of them is not what is registered, or breaks the schema.
    """
    read()
    return [CLAIMS.name, SCHEMA.name]


def register() -> list[str]:
    """Register the published claims and their schema as they are now, and return their names.

    Raises:
        ClaimsError: the claims break the schema, or the schema is none.
        RecordError: the manifest is damaged, or cannot be written.
    """
    _check_repository()
    contents = {path.name: registered_claims.content_of(path) for path in (CLAIMS, SCHEMA)}
    schema = contents[SCHEMA.name]
    try:
        jsonschema.Draft202012Validator.check_schema(json.loads(schema))
    except (ValueError, RecursionError, jsonschema.SchemaError) as error:
        said = " ".join(str(getattr(error, "message", error)).split())
        raise ClaimsError(
            f"{SCHEMA.name}: received what is no JSON Schema: {said:.200}; accepted: JSON "
            f"Schema, draft 2020-12. Remedy: git checkout -- data/{SCHEMA.name}."
        ) from error
    _checked(CLAIMS, contents[CLAIMS.name], schema)
    registered_claims.register(DATA, contents)
    return list(contents)


def _check_repository() -> None:
    if not DATA.is_dir():
        raise ClaimsError(
            "the claims are in no installed package: received one outside its repository; expected "
            f"a folder {DATA}. Remedy: clone the repository, and python -m pip install -e it."
        )


@functools.lru_cache(maxsize=8)
def _checked(path: Path, content: bytes, schema: bytes) -> ClaimsFile:
    """Parse and check what was read; once for the same bytes, as every judgement reads anew."""
    document = parse(content, path)
    _check_schema(document, path, json.loads(schema))
    _check_references(document, path)
    return ClaimsFile(
        claims=tuple(
            Claim(entry["id"], entry["chapter"], entry["assertion"], entry.get("rule"))
            for entry in document["claims"]
        ),
        alpha=document["alpha"],
        resamples=document["bootstrap"]["resamples"],
        seed=document["bootstrap"]["seed"],
        minimum_pairs=document["minimum_pairs"],
        best_excludes=tuple(document["best_excludes"]),
        margins=document["margins"],
    )
