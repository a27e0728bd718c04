"""A trial as text for a terminal."""

from __future__ import annotations

import textwrap

from activation_study.catalogue.spelling import with_hyphen
from activation_study.trial.shown.document import Document, title

WIDTH = 100


def as_text(document: Document) -> str:
    """Return the verdict, and what each section says, with its tables."""
    heading = f"{title(document)}: {document.label}"
    parts = [heading, "=" * len(heading), f"  {document.said}", ""]
    parts += [*map(_wrapped, document.summary), _wrapped(document.notice)]
    for section in document.sections:
        said = [*map(_wrapped, section.sentences)]
        said += [str(table) for table in section.tables]
        said += [f"{name}:\n{table}" for name, table in section.folded.items()]
        if section.code:
            said.append(textwrap.indent(section.code, "    "))
        parts += ["", section.title, "-" * len(section.title), *said]
    return with_hyphen("\n".join(parts))


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH)
