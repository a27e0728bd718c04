"""A claim on trial, and the file that holds them all."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from activation_study.registry import nearest, unknown_name
from activation_study.report.claims.parts import Day, Name, Part, Positive, Several, Text, each_once
from activation_study.report.claims.rules import ContrastRule, Rule

NOBODY = {
    "our-question": "nobody that we know of; the question is ours",
    "no-source-known": "no source that we can name",
    "no-study-known": "no study that we know of",
}
"""What stands alone where there is no key to name -> what it says."""


def _names_or_nobody(keys: tuple[str, ...]) -> tuple[str, ...]:
    each_once(list(keys))
    if len(keys) > 1 and (alone := [key for key in keys if key in NOBODY]):
        raise ValueError(
            f"received {list(keys)!s:.200}; accepted: keys of chapters/references.bib, or "
            f"{alone[0]} alone."
        )
    return keys


Sources = Annotated[tuple[Name, ...], Field(strict=False), AfterValidator(_names_or_nobody)]
"""Keys of the bibliography, or one of `NOBODY`; empty where nothing is noted yet."""


class FirstRound(Part):
    """What became of the first round's rule, and why.

    Attributes:
        fate: kept as it was, mended, withdrawn, or new in the second round.
        date: of the decision.
        reason: printed inside the box.
    """

    fate: Literal["kept", "mended", "withdrawn", "new"]
    date: Day
    reason: Text


class Note(Part):
    """A remark that was added later, with its date."""

    date: Day
    text: Text


class Finding(Part):
    """What somebody else found, elsewhere, of what a claim says.

    Attributes:
        source: authors and year.
        link: where it stands.
        found: in our words.
        expects: the answer of our runs that would be the same.
        row: name of the verdict's row that tries what they tried; by default the mean over all.
    """

    source: Text
    link: Annotated[str, Field(pattern="^https://")]
    found: Text
    expects: Literal["as claimed", "contrary", "too small to matter"]
    row: str = ""


def cited_at(claim_id: str) -> str:
    """Return the address of the page that cites a claim, seen from a chapter."""
    return f"../verdicts/{claim_id}.html"


class Claim(Part):
    """One assertion and the rule that judges it.

    Attributes:
        id: permanent name.
        chapter: the page that tries it; also its family for Holm's adjustment.
        page: where its box stands, if that is another page than the chapter's own.
        assertion: what is claimed.
        said_by: who says it, by the keys of the bibliography.
        studied_in: studies that bear on it, by the same keys.
        control: whether it tries the protocol and not an advice: listed apart, in no family.
        advice: what to do, once it is judged.
        first_round: what became of its rule of the first round.
        notes: dated remarks.
        published: findings to set beside ours.
        rule: the registered rule, None while there is none.
    """

    id: Name
    chapter: Name
    page: Name | None = None
    assertion: Text
    said_by: Sources = ()
    studied_in: Sources = ()
    control: bool = False
    advice: str = ""
    first_round: FirstRound | None = None
    notes: Annotated[tuple[Note, ...], Field(strict=False)] = ()
    published: Annotated[tuple[Finding, ...], Field(strict=False)] = ()
    rule: Annotated[Rule, Field(discriminator="kind")] | None = None

    @property
    def shown_on(self) -> str:
        """The page where its box stands."""
        return self.page or self.chapter

    @property
    def cited_at(self) -> str:
        """Address of the page that cites it, seen from a chapter."""
        return cited_at(self.id)

    @property
    def study(self) -> str | None:
        """Name of the study whose runs judge the claim; None where no run does."""
        return None if self.rule is None else self.rule.study


class ClaimsFile(Part):
    """Every claim, and what the rules have in common.

    Attributes:
        version: of the form of the file.
        alpha: level of every test.
        minimum_pairs: tier -> seeds that a setting needs before it is judged.
        best_excludes: hidden activations never taken as the best reference of a ranking.
        margins: metric, without the prefix of a reading -> the largest difference that does not
            matter.
        claims: in the order of the file.
    """

    version: Literal[2]
    alpha: Annotated[float, Field(gt=0, lt=1)]
    minimum_pairs: Annotated[
        dict[Literal["full", "quick"], Annotated[int, Field(ge=2)]], Field(min_length=2)
    ]
    best_excludes: Annotated[tuple[str, ...], Field(strict=False)]
    margins: dict[str, Positive]
    claims: Several[Claim]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        each_once([claim.id for claim in self.claims])
        for claim in self.claims:
            rule = claim.rule
            if not isinstance(rule, ContrastRule) or rule.margin or rule.relative_margin:
                continue
            if rule.metric not in self.margins:
                raise ValueError(
                    f"claim {claim.id!r}: received metric {rule.metric!r:.80}, which has no "
                    f"margin; accepted: {', '.join(self.margins)}."
                    f"{nearest(rule.metric, self.margins)}"
                )
        return self

    def __hash__(self) -> int:
        """By identity: its mappings have no hash, and the same file is parsed once."""
        return id(self)

    def get(self, claim_id: str) -> Claim:
        """Return the claim of that id.

        Raises:
            ValueError: no such claim; names the accepted ids and the nearest.
        """
        for claim in self.claims:
            if claim.id == claim_id:
                return claim
        raise unknown_name("claim", claim_id, (claim.id for claim in self.claims))
