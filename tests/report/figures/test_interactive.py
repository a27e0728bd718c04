"""Figures that readers can touch: their data, tables and first drawing are the record's."""

import json

import numpy as np
from bs4 import BeautifulSoup
from scipy import special

from activation_study.report import figures
from activation_study.report.drawing.interactive import Interactive, Slider


def parsed(figure):
    return BeautifulSoup(figure._repr_html_(), "html.parser")


def drawn(page, part):
    return page.select_one(f'[data-part="{part}"]').text.replace("\u2212", "-")


def test_data_cannot_end_the_script_that_holds_them():
    bench = figures.softmax_bench()
    evil = {"name": "</script><b>é & 1 < 2"}
    page = parsed(Interactive(**{**vars(bench), "data": evil}))
    assert json.loads(page.script.string)["name"] == evil["name"]
    assert page.find("b", string="é & 1 < 2") is None


def test_a_slider_over_steps_stands_at_a_place_and_names_the_step():
    control = BeautifulSoup(
        Slider("rate", "a < b", 1, steps=("0.1", "-2")).as_html(), "html.parser"
    )
    slider = control.input
    assert control.label.span.text == "a < b"
    assert (slider["min"], slider["max"], slider["value"]) == ("0", "1", "1")
    assert slider["aria-valuetext"] == control.b.text == "\u22122"


def test_bench_draws_and_lists_what_scipy_computes():
    scores = np.array([2.0, 1.5, 0.5, -1.0])
    bench = figures.softmax_bench()
    page = parsed(bench)
    for place, value in enumerate(special.softmax(scores)):
        assert drawn(page, f"softmax-value{place}") == f"{value:.3f}"
    assert drawn(page, "sigmoid-sum") == f"{special.expit(scores).sum():.3f}"
    for temperature in (0.5, 1, 2):
        softmax, sigmoid = (
            bench.table[f"{head}, T = {temperature}"] for head in ("softmax", "sigmoid")
        )
        expected = special.softmax(scores / temperature)
        np.testing.assert_allclose(softmax.astype(float), [*expected, 1.0], atol=5e-4)
        expected = special.expit(scores / temperature)
        np.testing.assert_allclose(sigmoid.astype(float), [*expected, expected.sum()], atol=5e-4)
    shares = page.select('[data-part^="sigmoid-share"]')
    widths = [float(share["width"].rstrip("%")) for share in shares]
    starts = [float(share["x"].rstrip("%")) for share in shares]
    np.testing.assert_allclose(np.cumsum(widths)[:-1] + starts[0], starts[1:], atol=0.01)
