"""The scale of each function's weights, against an integral that is solved another way."""

import math
import re
from pathlib import Path

import pytest
import scipy.integrate
import scipy.special

from activation_study import tables
from activation_study.catalogue.spelling import scientific
from report.deep_runs import born_runs

FUNCTIONS = {
    "relu": lambda z: max(z, 0.0),
    "gelu": lambda z: z * scipy.special.ndtr(z),
    "silu": lambda z: z * scipy.special.expit(z),
    "tanh": math.tanh,
}
CHAPTERS = [
    Path(__file__).parents[3] / "chapters" / f"{name}.md" for name in ("vanishing", "deep-networks")
]


def mean(function):
    def weighted(z):
        return function(z) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    return scipy.integrate.quad(weighted, -12, 0)[0] + scipy.integrate.quad(weighted, 0, 12)[0]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_scale_makes_up_for_the_mean_square(name):
    scale = 1 / mean(lambda z: FUNCTIONS[name](z) ** 2)
    (line,) = tables.gains_table(hidden=[name]).frame["kernel_initializer="]
    assert line == f"<code>VarianceScaling({scale:.3g})</code>"


def test_the_page_types_the_scales_of_gelu_and_of_a_centred_sigmoid():
    typed = {
        float(scale)
        for scale in re.findall(
            r"VarianceScaling\((\d[\d.]*)\)", "".join(chapter.read_text() for chapter in CHAPTERS)
        )
    }
    gelu = 1 / mean(lambda z: FUNCTIONS["gelu"](z) ** 2)
    centred = 1 / mean(lambda z: (scipy.special.expit(z) - 0.5) ** 2)
    assert typed == {round(gelu, 2), round(centred)}


def test_gradients_stand_beside_the_line_where_they_are_recorded():
    frame = tables.gains_table(born_runs(), ["relu", "tanh"], depth=8).frame
    frame = frame.set_index("function")
    assert frame.loc["ReLU", "gradient, Keras's default"] == scientific(2**-7)
    assert frame.loc["ReLU", "gradient, this line"] == "1.0"
    assert set(frame.loc["tanh"]) >= {"not tried"}
    assert "gradient, this line" not in tables.gains_table(hidden=["relu"]).frame
