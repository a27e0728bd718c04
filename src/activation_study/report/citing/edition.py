"""How a verdict is cited: who says it, in which version of the book, on which record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from activation_study import settings
from activation_study.engine.records.published import PublishedRecord
from activation_study.errors import MissingFileError
from activation_study.report.citing.badge import said
from activation_study.report.claims.verdict import Verdict

DIGITS = 12
"""Of the record's digest: enough to tell any two, and short enough to print."""

RECORD = "the record of every run"
"""What the data set is called, behind the book's title."""

SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{letter: f"\\{letter}" for letter in "&%$#_{}"},
}
"""What LaTeX reads as a command -> what it prints as that letter."""


@dataclass(frozen=True)
class Edition:
    """What is cited: the book in a version, on a record, at an address.

    Attributes:
        title: of the book.
        abstract: what it is, in a sentence.
        authors: as BibTeX takes them, "Family, Given" or, of a group, its name.
        version: of the book.
        date: of that version: a day, or a year alone.
        record: the first digits of the digest that the record's manifest ends with.
        base: address of the site's root, which ends with a slash; empty where it has none.
    """

    title: str
    abstract: str
    authors: tuple[str, ...]
    version: str
    date: str
    record: str
    base: str = ""

    @classmethod
    def read(cls, path: Path, year: str, base: str = "") -> Edition:
        """Return the edition that a citation file (CFF 1.2.0) describes, on the published record.

        Args:
            path: the file.
            year: of an edition that the file gives no date of release.
            base: address of the site's root; empty for none.

        Raises:
            MissingFileError: there is no such file.
            RecordError: the manifest of the published record is damaged.
        """
        if not path.is_file():
            raise MissingFileError(
                f"{path} is missing: expected a citation file with title, abstract, authors and "
                f"version. Remedy: restore it from version control (git checkout -- {path.name})"
            )
        held = yaml.safe_load(path.read_text(encoding="utf-8"))
        return cls(
            title=held["title"],
            abstract=" ".join(held["abstract"].split()),
            authors=tuple(map(_author, held["authors"])),
            version=str(held["version"]),
            date=str(held.get("date-released", year)),
            record=PublishedRecord(settings.published()).digest()[:DIGITS],
            base=f"{base.rstrip('/')}/" if base else "",
        )

    @property
    def year(self) -> str:
        """Say in which year this edition came out."""
        return self.date[:4]

    @property
    def place(self) -> str:
        """Say where a verdict of this edition stands, so that it can be found again."""
        return f"version {self.version}, record {self.record}"

    def address(self, page: str) -> str:
        """Return the address of a page: from the site's root, where that has none of its own."""
        return f"{self.base}{page}"

    def line(self, verdict: Verdict, page: str) -> str:
        """Cite a verdict in a line of text.

        Args:
            verdict: what is cited.
            page: where it stands, from the site's root.
        """
        at = self.address(page) if self.base else f"Page {page}."
        return (
            f"{', '.join(self.authors)} ({self.year}). Verdict on “{verdict.claim.assertion}” "
            f"{_capital(said(verdict))}. {self.title}, {self.place}. {at}"
        )

    def bibtex(self, verdict: Verdict, page: str) -> str:
        """Cite a verdict as an entry for BibTeX; see `line` for the arguments."""
        title = (
            f"Verdict on ``{_latex(verdict.claim.assertion)}'' {_latex(_capital(said(verdict)))}"
        )
        return self._entry(verdict.claim.id, title, page, {"howpublished": _latex(self.title)})

    def bibtex_of_record(self) -> str:
        """Cite the record itself as an entry for BibTeX."""
        return self._entry("record", _latex(f"{self.title}: {RECORD}"), "", {})

    def _entry(self, key: str, title: str, page: str, more: dict[str, str]) -> str:
        where = f", page {page}" if page and not self.base else ""
        fields = {
            "author": " and ".join(
                # A group's name is one, not a family's after given ones.
                _latex(author) if "," in author else f"{{{_latex(author)}}}"
                for author in self.authors
            ),
            "title": f"{{{title}}}",
            **more,
            "year": self.year,
            "note": _latex(f"{_capital(self.place)}{where}"),
        }
        if self.base:
            fields["url"] = self.address(page)
        entries = "".join(f"  {name:12} = {{{value}}},\n" for name, value in fields.items())
        return f"@misc{{activations-on-trial:{key},\n{entries}}}"


def _author(entry: dict[str, Any]) -> str:
    """Return the name of a person, or of a group, of a citation file."""
    if "family-names" in entry:
        return f"{entry['family-names']}, {entry.get('given-names', '')}".rstrip(", ")
    return str(entry["name"])


def _latex(text: str) -> str:
    return "".join(SPECIAL.get(letter, letter) for letter in text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
