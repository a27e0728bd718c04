"""A trial from the command line to its page, small but real."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from activation_study import cli, studies
from activation_study.engine.records.records import Records
from activation_study.trial import timing

Trial = Callable[..., tuple[int, str, str]]


@pytest.fixture
def small(small_plan: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Trials of a few images, rates and seeds, in folders of their own."""
    monkeypatch.setattr(studies, "HEADLINE_ACTIVATIONS", ("relu",))
    monkeypatch.setattr(timing, "TURNS", 2)
    yield
    from activation_study.engine.sweeps.local_pool import end_idle

    end_idle()


@pytest.fixture
def command(
    small: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Trial:
    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["activation-study", "trial", *words])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        printed = capsys.readouterr()
        return int(stop.value.code or 0), printed.out, printed.err

    return call


def test_a_trial_ends_in_a_page_and_is_not_trained_twice(command: Trial, tmp_path: Path) -> None:
    words = ("max(x, 0) + 0 * x", "--short", "--workers", "1", "--name", "a_copy")
    code, printed, errors = command(*words)
    assert code == 0, errors
    num_runs = len(Records().cache.keys())
    # Two arms, two rates: a tuning seed or two and two evaluation seeds at each.
    assert num_runs == 2 * 2 * (2 + 2)
    assert "max(x, 0) + 0 * x on trial: ReLU under another name" in printed
    assert "right exactly as often as ReLU on every seed" in printed
    page = (tmp_path / "trial-a_copy.html").read_text()
    # Nothing from elsewhere, and well-formed where it is XML: every drawing.
    assert not re.search(r'(src|href)="(?!#)', page)
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(drawings) >= 10
    for drawing in drawings:
        ElementTree.fromstring(drawing.replace("xlink:href", "href"))
    assert "max(x, 0) + 0 * x" in page
    assert "A first look" in page

    code, printed, _ = command(*words)
    assert code == 0
    assert "to train" not in printed
    assert len(Records().cache.keys()) == num_runs


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("x +",), "which is no formula"),
        (("tanh(x) + x", "--output", "no/such/folder/page.html"), "expected a file in a folder"),
        (("nowhere.py:f",), "is no file"),
    ],
)
def test_bad_input_ends_in_one_paragraph(command: Trial, words: tuple[str, ...], said: str) -> None:
    code, printed, errors = command(*words)
    assert (code, printed) == (2, "")
    assert said in errors
    assert errors.startswith("activation-study: ")
    assert errors.count("\n") == 1
