"""A trial as a document: the verdict, and sections of sentences, pictures and tables."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from activation_study.catalogue import activations
from activation_study.catalogue.activations.entry import Activation
from activation_study.catalogue.activations.moments import normal_moments
from activation_study.catalogue.spelling import MINUS, with_minus, written
from activation_study.measures.metrics import metric_of
from activation_study.report import figures, tables
from activation_study.report.claims.box.wording import Amounts
from activation_study.report.drawing.looks import spelled
from activation_study.report.drawing.picture import Picture
from activation_study.report.tables import Table
from activation_study.trial.findings import ACCURACY, READING, Findings, Place
from activation_study.trial.plan import MAIN, REFERENCE
from activation_study.trial.shown import pictures, wording
from activation_study.trial.subject import keras_code


@dataclass(frozen=True)
class Section:
    """One question of a trial and its answer.

    Attributes:
        title: the question.
        sentences: the answer.
        pictures: what shows it.
        tables: what lists it.
        folded: tables that a reader opens, by what they hold.
        code: lines to copy.
    """

    title: str
    sentences: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    folded: dict[str, Table] = field(default_factory=dict)
    code: str = ""


@dataclass(frozen=True)
class Document:
    """A trial, ready to be shown.

    Attributes:
        title: what is on trial: a formula as it is, another by its name.
        said: how it was given.
        label: the verdict.
        answer: ``"ahead"``, ``"behind"``, ``"same"``, ``"open"`` or ``"nothing"``.
        notice: what the tier is worth; may be empty.
        summary: the answer in a few sentences.
        sections: the rest.
    """

    title: str
    said: str
    label: str
    answer: str
    notice: str
    summary: list[str]
    sections: list[Section]


def of(found: Findings) -> Document:
    """Return the document of a trial's findings."""
    subject = found.subject
    return Document(
        title=subject.said if subject.is_formula else written(subject.name),
        said=subject.said,
        label=wording.label(found),
        answer=found.main.answer if found.learns else "nothing",
        notice=wording.tier_notice(found),
        summary=[with_minus(each) for each in wording.summary(found)],
        sections=[
            _function(found),
            _rank(found),
            _turns(found),
            _inside(found),
            _use(found),
            Section("How was it tried?", wording.protocol(found)),
        ],
    )


def _function(found: Findings) -> Section:
    entry = found.subject.entry
    return Section(
        "What does it compute?",
        [*found.subject.remarks],
        [pictures.function(entry)],
        [_properties(entry)],
    )


def _properties(entry: Activation) -> Table:
    """List what was measured of the function, and what that is good for."""
    other, entries = activations.get(REFERENCE), [entry.name, REFERENCE]
    frame = tables.properties(entries).frame.drop(columns="name")
    found = {str(name): list(cells) for name, cells in frame.items() if name != "initial weights"}
    found |= {
        "kind": [each.kind for each in (entry, other)],
        "bounded": [_yes(each.bounded) for each in (entry, other)],
        "derivative at 0": [f"{each.slope_at_zero:.3g}" for each in (entry, other)],
    }
    if entry.kind == "elementwise":
        moments = [normal_moments(each) for each in (entry, other)]
        found["mean output, standard normal scores"] = [f"{mean:.3f}" for mean, _ in moments]
        found["mean squared output"] = [f"{square:.3f}" for _, square in moments]
    rows = [
        {
            "property": name,
            **{spelled(n): with_minus(c) for n, c in zip(entries, cells, strict=True)},
        }
        for name, cells in found.items()
    ]
    note = (
        f"Measured on scores from {MINUS}20 to 20, and further out to tell a limit from growth. A "
        "mean squared output far from 0.5 lets the signal of deep networks with He's weights "
        "grow or fade."
    )
    return Table(pd.DataFrame(rows), note)


def _yes(value: bool | None) -> str:
    return "not known" if value is None else "yes" if value else "no"


def _rank(found: Findings) -> Section:
    folded = {
        f"Against each of the others, at {kind}": _places(place, found)
        for kind, place in found.places.items()
    }
    drawn = figures.ranking(found.ranked, reading=READING)
    return Section(
        "Where does it rank?",
        [wording.rank(found)],
        [drawn, figures.default_against_tuned(found.runs[MAIN], reading=READING)],
        folded=folded,
    )


def _places(place: Place, found: Findings) -> Table:
    amounts, metric = Amounts(ACCURACY), metric_of(ACCURACY)
    name = spelled(found.subject.name)
    rows = [
        {
            "other": spelled(row["arm"]),
            "its accuracy": metric.shown(row["level"]),
            f"{name} more": amounts.number(row["effect"]),
            "95 % interval": f"{amounts.number(row['low'])} to {amounts.number(row['high'])}",
            "seeds": int(row["num_seeds"]),
            "answer": row["answer"],
        }
        for row in place.rows.to_dict("records")
    ]
    note = (
        f"{name}: {metric.shown(place.level)}. In test images of 10,000, paired by seed. Of twenty "
        "such intervals one misses by chance."
    )
    return Table(pd.DataFrame(rows), note)


def _turns(found: Findings) -> Section:
    said = [wording.turns(found), wording.deep(found), wording.lost(found)]
    drawn = [pictures.settings(found), pictures.rates(found)]
    if found.tier == "full":
        # With few images hardly any rate counts as one that works.
        pair = [found.subject.recorded, REFERENCE]
        drawn.append(figures.rate_curve(found.runs[MAIN], hidden=pair, reading=READING))
    return Section("Where would that turn?", [with_minus(each) for each in said if each], drawn)


def _inside(found: Findings) -> Section:
    return Section(
        "Dead units, honesty, cost",
        [with_minus(each) for each in (wording.dead(found), wording.calibration(found),
                                       wording.cost(found))],
    )  # fmt: skip


def _use(found: Findings) -> Section:
    runs = found.runs[MAIN].summary
    own = runs[runs["is_tuned"] & (runs["hidden"] == found.subject.recorded)]
    rate = float(own["learning_rate"].iloc[0])
    said = [f"With the rate that was best for it here, which is {rate:g}."]
    if wording.is_copy(found):
        assert found.relative
        said.append(f"Keras has it: activation='{found.relative.name}'.")
    return Section("Use it", said, code=keras_code.lines(found.subject, rate))


def title(document: Document) -> str:
    """Return what the document is called."""
    return f"{document.title} on trial"
