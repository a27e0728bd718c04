"""The record as a data set of its own: Croissant metadata for programs, a dictionary for people.

References:
    MLCommons, "Croissant Format Specification", version 1.0, 2024.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from activation_study import settings
from activation_study.engine.records import dictionary
from activation_study.engine.records.meanings import ROWS, SETS
from activation_study.engine.records.published import PublishedRecord
from activation_study.engine.records.schema import Schema
from activation_study.files import write_whole
from activation_study.measures.measure_set import MeasureSet
from activation_study.measures.metrics import AVERAGED, RULES
from activation_study.measures.multilabel import MULTILABEL
from activation_study.registry import listed
from activation_study.report.citing.edition import Edition
from activation_study.studies import STUDIES

CROISSANT, DICTIONARY = "croissant.json", "DICTIONARY.md"

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
CONFORMS_TO = "http://mlcommons.org/croissant/1.0"

_OF_CROISSANT = (
    *("data", "dataType", "extract", "field", "fileObject", "fileSet", "format", "includes"),
    *("isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references"),
    *("regex", "repeated", "replace", "separator", "source", "subField", "transform", "column"),
    *("citeAs", "examples", "fileProperty", "equivalentProperty", "samplingRate"),
)
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    **{name: f"cr:{name}" for name in _OF_CROISSANT},
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
}
"""The names of the format, as its specification gives them."""

TYPES = {
    "text": "sc:Text",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "true or false": "sc:Boolean",
}
FORMATS = {
    ".parquet": "application/x-parquet",
    ".json": "application/json",
    ".yml": "application/yaml",
}


def describe() -> list[str]:
    """Write what describes the project's own record beside it; return the names of the files.

    A record of one's own, in another folder, is cited and described by whoever made it.

    Raises:
        RecordError: the manifest is damaged.
    """
    folder, root = settings.published(), settings.repository()
    if root is None or folder.resolve() != (root / "data").resolve():
        return []
    made = {CROISSANT: croissant(folder, root / "CITATION.cff"), DICTIONARY: markdown()}
    for name, content in made.items():
        write_whole(folder / name, content)
    return list(made)


def croissant(folder: Path, cited: Path) -> bytes:
    """Return the record's metadata as Croissant 1.0, in JSON-LD.

    Args:
        folder: that of the record.
        cited: citation file of the edition, with its date.
    """
    record, edition = PublishedRecord(folder), Edition.read(cited, "")
    parts = _parts(record)
    content = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": edition.title,
        "description": edition.abstract,
        "license": LICENCE,
        "creator": [{"@type": "sc:Organization", "name": name} for name in edition.authors],
        "datePublished": edition.date,
        "version": edition.version,
        "citeAs": edition.bibtex_of_record(),
        "isLiveDataset": False,
        "distribution": [
            *(_file(folder, name, digest) for name, digest in record.digests().items()),
            *map(_files, parts),
        ],
        "recordSet": list(map(_records, parts)),
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


@dataclass(frozen=True)
class Part:
    """The files of a table that have the same columns: readers of Croissant expect no others.

    Attributes:
        measures: by which the runs are measured.
        table: name of the table.
        columns: names of the columns of each file.
        studies: whose files they are, the oldest first.
    """

    measures: MeasureSet
    table: str
    columns: tuple[str, ...]
    studies: list[str]

    @property
    def name(self) -> str:
        """Name the part by its oldest study: that stays when others come."""
        return f"{self.table}-of-{self.studies[0]}"


def _parts(record: PublishedRecord) -> list[Part]:
    """Return the parts of the record, in the order of its sets of measures and their tables."""
    files, parts = record.columns(), list[Part]()
    for measures in dictionary.sets():
        own = [name for name in STUDIES if name in record.studies()]
        own = [name for name in own if record.measures(name).name == measures.name]
        for table in Schema.of(measures).tables:
            found: dict[tuple[str, ...], list[str]] = {}
            for study in own:
                if columns := files.get(f"{study}/{table}.parquet"):
                    found.setdefault(tuple(columns), []).append(study)
            parts += [Part(measures, table, *each) for each in found.items()]
    return parts


def _file(folder: Path, name: str, digest: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{(folder / name).stat().st_size} B",
        "encodingFormat": FORMATS[Path(name).suffix],
        "sha256": digest,
    }


def _files(part: Part) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{part.name}-files",
        "name": f"{part.name}-files",
        "description": f"The table {part.table} of {listed(part.studies)}.",
        "encodingFormat": FORMATS[".parquet"],
        "includes": [f"{study}/{part.table}.parquet" for study in part.studies],
    }


def _records(part: Part) -> dict[str, Any]:
    described = {each.name: each for each in dictionary.columns(part.measures, part.table)}
    key = Schema.of(part.measures).sort_keys[part.table]
    return {
        "@type": "cr:RecordSet",
        "@id": part.name,
        "name": part.name,
        "description": f"{ROWS[part.table].capitalize()}. Of {listed(part.studies)}; what is to be "
        f"said of an image: {SETS[part.measures.name]}.",
        "key": [{"@id": f"{part.name}/{column}"} for column in key],
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{part.name}/{name}",
                "name": name,
                "description": _said(described[name]),
                "dataType": TYPES[described[name].kind],
                "source": {
                    "fileSet": {"@id": f"{part.name}-files"},
                    "extract": {"column": name},
                },
            }
            for name in part.columns
        ],
    }


def _said(column: dictionary.Column) -> str:
    """Return a column's meaning with its unit and what null says."""
    parts = [
        column.meaning,
        f"unit: {column.unit}" if column.unit else "",
        f"null: {column.null}" if column.null else "",
    ]
    return ". ".join(filter(None, parts)).replace("`", "") + "."


def markdown() -> bytes:
    """Return the data dictionary as Markdown: a section a table, and one for each other target."""
    founding, *others = dictionary.sets()
    parts = [HEAD, *(_section(founding, table, 2) for table in Schema.of(founding).tables)]
    for measures in others:
        own = [table for table in Schema.of(measures).tables if table not in ROWS_OF_ALL]
        parts += [
            f"## {measures.name}: {SETS[measures.name]}",
            IN_THEIR_PLACE + f" {CALLING}" * (measures is MULTILABEL),
            *(_rows(_own(measures, table)) for table in ("runs", "history")),
            *(_section(measures, table, 3) for table in own),
        ]
    return ("\n\n".join(parts) + "\n").encode()


ROWS_OF_ALL = ("runs", "history", "early", "layers", "units")
"""Tables that every run has."""

HEAD = f"""\
# Data dictionary of the record

`activation-study register` writes this file from the schema: do not edit it.

A fraction is of 1. A column whose name begins with `{AVERAGED}` holds what the rest of its name
says, at the running average of the weights; such columns are left out here. A file lacks the
columns that are younger than itself: the data card, `README.md`, says what that means."""

IN_THEIR_PLACE = """\
In `runs` and `history` these stand in the place of the measures of one right class. `history` has
one value an epoch. The other columns are as above, and so are `early`, `layers` and `units`."""

CALLING = f"""\
RULE is how labels are called: {"; ".join(f"`{rule}`, {said}" for rule, said in RULES.items())}.
Thresholds have the best F1 on the validation part; `own` is NaN where a head decides nothing."""


def _own(measures: MeasureSet, table: str) -> list[dictionary.Column]:
    """Return the columns that classification has not."""
    founding = {column.name for column in dictionary.columns(dictionary.sets()[0], table)}
    return [each for each in dictionary.columns(measures, table) if each.name not in founding]


def _section(measures: MeasureSet, table: str, level: int) -> str:
    rows = _rows(dictionary.columns(measures, table))
    return f"{'#' * level} {table}\n\n{ROWS[table].capitalize()}.\n\n{rows}"


def _rows(columns: list[dictionary.Column]) -> str:
    """Return columns as a table; those that differ in the rule alone as one row."""
    shown = {}
    for column in columns:
        if column.name.startswith(AVERAGED):
            continue
        name, meaning = column.name, column.meaning
        for rule, said in RULES.items():
            if f"labels called {said}" in meaning:
                name = name.replace(f"{rule}_", "RULE_", 1)
                meaning = meaning.replace(f"labels called {said}", "labels called by RULE")
        kind = ", ".join(filter(None, [column.kind, column.unit]))
        shown[name] = f"| `{name}` | {kind} | {meaning} | {column.null} |"
    head = ["| column | type, unit | what it holds | null where |", "|---|---|---|---|"]
    return "\n".join([*head, *shown.values()])
