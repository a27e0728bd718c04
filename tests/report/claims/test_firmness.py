"""How firm a verdict is, on toy records where it is known."""

import numpy as np
import pandas as pd
import pytest

from activation_study.report.claims import sensitivity
from report.claims.claim_frames import cell, contrast, count, document, noise, toy, write

RULE = contrast(over={}, fixed={"head": "softmax"})


def firm(tmp_path, *cells, rule=RULE):
    return sensitivity("one", toy(*cells), path=write(tmp_path, document(one=rule)))


def arms(effect, scale):
    base = 0.9 + noise(5)
    return (
        cell("tanh", test_accuracy=base + effect + noise(6, scale)),
        cell("sigmoid", test_accuracy=base),
    )


def test_halves_of_a_large_effect_agree_and_those_of_none_do_not_turn(tmp_path):
    large = firm(tmp_path, *arms(0.01, 0.0005))
    assert large.halves == {"came true": 100}
    assert large.directions == {"as claimed": 100}
    assert str(large) == "On random halves of the seeds the answer is the same in 100 of 100."
    none = firm(tmp_path, *arms(0.001, 0.002))
    assert sum(none.halves.values()) == 100
    assert len(none.halves) > 1
    assert none.halves == firm(tmp_path, *arms(0.001, 0.002)).halves


@pytest.mark.parametrize(("behind", "moved"), [(0.0005, True), (0.01, False)])
def test_a_rate_moves_to_a_neighbour_that_ties(tmp_path, behind, moved):
    """The chosen rate gives +0.01, its neighbour -0.01; the tie decides whether it counts."""
    spread = np.array([-0.001, 0.0, 0.001])
    tuning = [
        cell("tanh", rate=rate, tuning=True, seeds=range(3), validation_accuracy=0.9 - late + own)
        for rate, late, own in ((0.0003, 0.05, 0), (0.001, 0.0, 0), (0.003, behind, spread))
    ]
    base = 0.9 + noise(5)
    other = cell("tanh", rate=0.003, tuned=False, test_accuracy=base - 0.01 + noise(7))
    found = firm(tmp_path, *arms(0.01, 0.0005), *tuning, other)
    assert [move.moved_to for move in found.moves] == [0.003] * moved
    assert [move.label for move in found.changes] == ["opposite"] * moved
    said = (
        "For tanh, softmax outputs, the rate 0.003 tied with the chosen 0.001; with it the answer "
        "would be 'opposite'."
    )
    assert (said in str(found)) == moved


def test_a_list_is_halved_too_and_what_no_run_judges_is_not(tmp_path):
    cells = [cell(name, test_accuracy=0.97 + noise(1)) for name in ("relu", "tanh", "elu")]
    found = firm(tmp_path, *cells, rule=count())
    assert (found.halves, found.directions) == ({"at least 60%": 100}, {})
    assert sensitivity("linear-collapse") is None
    few = pd.concat(cells)[lambda frame: frame["seed"] < 203]
    assert firm(tmp_path, few, rule=count()) is None
