"""What the build makes of a figure: a file of its drawing, a file of its numbers, and links."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import pandas as pd

import figure_files
from activation_study.report import figures
from activation_study.report.drawing.picture import Picture


def written(tmp_path: Path, *shown: str) -> tuple[str, list[str]]:
    app = SimpleNamespace(outdir=tmp_path)
    context = {"body": "<p>before</p>" + "<p>between</p>".join(shown)}
    figure_files.write(app, "chapters/page", "page.html", context, object())
    return context["body"], sorted(path.name for path in (tmp_path / "figures").iterdir())


def picture(values: list[float], **more: object) -> Picture:
    figure, axes = plt.subplots()
    axes.plot(values, label="a, b")
    return Picture(figure, "alt", "A < B.", narrow=None, **more)


def test_figures_within_figures_get_files_of_their_own(tmp_path: Path) -> None:
    outer = picture([1, 2], more=("the rest", lambda: picture([3, 4, 5])))
    body, names = written(tmp_path, outer._repr_html_(), figures.softmax_bench()._repr_html_())
    assert names == [f"page-{place}.{kind}" for place in (1, 2, 3) for kind in ("csv", "svg")]
    assert re.findall(r'href="\.\./figures/([^"]+)" download', body) == names
    assert "text/csv" not in body
    lengths = [len(pd.read_csv(tmp_path / "figures" / f"page-{place}.csv")) for place in (1, 2, 3)]
    assert lengths == [2, 3, len(figures.softmax_bench().table)]
    first = ElementTree.parse(tmp_path / "figures/page-1.svg").getroot()
    assert first.find("{*}title").text == "A < B."
    assert len(first.findall("{*}svg")) == 1
    assert len(ElementTree.parse(tmp_path / "figures/page-3.svg").getroot().findall("{*}svg")) == 2


def test_files_of_a_former_build_go_and_those_of_other_pages_stay(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    for name in ("page-7.csv", "page-one-7.csv"):
        (tmp_path / "figures" / name).touch()
    _, names = written(tmp_path, picture([1])._repr_html_())
    assert names == ["page-1.csv", "page-1.svg", "page-one-7.csv"]


def test_a_figure_without_numbers_offers_its_drawing_alone(tmp_path: Path) -> None:
    figure, axes = plt.subplots()
    axes.imshow([[0, 1]])
    body, names = written(tmp_path, Picture(figure, "alt")._repr_html_())
    assert names == ["page-1.svg"]
    assert "CSV" not in body
