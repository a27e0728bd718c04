"""The claims on trial as they stand in `data/claims.yml`, checked against their schema."""

from __future__ import annotations

import datetime
import difflib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from activation_study.catalogue.lookup import unknown_name

DATA = Path(__file__).resolve().parents[3] / "data"
SCHEMA = DATA / "claims.schema.json"


class ClaimsError(ValueError):
    """The file of claims breaks its schema or one of its own references."""


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


def _dates_as_text(value: Any) -> Any:
    """Turn YAML's dates into text, since JSON Schema knows none."""
    if isinstance(value, dict):
        return {key: _dates_as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_dates_as_text(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


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
        return f"received {extra}; accepted: {', '.join(accepted)}.{_nearest(extra[0], accepted)}"
    if error.validator == "enum":
        accepted = [str(item) for item in value]
        hint = _nearest(received, accepted)
        return f"received {received!r}; accepted: {', '.join(accepted)}.{hint}"
    if error.validator == "required":
        missing = [name for name in value if name not in received]
        return f"received {sorted(received)}; missing: {', '.join(missing)}."
    return f"received {received!r:.80}; accepted: {error.validator} {value}."


def _place(error: jsonschema.ValidationError, document: Any) -> str:
    """Name the claim and the key at which an error stands."""
    path = list(error.absolute_path)
    if len(path) < 2 or path[0] != "claims":
        return "/".join(map(str, path)) or "top level"
    claim = document["claims"][path[1]]
    name = claim.get("id", f"number {path[1]}") if isinstance(claim, dict) else f"number {path[1]}"
    return f"claim {name!r}" + "".join(f", {part}" for part in path[2:])


def _check_schema(document: Any, path: Path) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    error = jsonschema.exceptions.best_match(validator.iter_errors(document))
    if error is not None:
        raise ClaimsError(f"{path.name}: {_place(error, document)}: {_explain(error)}")


def _check_references(document: Mapping[str, Any], path: Path) -> None:
    """Refuse duplicate ids, metrics without a margin, and predictions that cannot be combined."""
    counts = Counter(claim["id"] for claim in document["claims"])
    repeated = sorted(claim for claim, count in counts.items() if count > 1)
    if repeated:
        raise ClaimsError(f"{path.name}: received {repeated} more than once; accepted is one each.")
    margins = list(document["margins"])
    for claim in document["claims"]:
        rule = claim.get("rule", {})
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
        path: the file; None for the published one.

    Raises:
        ClaimsError: the file breaks its schema; says where, what was received, what is accepted.
    """
    path = DATA / "claims.yml" if path is None else Path(path)
    document = _dates_as_text(yaml.safe_load(path.read_text(encoding="utf-8")))
    _check_schema(document, path)
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
