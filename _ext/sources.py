"""Who says a claim and who studied it, by name: from the keys of the bibliography."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import cast

from pybtex.database import Entry, Person
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinxcontrib.bibtex.domain import BibtexDomain

from activation_study.report.claims.claim import NOBODY

KEY = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LINE = re.compile(r"(?<=<dt>Said</dt><dd>).*?(?=</dd>)")
MOST_NAMES = 2
"""Authors that are named; of more, the first alone."""

logger = logging.getLogger(__name__)


def entries(env: BuildEnvironment) -> Mapping[str, Entry]:
    """Return the entries of the bibliography, by key; none in a book that has no such extension."""
    domain = cast("BibtexDomain | None", env.domains.get("cite"))
    return domain.bibdata.data.entries if domain else {}


def called(entry: Entry) -> str:
    """Return the name of an entry as prose has it: Lu and others (2019)."""
    names = [_surname(person) for person in entry.persons["author"]]
    many = len(names) > MOST_NAMES or "others" in names
    year = entry.fields.get("year")
    who = f"{names[0]} and others" if many else " and ".join(names)
    return f"{who} ({year})" if year else who


def _surname(person: Person) -> str:
    return _plain(" ".join((*person.prelast_names, *person.last_names)))


def _plain(text: str) -> str:
    """Return a field without what only BibTeX reads."""
    return re.sub(r"[{}\\]", "", text).replace("``", "“").replace("''", "”")


def linked(entry: Entry) -> str:
    """Return an entry's name as a link to the source itself, which shows its title."""
    title = escape(_plain(entry.fields["title"]))
    address = escape(entry.fields["url"])
    return f'<a href="{address}" title="{title}">{escape(called(entry))}</a>'


def name_in_boxes(body: str, known: Mapping[str, Entry]) -> str:
    """Turn the keys in the folded line of each verdict's box into links."""

    def named(found: re.Match[str]) -> str:
        return linked(known[found[0]]) if found[0] in known else found[0]

    return LINE.sub(lambda line: KEY.sub(named, line[0]), body)


def listed(
    claim: str, keys: Iterable[str], known: Mapping[str, Entry], found: Mapping[str, str]
) -> str:
    """Return sources as items of a list: name, title, and what was found there.

    Args:
        claim: its id, for the warning of a missing key.
        keys: of the claim.
        known: the bibliography.
        found: address of a source -> what is said of it, as HTML.
    """
    items = ""
    for key in keys:
        if key in NOBODY:
            items += f"<li>{NOBODY[key].capitalize()}.</li>"
        elif key not in known:
            logger.warning("claim %r: the bibliography has no key %r", claim, key)
        else:
            entry = known[key]
            title = escape(_plain(entry.fields["title"])).rstrip(".")
            end = "" if title.endswith("?") else "."
            said = found.get(entry.fields["url"], "")
            items += f"<li>{linked(entry)}: <em>{title}</em>{end}{f' {said}' if said else ''}</li>"
    return f"<ul>{items}</ul>" if items else ""
