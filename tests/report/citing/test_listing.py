"""The list of every verdict: one line each, by question, with an address."""

from __future__ import annotations

import re
from pathlib import Path

from activation_study.report.citing import Edition, listing
from report.claims.made_verdicts import claim, every_label, verdict

EDITION = Edition("A Book", "About it.", ("A",), "1", "2026", "abc", "https://example.org/")
LINE = re.compile(r"^- \[(.+?)\]\((\S+?)\): (.+)$", re.MULTILINE)


def text_of(verdicts: list) -> str:
    files = {"verdicts.json": "all of them"}
    return listing(verdicts, EDITION, lambda name: f"verdicts/{name}.html", files)


def test_every_verdict_has_one_line_with_its_answer() -> None:
    made = every_label()
    text = text_of(made)
    found = {Path(address).stem: (saying, rest) for saying, address, rest in LINE.findall(text)}
    assert len(LINE.findall(text)) == len(made) + 1
    assert found.pop("verdicts") == ("verdicts.json", "all of them")
    assert found.keys() == {each.claim.id for each in made}
    for each in made:
        saying, rest = found[each.claim.id]
        assert saying == each.claim.assertion
        assert rest.startswith(each.label)
        assert rest.endswith(" ".join(each.sentence.split()))
    assert all(address.startswith("https://example.org/") for _, address, _ in LINE.findall(text))


def test_controls_stand_apart_and_brackets_end_no_link() -> None:
    made = [
        verdict(claim("one", None, control=True), "not tried yet", "not tried yet"),
        verdict(claim("two", None, assertion="In [0, 1]."), "not tried yet", "not tried yet"),
        verdict(claim("three", None, chapter="no-such-page"), "not tried yet", "not tried yet"),
    ]
    groups = dict(part.split("\n\n", 1) for part in text_of(made).split("## ")[1:])
    names = {
        head: [Path(each[1]).stem for each in LINE.findall(text)] for head, text in groups.items()
    }
    assert list(names.values()) == [["two"], ["one"], ["three"], ["verdicts"]]
    assert list(names)[1].startswith("Controls: ")
    assert "[In (0, 1).](https" in groups["Softmax or sigmoid, when one label is right?"]
