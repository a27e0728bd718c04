"""Figures that readers can touch: their data, tables and first drawing are the record's."""

import json
import math

import numpy as np
import pytest
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


def test_duels_are_the_record_s_run_by_run(runs):
    figure = figures.rate_duel(runs, ("tanh", "exponential"))
    data = json.loads(parsed(figure).script.string)
    tuning = runs.summary[runs.summary["is_tuning"] & (runs.summary["head"] == "softmax")]
    assert data["part"] == "validation"
    assert data["seeds"] == 2
    wrong = 10_000 * (1 - tuning["validation_accuracy"].where(~tuning["diverged"], 0.1))
    by_run = wrong.groupby([tuning["hidden"], tuning["learning_rate"], tuning["seed"]]).first()
    for place, rate in enumerate(map(float, data["steps"]["rate"])):
        sides = {name: by_run[name, rate] for name in ("exponential", "tanh")}
        for name, values in sides.items():
            # Two seeds: the t quantile of one degree of freedom is that of a Cauchy variable.
            reach = np.tan(np.pi * 0.475) * abs(values.diff().iloc[-1]) / 2
            expected = [values.mean(), values.mean() - reach, values.mean() + reach]
            assert data["mistakes"][name][place] == pytest.approx(expected, abs=0.051)
        gap = sides["exponential"] - sides["tanh"]
        assert data["gaps"]["exponential tanh"][place][0] == pytest.approx(gap.mean(), abs=0.051)
        assert data["diverged"]["exponential"][place] == 2 * (rate > 0.02)
    assert set(data["gaps"]) == {
        "exponential relu", "exponential sigmoid", "exponential tanh", "relu sigmoid", "relu tanh",
        "sigmoid tanh",
    }  # fmt: skip


def test_a_duel_s_first_drawing_and_table_say_its_data(runs):
    figure = figures.rate_duel(runs, ("tanh", "exponential"))
    page = parsed(figure)
    data = json.loads(page.script.string)
    last = len(data["steps"]["rate"]) - 1
    mean, low, _ = data["gaps"]["exponential tanh"][last]
    assert low > 0
    assert drawn(page, f"lead{last}") == f"{math.floor(mean + 0.5):,}"
    shapes = [page.select_one(f'[data-part="{part}"]')["d"] for part in (f"winner{last}", "key0")]
    assert shapes[0] == shapes[1]
    assert page.select_one('[data-part="marks-tanh"]')["visibility"] == "visible"
    assert page.select_one('[data-part="marks-relu"]')["visibility"] == "hidden"
    assert "2 of 2 runs diverged" not in figure.said
    row = figure.table.set_index("activation").loc["exponential"]
    assert row.iloc[-1].endswith("(2)")
    assert row.iloc[-1].startswith(f"{data['mistakes']['exponential'][last][0]:,.0f} ±")


@pytest.fixture(scope="module")
def lab():
    return figures.activation_lab()


def test_lab_holds_what_scipy_computes_at_every_score(lab):
    data = json.loads(parsed(lab).script.string)
    scores = np.linspace(-4, 4, 161)
    values, slopes = (np.array(each) / 1000 for each in data["curves"]["sigmoid"])
    np.testing.assert_allclose(values, special.expit(scores), atol=6e-4)
    np.testing.assert_allclose(slopes, special.expit(scores) * special.expit(-scores), atol=6e-4)
    assert "exponential" not in data["names"]
    assert set(data["names"]) >= {"relu", "gelu", "prelu", "step"}


def test_lab_multiplies_slopes_as_wide_layers_do(lab):
    data = json.loads(parsed(lab).script.string)
    # ReLU: half of the slopes are 1, whatever the weights; He's make up for it exactly.
    expected = -np.arange(1, 33) * np.log10(2) / 2
    for logs in data["slopes"]["relu"].values():
        np.testing.assert_allclose(logs, expected, atol=2e-4)
    assert data["scales"]["relu"]["gain"] == pytest.approx(2, abs=1e-3)
    assert data["slopes"]["step"]["he_normal"] == [None] * 32
    # A network of five layers of tanh, drawn and differentiated.
    rng = np.random.default_rng(0)
    width, rates = 1_000, []
    for _ in range(4):
        signal, errors = rng.normal(size=width), np.eye(width)[:, :40]
        for _ in range(5):
            weights = rng.normal(scale=width**-0.5, size=(width, width))
            signal = np.tanh(weights @ signal)
            errors = (1 - signal**2)[:, None] * (weights @ errors)
        rates.append(np.log10(np.sqrt((errors**2).sum(axis=0).mean())))
    found = data["slopes"]["tanh"]["glorot_uniform"][4]
    assert found == pytest.approx(np.mean(rates), abs=0.03)
